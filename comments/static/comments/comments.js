/* Makes the comment section more comfortable. Everything works without it. */
(() => {
  "use strict";

  const parse = (html) => new DOMParser().parseFromString(html, "text/html");

  const focus = (element) => {
    if (!element) return;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
  };

  /* Ask who this browser remembers only once the form is used, so that the page itself is the same for all. */
  const recallAuthor = async (form) => {
    if (form.dataset.commentRecalled) return;
    form.dataset.commentRecalled = "yes";
    try {
      const response = await fetch(form.dataset.commentAuthorUrl, { credentials: "same-origin" });
      const author = await response.json();
      for (const [name, value] of Object.entries(author)) {
        const field = form.elements.namedItem(name);
        if (field && !field.value) field.value = value;
      }
      if (author.name) form.elements.namedItem("remember").checked = true;
    } catch {
      /* Nothing is lost: the author types the name again. */
    }
  };

  /* A field may also be described by a hint, which stays true. */
  const clearErrors = (form) => {
    for (const message of form.querySelectorAll(".comment-error")) message.remove();
    for (const wrapper of form.querySelectorAll(".comment-field--error")) {
      wrapper.classList.remove("comment-field--error");
    }
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      const described = field.getAttribute("aria-describedby") ?? "";
      const left = described.split(/\s+/).filter((id) => document.getElementById(id));
      if (left.length) field.setAttribute("aria-describedby", left.join(" "));
      else field.removeAttribute("aria-describedby");
    }
  };

  const setParent = (form, uid, name) => {
    form.elements.namedItem("parent").value = uid;
    const line = form.querySelector("[data-comment-replying]");
    line.hidden = !uid;
    line.querySelector("[data-comment-replying-name]").textContent = name;
  };

  const setUp = (section) => {
    const home = document.createComment("comment form");
    section.querySelector("[data-comment-form-box]").before(home);
    const box = () => section.querySelector("[data-comment-form-box]");
    const form = () => section.querySelector("[data-comment-form]");
    let opener = null;

    const bringHome = () => {
      home.after(box());
      if (form()) setParent(form(), "", "");
    };

    const reply = (link) => {
      opener = link;
      link.closest("article").append(box());
      setParent(form(), link.dataset.commentReply, link.dataset.commentAuthor);
      focus(form().elements.namedItem("comment"));
    };

    const showAnswer = (html, accepted) => {
      const answer = parse(html);
      if (!accepted) {
        const again = answer.querySelector("[data-comment-form-box]");
        if (!again) return false;
        box().replaceWith(document.adoptNode(again));
        focus(box().querySelector("[data-comment-errors]"));
        return true;
      }
      const notice = answer.getElementById("comment-notice");
      if (!notice) return false;
      document.getElementById("comment-notice")?.remove();
      const text = form().elements.namedItem("comment");
      text.defaultValue = text.value = "";
      box().querySelector("[data-comment-errors]")?.remove();
      clearErrors(form());
      box().before(document.adoptNode(notice));
      bringHome();
      focus(document.getElementById("comment-notice"));
      return true;
    };

    const send = async (sent) => {
      const button = sent.querySelector("[type=submit]");
      const label = button.textContent;
      button.textContent = button.dataset.commentBusy;
      button.setAttribute("aria-disabled", "true");
      sent.dataset.commentSending = "yes";
      let shown = false;
      try {
        const response = await fetch(sent.action, {
          method: "POST",
          body: new URLSearchParams(new FormData(sent)),
          headers: { "X-Requested-With": "XMLHttpRequest" },
          credentials: "same-origin",
        });
        shown = showAnswer(await response.text(), response.ok);
      } catch {
        shown = false;
      }
      delete sent.dataset.commentSending;
      button.textContent = label;
      button.removeAttribute("aria-disabled");
      /* The plain way shows whatever went wrong, and keeps the text; a double is folded by the server. */
      if (!shown) HTMLFormElement.prototype.submit.call(sent);
    };

    const loadMore = async (link) => {
      try {
        const response = await fetch(link.href, { credentials: "same-origin" });
        if (!response.ok) throw new Error(response.statusText);
        const further = parse(await response.text());
        const items = [...further.querySelectorAll("[data-comment-list] > li")];
        if (!items.length) throw new Error("empty");
        section.querySelector("[data-comment-list]").append(...items.map((item) => document.adoptNode(item)));
        const next = further.querySelector("[data-comment-more]");
        if (next) link.href = next.href;
        else link.closest("p").remove();
        focus(items[0].querySelector("article"));
      } catch {
        window.location.assign(link.href);
      }
    };

    section.addEventListener("focusin", (event) => {
      const used = event.target.closest("[data-comment-form]");
      if (used) recallAuthor(used);
    });

    section.addEventListener("submit", (event) => {
      const sent = event.target.closest("[data-comment-form]");
      if (!sent) return;
      event.preventDefault();
      if (!sent.dataset.commentSending) send(sent);
    });

    section.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      const link = event.target.closest("a");
      if (!link) return;
      if (link.hasAttribute("data-comment-reply") && form()) {
        event.preventDefault();
        reply(link);
      } else if (link.hasAttribute("data-comment-cancel")) {
        event.preventDefault();
        bringHome();
        focus(opener?.isConnected ? opener : form().elements.namedItem("comment"));
      } else if (link.hasAttribute("data-comment-more")) {
        event.preventDefault();
        loadMore(link);
      }
    });
  };

  for (const section of document.querySelectorAll("[data-comments]")) {
    if (section.querySelector("[data-comment-form-box]")) setUp(section);
  }
  /* On arriving, say what became of the comment: of errors first, else of its acceptance. */
  const errors = document.querySelector("[data-comment-errors]");
  if (errors) focus(errors);
  else if (window.location.hash === "#comment-notice") focus(document.getElementById("comment-notice"));
})();
