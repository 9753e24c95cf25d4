"""What readers see of a discussion."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import Mod, RowNumber

from standfirst.cache.noting import note
from standfirst.visibility import Viewer

from ..listed import ListedComment, read_listed
from ..models import Comment, CommentQuerySet, Discussion
from ..page_types import pages_with_discussion
from ..paths import encode_cursor


@dataclass(frozen=True, slots=True)
class CommentSlice:
    """Some consecutive comments of a discussion in reading order.

    ``count`` is the number of approved comments in the whole selection; ``next_cursor`` continues the
    listing, empty at its end.
    """

    comments: list[ListedComment]
    count: int
    next_cursor: str


def list_comments(
    *, discussion: Discussion | None, limit: int, after: str = "", anchor: str = ""
) -> CommentSlice:
    """Return up to ``limit`` shown comments that follow the path ``after``, in reading order.

    Comments that were removed but have approved replies are included, to keep their place. ``anchor``
    selects the comments on one part of the page. The number of queries does not depend on the number of
    comments.
    """
    if discussion is None:
        return CommentSlice(comments=[], count=0, next_cursor="")
    selected = _shown(discussion.pk)
    count = discussion.approved_count
    if anchor:
        selected = selected.filter(anchor=anchor)
        count = selected.approved().count()
    if after:
        selected = selected.filter(path__gt=after)
    comments = read_listed(selected.order_by("path")[: limit + 1])
    has_more = len(comments) > limit
    comments = comments[:limit]
    return CommentSlice(
        comments=comments, count=count, next_cursor=encode_cursor(comments[-1].path) if has_more else ""
    )


def get_shown_comment(*, uid: UUID, viewer: Viewer) -> tuple[Comment, Any]:
    """Return a comment that the viewer can see, and the page that it is seen under.

    Raises ``Comment.DoesNotExist``. The page is the one that was commented on or, if only aliases of it stand
    on the viewer's site, an alias. The comment's discussion is loaded with it, and its version is noted, also
    that of a comment which is not shown.
    """
    pages = pages_with_discussion(viewer.discussed_pages())
    comments = Comment.objects.shown().marking_editors().select_related("parent", "discussion")
    comments = comments.filter(viewer.about("discussion__page", pages))
    try:
        comment = comments.get(uid=uid)
    except Comment.DoesNotExist:
        # It may be shown one day. Its discussion is noted first, as ever.
        _note_discussion_of(uid)
        comment = comments.get(uid=uid)
    page_id = comment.discussion.page_id
    note(Discussion.PART, page_id, comment.discussion.version)
    shown = viewer.find_shown([page_id], pages.select_related("locale"))
    if page_id not in shown:  # It was unpublished between the two queries.
        raise Comment.DoesNotExist
    return comment, shown[page_id]


def locate_comment(*, comment: Comment, page_size: int) -> str | None:
    """Return the cursor of the listing page that a shown comment is on, or None for the first page.

    Takes one query: while moderators decide, a count of the comments before it and the comment at a place may
    be of two states of the discussion, and the cursor then leads elsewhere.
    """
    before = _shown(comment.discussion_id).filter(path__lt=comment.path)
    numbered = before.annotate(place=Window(RowNumber(), order_by=F("path").asc()))
    last_of_pages = numbered.annotate(rest=Mod("place", page_size)).filter(rest=0)
    last_of_previous = last_of_pages.order_by("-path").values_list("path", flat=True).first()
    return encode_cursor(last_of_previous) if last_of_previous else None


def _note_discussion_of(uid: UUID) -> None:
    """Note the version of a comment's discussion. Raises ``Comment.DoesNotExist``."""
    place = Comment.objects.values_list("discussion__page", "discussion__version").get(uid=uid)
    note(Discussion.PART, *place)


def _shown(discussion_id: int) -> CommentQuerySet:
    return Comment.objects.filter(discussion_id=discussion_id).shown()
