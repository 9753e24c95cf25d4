"""What the templates of a discussion are given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from . import conf
from .anchors import anchor_labels, anchor_url
from .extra_fields import NamedValue, name_values
from .forms import NOTES, TITLE, CommentForm, find_form_class
from .models import Comment, Discussion
from .rendering import fold_text, render_body
from .services import list_comments


@dataclass(frozen=True, slots=True)
class ShownText:
    """A comment's text as HTML; what goes beyond a screenful is apart, to be unfolded."""

    opening: SafeString
    rest: SafeString


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment with the addresses and labels that its place on a page needs.

    If the part that it is about is gone, ``anchor_label`` is what the part was called, and ``anchor_url`` is
    empty. ``extra`` are the values of the site's own fields that readers may see.
    """

    comment: Comment
    extra: list[NamedValue]
    parent_url: str
    reply_url: str
    anchor_label: str
    anchor_url: str

    @property
    def text(self) -> ShownText:
        """Return the comment's text."""
        opening, rest = fold_text(self.comment.body)
        return ShownText(opening=render_body(opening), rest=render_body(rest))


def discussion_context(*, page: Any, discussion: Discussion | None, after: str = "") -> dict[str, Any]:
    """Return the context of the discussion under a page: its comments after a path, and their number."""
    found = list_comments(discussion=discussion, limit=conf.page_size(), after=after)
    is_open = discussion is None or discussion.is_open
    next_url = ""
    if found.next_cursor:
        next_url = (
            f"{reverse('standfirst_comments:list', args=[page.pk])}?{urlencode({'after': found.next_cursor})}"
        )
    return {
        "page": page,
        "is_open": is_open,
        "comment_count": found.count,
        "shown_comments": _present(found.comments, page=page, is_open=is_open),
        "next_url": next_url,
    }


def form_context(
    *,
    form: CommentForm,
    page: Any = None,
    discussion: Discussion | None = None,
    parent: Comment | None = None,
    anchor: str = "",
    refusal: str = "",
) -> dict[str, Any]:
    """Return the context of the comment form.

    ``parent`` is the comment that is replied to, ``anchor`` the part of the page that is commented on, and
    ``refusal`` a sentence that says why a valid comment was refused.
    """
    return {
        "form": form,
        "form_title": TITLE,
        "form_notes": NOTES,
        "page": page,
        "is_open": discussion is None or discussion.is_open,
        "parent": parent,
        "anchor_label": anchor_labels(page.specific).get(anchor, "") if page and anchor else "",
        "refusal": refusal,
        "post_url": reverse("standfirst_comments:post"),
        "author_url": reverse("standfirst_comments:author"),
    }


def blank_form(*, page: Any, pages: QuerySet[Any], **initial: object) -> CommentForm:
    """Return an unfilled form for a page."""
    return find_form_class()(pages=pages, initial={"page": page.pk, **initial})


def public_extra(comment: Comment) -> list[NamedValue]:
    """Return the values of the site's own fields that readers may see, in words."""
    form_class = find_form_class()
    public = {
        name: field for name, field in form_class.extra_fields().items() if name in form_class.public_fields
    }
    return name_values({name: comment.extra[name] for name in public if name in comment.extra}, public)


def _present(comments: Iterable[Comment], *, page: Any, is_open: bool) -> list[ShownComment]:
    comments = list(comments)
    on_this_page = {comment.pk for comment in comments}
    with_anchors = any(comment.anchor for comment in comments)
    specific = page.specific if with_anchors else page
    labels = anchor_labels(specific) if with_anchors else {}
    return [
        ShownComment(
            comment=comment,
            extra=public_extra(comment),
            parent_url=_parent_url(comment, on_this_page),
            reply_url=_form_url(page, comment) if is_open and comment.is_approved else "",
            **_anchor(comment, specific, labels),
        )
        for comment in comments
    ]


def _anchor(comment: Comment, page: Any, labels: Mapping[str, str]) -> dict[str, str]:
    # Replies are about the same part as the comment they answer: saying so once a thread is enough.
    if comment.parent and comment.parent.anchor == comment.anchor:
        return {"anchor_label": "", "anchor_url": ""}
    if comment.anchor not in labels:
        return {"anchor_label": comment.anchor_label, "anchor_url": ""}
    return {"anchor_label": labels[comment.anchor], "anchor_url": anchor_url(page, comment.anchor)}


def _parent_url(comment: Comment, on_this_page: set[int]) -> str:
    if comment.parent is None:
        return ""
    if comment.parent_id in on_this_page:
        return f"#{comment.parent.element_id}"
    return reverse("standfirst_comments:comment", args=[comment.parent.uid])


def _form_url(page: Any, comment: Comment) -> str:
    return f"{reverse('standfirst_comments:form')}?{urlencode({'page': page.pk, 'parent': comment.uid})}"
