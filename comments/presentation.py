"""What the templates of a discussion are given."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString

from . import conf
from .anchors import anchor_labels, anchor_url
from .cards import write_cards
from .extra_fields import NamedValue, name_values
from .forms import NOTES, TITLE, CommentForm, find_form_class, find_public_fields
from .listed import ListedComment
from .models import Comment, Discussion
from .services import list_comments
from .stored_rendering import Rendering

_CARD: Final = "standfirst_comments/comment.html"
_OWN_CARD: Final = Path(__file__).parent / "templates" / _CARD


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
    def text(self) -> Rendering:
        """Return the comment's text as HTML; what goes beyond a screenful is apart, to be unfolded."""
        return self.comment.rendering


class ShownComments:
    """The comments of one page of a discussion, written when the template has set the language.

    ``as_html`` writes them at once. To iterate, for templates of the site, loads them as models by one more
    query.
    """

    def __init__(self, comments: list[ListedComment], *, page: Any, is_open: bool) -> None:
        self._comments = comments
        self._page = page
        self._is_open = is_open

    def __len__(self) -> int:
        return len(self._comments)

    def __getitem__(self, index: int) -> ShownComment:
        # Templates first look for each property as if it were a key.
        if not isinstance(index, int):
            raise TypeError(index)
        return self._as_models[index]

    def __iter__(self) -> Iterator[ShownComment]:
        return iter(self._as_models)

    @cached_property
    def _as_models(self) -> list[ShownComment]:
        comments = _find_models([comment.uid for comment in self._comments])
        return _present(comments, page=self._page, is_open=self._is_open)

    @property
    def are_drawn_by_a_template_of_the_site(self) -> bool:
        """Return whether the site has a template of its own for a comment."""
        return Path(get_template(_CARD).origin.name) != _OWN_CARD  # type: ignore[attr-defined]

    @property
    def as_html(self) -> SafeString:
        """Return the list items, as the app's own template for a comment draws them."""
        return write_cards(self._comments, page=self._page, is_open=self._is_open)


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
        "shown_comments": ShownComments(found.comments, page=page, is_open=is_open),
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
    public = find_public_fields()
    return name_values({name: comment.extra[name] for name in public if name in comment.extra}, public)


def _find_models(uids: list[UUID]) -> Iterable[Comment]:
    comments = Comment.objects.filter(uid__in=uids).marking_editors().select_related("parent")
    return comments.order_by("path")


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
