"""Makes decisions about comments."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ..announcing import announce_status
from ..counting import change_discussion, lock_discussions
from ..enums import Reason, Status
from ..models import Comment, Discussion, ModerationEntry
from ..paths import ancestor_paths
from ..purging import purging_at_once

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Comments decided about in one transaction: the write lock is held briefly, and the number of parameters of
# one statement stays below what every database accepts.
BATCH_SIZE = 200

Item = TypeVar("Item")


def set_comment_status(
    *,
    uids: Iterable[UUID],
    status: Status,
    actor: "User | None",
    reason: str = Reason.MODERATOR,
    note: str = "",
    seen: Mapping[UUID, str] | None = None,
    at: datetime | None = None,
) -> list[Comment]:
    """Give comments a status, and return those that did not have it yet, as they are now.

    Comments that have the status already, and uids that don't exist, are skipped, so that asking twice
    changes nothing. ``seen`` holds, by uid, the status that the decision was based on: a comment that has
    another by now is passed over, too (``find_overtaking_decisions`` tells who was quicker). ``reason`` is a
    stable code and ``note`` free text for the moderation history; ``actor`` is None if the site itself
    decides, and ``at`` is when it was decided, if not now. Counters, versions and history are written in the
    same transaction, one for every ``BATCH_SIZE`` comments.
    """
    status = Status(status)
    places: list[tuple[int, UUID]] = []
    for batch in _batched(dict.fromkeys(uids), BATCH_SIZE):
        places += Comment.objects.filter(uid__in=batch).values_list("discussion_id", "uid")
    changed: list[Comment] = []
    # A comment never leaves its discussion, so its place can be read ahead of the transaction, which then
    # begins with taking the locks. Going by discussion keeps their order if the caller has a transaction
    # of its own.
    with purging_at_once():
        for group in _batched(sorted(places), BATCH_SIZE):
            with transaction.atomic():
                discussions = lock_discussions(discussion_id for discussion_id, _uid in group)
                changed += _change(
                    [uid for _discussion_id, uid in group],
                    discussions=discussions,
                    status=status,
                    actor=actor,
                    reason=reason,
                    note=note,
                    seen=seen,
                    at=at or timezone.now(),
                )
    return changed


def find_overtaking_decisions(
    *, uids: Iterable[UUID], wanted: Status, changed: Collection[Comment]
) -> dict[UUID, ModerationEntry]:
    """Return the last decision, by comment, about those comments that did not get the ``wanted`` status.

    To be called after ``set_comment_status`` with what it returned as ``changed``. Comments that somebody
    else gave the same status are not among them: all agree. Each entry has its comment and its actor loaded.
    """
    decided = {comment.uid for comment in changed}
    others = [uid for uid in uids if uid not in decided]
    found: dict[UUID, ModerationEntry] = {}
    for batch in _batched(dict.fromkeys(others), BATCH_SIZE):
        left = Comment.objects.filter(uid__in=batch).exclude(status=wanted)
        entries = ModerationEntry.objects.filter(comment__in=left).order_by("pk")
        # The last one of each comment stays.
        found |= {entry.comment.uid: entry for entry in entries.select_related("comment", "actor")}
    return found


def _change(
    uids: Sequence[UUID],
    *,
    discussions: Mapping[int, Discussion],
    status: Status,
    actor: "User | None",
    reason: str,
    note: str,
    seen: Mapping[UUID, str] | None,
    at: datetime,
) -> list[Comment]:
    """Change the comments that have another status, and return them. ``discussions`` are locked."""
    others = Comment.objects.filter(uid__in=uids).select_for_update().exclude(status=status).order_by("pk")
    comments = [
        comment
        for comment in others
        if seen is None or seen.get(comment.uid, comment.status) == comment.status
    ]
    if not comments:
        return []
    ModerationEntry.objects.bulk_create(
        ModerationEntry(
            comment=comment,
            actor=actor,
            from_status=comment.status,
            to_status=status,
            reason=reason,
            note=note,
            created_at=at,
        )
        for comment in comments
    )
    Comment.objects.filter(pk__in=[comment.pk for comment in comments]).update(
        status=status, status_changed_at=at
    )
    for comment in comments:
        announce_status(comment, to_status=status, actor=actor, reason=reason, note=note)
    _adjust_counters(comments, status, discussions)
    for comment in comments:
        comment.status = status
        comment.status_changed_at = at
    return comments


def _adjust_counters(comments: list[Comment], status: Status, discussions: Mapping[int, Discussion]) -> None:
    """Bring discussions and ancestors up to date with comments that are about to get ``status``."""
    approved: Counter[int] = Counter()
    pending: Counter[int] = Counter()
    visible: defaultdict[int, list[UUID]] = defaultdict(list)
    replies: Counter[tuple[int, str]] = Counter()
    for comment in comments:
        discussion = comment.discussion_id
        pending[discussion] += (status == Status.PENDING) - (comment.status == Status.PENDING)
        delta = (status == Status.APPROVED) - (comment.status == Status.APPROVED)
        if delta:
            visible[discussion].append(comment.uid)
            approved[discussion] += delta
            for path in ancestor_paths(comment.path):
                replies[discussion, path] += delta
    for discussion in sorted(pending):
        change_discussion(
            discussions[discussion],
            approved=approved[discussion],
            pending=pending[discussion],
            visible=len(visible[discussion]),
            uids=visible[discussion],
        )
    groups: dict[tuple[int, int], list[str]] = {}
    for (discussion, path), delta in replies.items():
        groups.setdefault((discussion, delta), []).append(path)
    for (discussion, delta), paths in groups.items():
        Comment.objects.filter(discussion_id=discussion, path__in=paths).update(
            approved_reply_count=F("approved_reply_count") + delta
        )


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of ``size``; the last one may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
