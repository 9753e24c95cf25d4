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
    for (const message of form.querySelectorAll(".sf-comment-error")) message.remove();
    for (const wrapper of form.querySelectorAll(".sf-comment-field--error")) {
      wrapper.classList.remove("sf-comment-field--error");
    }
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      const described = field.getAttribute("aria-describedby") ?? "";
      const left = described.split(/\s+/).filter((id) => document.getElementById(id));
      if (left.length) field.setAttribute("aria-describedby", left.join(" "));
      else field.removeAttribute("aria-describedby");
    }
  };

  /* Say what the comment is about: another comment, a part of the page, or (with neither) the page. */
  const aim = (form, { parent = "", parentName = "", anchor = "", anchorLabel = "" } = {}) => {
    form.elements.namedItem("parent").value = parent;
    form.elements.namedItem("anchor").value = anchor;
    const replying = form.querySelector("[data-comment-replying]");
    replying.hidden = !parent;
    replying.querySelector("[data-comment-replying-name]").textContent = parentName;
    const about = form.querySelector("[data-comment-about]");
    about.hidden = !anchor;
    about.querySelector("[data-comment-about-label]").textContent = anchorLabel;
  };

  const setUp = (section) => {
    const home = document.createComment("comment form");
    let box = section.querySelector("[data-comment-form-box]");
    box.before(home);
    const form = () => box.querySelector("[data-comment-form]");
    let opener = null;

    /* Old news beside a form that is in use would contradict what comes of it. */
    const clearNotice = () => {
      document.getElementById("comment-notice")?.remove();
      box.hidden = false;
    };

    /* Under a part of the page, the form's heading goes one step below the one that it comes after, at most. */
    const fitHeading = () => {
      const heading = box.querySelector("h2, h3");
      const others = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
      const before = others
        .filter((other) => other.compareDocumentPosition(heading) & Node.DOCUMENT_POSITION_FOLLOWING)
        .at(-1);
      const level = Number(heading.localName[1]);
      heading.setAttribute("aria-level", before ? Math.min(level, Number(before.localName[1]) + 1) : level);
    };

    const bringHome = () => {
      home.after(box);
      box.querySelector("h2, h3").removeAttribute("aria-level");
      if (form()) aim(form());
    };

    /* The form goes to where it was called, with everything that is typed in it. */
    const open = (link, move, target) => {
      clearNotice();
      opener = link;
      move(box);
      fitHeading();
      aim(form(), target);
      focus(form().elements.namedItem("comment"));
    };

    const reply = (link) =>
      open(link, (moved) => link.closest("article").append(moved), {
        parent: link.dataset.commentReply,
        parentName: link.dataset.commentAuthor,
      });

    const commentOnPart = (link) => {
      const place = document.getElementById(link.dataset.commentPlace ?? "") ?? link.parentElement;
      open(link, (moved) => place.after(moved), {
        anchor: link.dataset.commentAnchor,
        anchorLabel: link.dataset.commentAnchorLabel ?? link.textContent.trim(),
      });
    };

    const showAnswer = (html, accepted) => {
      const answer = parse(html);
      if (!accepted) {
        const again = answer.querySelector("[data-comment-form-box]");
        if (!again) return false;
        clearNotice();
        box.replaceWith(document.adoptNode(again));
        box = again;
        /* What it was about may be gone: then it is a comment on the whole page, and stands at home. */
        const fields = form()?.elements;
        if (fields && !fields.namedItem("parent").value && !fields.namedItem("anchor").value) bringHome();
        else fitHeading();
        focus(box.querySelector("[data-comment-errors]"));
        return true;
      }
      const notice = answer.getElementById("comment-notice");
      if (!notice) return false;
      clearNotice();
      const text = form().elements.namedItem("comment");
      text.defaultValue = text.value = "";
      box.querySelector("[data-comment-errors]")?.remove();
      clearErrors(form());
      /* The thanks stand where the form stood, which waits at home until it is wanted again. */
      box.replaceWith(document.adoptNode(notice));
      bringHome();
      box.hidden = true;
      focus(notice);
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
      /* The plain way shows whatever went wrong, and keeps the text; a duplicate is refused by the server. */
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

    /* The form may stand anywhere on the page: beside the part that a comment is about. */
    document.addEventListener("focusin", (event) => {
      const used = event.target.closest("[data-comment-form]");
      if (used) recallAuthor(used);
    });

    document.addEventListener("submit", (event) => {
      const sent = event.target.closest("[data-comment-form]");
      if (!sent) return;
      event.preventDefault();
      if (!sent.dataset.commentSending) send(sent);
    });

    document.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      if (event.target.closest("[data-comment-another]")) {
        clearNotice();
        focus(form().elements.namedItem("comment"));
        return;
      }
      const link = event.target.closest("a");
      if (!link) return;
      if (link.hasAttribute("data-comment-reply") && form()) {
        event.preventDefault();
        reply(link);
      } else if (link.hasAttribute("data-comment-anchor") && form()) {
        event.preventDefault();
        commentOnPart(link);
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

  const section = [...document.querySelectorAll("[data-comments]")].find((candidate) =>
    candidate.querySelector("[data-comment-form-box]"),
  );
  if (section) setUp(section);
  /* On arriving, say what is wrong with the comment that was sent. */
  focus(document.querySelector("[data-comment-errors]"));
  /* Paper can't be unfolded. Newer browsers are told so by the style sheet, too. */
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll(".sf-comment-rest")) fold.open = true;
  });
})();
