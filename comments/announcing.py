"""Tells other apps and front-end caches of changes, after the commit of the transaction that makes them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from .models import Comment, Discussion
from .purging import purge_after_commit
from .signals import comment_status_changed, comment_submitted, discussion_changed

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def announce_submission(comment: Comment) -> None:
    """Tell of a new comment."""

    def send() -> None:
        comment_submitted.send_robust(sender=Comment, comment=comment)

    transaction.on_commit(send, robust=True)


def announce_status(
    comment: Comment, *, to_status: str, actor: "User | None", reason: str, note: str
) -> None:
    """Tell of a decision about a comment that has its old status still, and the new one by the commit."""
    from_status = comment.status

    def send() -> None:
        comment_status_changed.send_robust(
            sender=Comment,
            comment=comment,
            from_status=from_status,
            to_status=to_status,
            actor=actor,
            reason=reason,
            note=note,
        )

    transaction.on_commit(send, robust=True)


def announce_discussion(
    discussion: Discussion, *, changed: Iterable[str], uids: Iterable[UUID] = (), using: str | None = None
) -> None:
    """Tell of the fields of a discussion that have changed; if readers see a difference, purge its page.

    ``uids`` are comments whose own addresses lead elsewhere now.
    """
    names = frozenset(changed)

    def send() -> None:
        discussion_changed.send_robust(sender=Discussion, discussion=discussion, changed=names)

    transaction.on_commit(send, using=using, robust=True)
    # The version moves with every change that readers can see, and with no other.
    if "version" in names:
        purge_after_commit(page_id=discussion.page_id, uids=uids, using=using)
