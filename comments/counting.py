"""The derived numbers of discussions: what they should be, and setting them right."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from .announcing import announce_discussion
from .enums import Status
from .models import Comment, Discussion
from .paths import ancestor_paths

_LOCKING_MODES = {"IMMEDIATE", "EXCLUSIVE"}


def lock_discussions(ids: Iterable[int]) -> dict[int, Discussion]:
    """Return discussions by id, locked until the transaction ends.

    All writers lock discussions first and in the order of their ids, so none can wait for another in a
    circle; every counter and every comment below is written under its discussion's lock.
    """
    ids = sorted(set(ids))
    if not locks_without_writing():
        Discussion.objects.filter(pk__in=ids).update(version=F("version"))
    return {row.pk: row for row in Discussion.objects.select_for_update().filter(pk__in=ids).order_by("pk")}


def locks_without_writing() -> bool:
    """Return whether a row that was read for an update is locked by that.

    On SQLite it is not: a transaction that began by reading can't turn to writing once another has written.
    Beginning with a write (of nothing) takes the one write lock, and waits for it. Transactions that begin
    with ``BEGIN IMMEDIATE`` have it from the start.
    """
    if connection.features.has_select_for_update:
        return True
    return connection.vendor == "sqlite" and getattr(connection, "transaction_mode", None) in _LOCKING_MODES


def change_discussion(
    discussion: Discussion,
    *,
    is_open: bool | None = None,
    approved: int = 0,
    pending: int = 0,
    visible: int = 0,
    uids: Iterable[UUID] = (),
) -> None:
    """Open or close a locked discussion, add to its counters, and announce what changes by that.

    ``visible`` is the number of changes that readers see, which the version counts, and ``uids`` are the
    comments that they see or no longer see. ``discussion`` then has the new values, too, but for the version
    where triggers have moved it further.
    """
    new: dict[str, Any] = {
        "approved_count": discussion.approved_count + approved,
        "pending_count": discussion.pending_count + pending,
        "version": discussion.version + visible,
    }
    if is_open is not None:
        new["is_open"] = is_open
    changed = {name: value for name, value in new.items() if getattr(discussion, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(discussion, name, value)
    # Nobody else writes them while the lock is held.
    discussion.save(update_fields=list(changed))
    announce_discussion(discussion, changed=changed, uids=uids)


def recount(discussion: Discussion, *, check_only: bool = False) -> bool:
    """Set the counters of a locked discussion and of its comments right; return whether any was wrong.

    The version rises if readers see another number now. With ``check_only`` nothing is written.
    """
    replies: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    stored: dict[int, tuple[str, int]] = {}
    rows = Comment.objects.filter(discussion=discussion)
    for pk, path, status, reply_count in rows.values_list("pk", "path", "status", "approved_reply_count"):
        stored[pk] = (path, reply_count)
        counted[status] += 1
        if status == Status.APPROVED:
            replies.update(ancestor_paths(path))
    wrong: defaultdict[int, list[int]] = defaultdict(list)
    for pk, (path, reply_count) in stored.items():
        if replies[path] != reply_count:
            wrong[replies[path]].append(pk)
    approved, pending = counted[Status.APPROVED], counted[Status.PENDING]
    is_visibly_wrong = bool(wrong) or discussion.approved_count != approved
    if not is_visibly_wrong and discussion.pending_count == pending:
        return False
    if not check_only:
        for number, pks in wrong.items():
            for start in range(0, len(pks), 500):
                Comment.objects.filter(pk__in=pks[start : start + 500]).update(approved_reply_count=number)
        change_discussion(
            discussion,
            approved=approved - discussion.approved_count,
            pending=pending - discussion.pending_count,
            visible=int(is_visibly_wrong),
        )
    return True


@contextmanager
def keeping_counts(discussion_ids: Iterable[int]) -> Iterator[None]:
    """Run a block that deletes comments of these discussions, in one transaction with a recount."""
    ids = set(discussion_ids)
    with transaction.atomic():
        discussions = lock_discussions(ids)
        yield
        for discussion in discussions.values():
            recount(discussion)
