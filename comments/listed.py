"""A comment as lists show it: what readers see of it and of the comment that it answers, and nothing else."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from standfirst.addresses import is_web_address

from .enums import Status
from .models import Comment, CommentQuerySet
from .stored_rendering import Rendering, from_stored


class ListedComment(NamedTuple):
    """The columns of one row, in the order of ``COLUMNS``. The fields of the parent are None for a root."""

    uid: UUID
    path: str
    depth: int
    status: str
    approved_reply_count: int
    author_name: str
    author_url: str
    body: str
    rendered_body: str
    rendered_from: str
    anchor: str
    anchor_label: str
    extra: dict[str, Any]
    created_at: datetime
    parent_uid: UUID | None
    parent_status: str | None
    parent_author_name: str | None
    parent_anchor: str | None
    is_by_editor: bool

    @classmethod
    def of(cls, comment: Comment) -> "ListedComment":
        """Return a comment, loaded with its parent and from ``marking_editors``, as lists show it."""
        parent = comment.parent
        of_parent = (parent.uid, parent.status, parent.author_name, parent.anchor) if parent else (None,) * 4
        own = (getattr(comment, name) for name in _OWN_COLUMNS)
        return cls._make((*own, *of_parent, comment.is_by_editor))

    @property
    def is_approved(self) -> bool:
        """Return whether readers may see the text; if not, the comment only keeps its place."""
        return self.status == Status.APPROVED

    @property
    def author_link(self) -> str:
        """Return the author's website if it can safely be linked to, else an empty string."""
        return self.author_url if self.author_url and is_web_address(self.author_url) else ""

    @property
    def rendering(self) -> Rendering:
        """Return what the text looks like."""
        return from_stored(self.body, self.rendered_body, self.rendered_from)


_OWN_COLUMNS: Final = ListedComment._fields[:14]
COLUMNS: Final = (
    *_OWN_COLUMNS,
    "parent__uid",
    "parent__status",
    "parent__author_name",
    "parent__anchor",
    "is_by_editor",
)


def read_listed(comments: CommentQuerySet) -> list[ListedComment]:
    """Return the comments of a queryset as lists show them, by one query."""
    return [ListedComment._make(row) for row in comments.marking_editors().values_list(*COLUMNS)]
