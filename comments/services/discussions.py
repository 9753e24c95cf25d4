"""A page's discussion: finding, making, locking, opening and closing it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F
from wagtail.log_actions import log

from comments.models import Discussion

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def find_discussion_page_id(page: Any) -> int:
    """Return the id of the page whose discussion stands under ``page``: for an alias, its original's."""
    seen = {page.pk}
    while page.alias_of_id and page.alias_of_id not in seen:
        seen.add(page.alias_of_id)
        page = page.alias_of
    return int(page.pk)


def find_discussion(page: Any) -> Discussion | None:
    """Return the discussion under a page, or None where nobody has needed one yet (it is open and empty)."""
    return Discussion.objects.filter(page_id=find_discussion_page_id(page)).first()


def lock_discussion_of_page(page_id: int) -> Discussion:
    """Return the discussion of a page, made if need be, locked until the transaction ends.

    ``page_id`` comes from ``find_discussion_page_id``. Call this first in the transaction. Where the page is
    gone, ``IntegrityError`` is raised, at the latest by the commit.
    """
    # One statement that inserts or does nothing: of several requests that get here at once one makes the row,
    # and the others wait for it. It also begins the transaction with a write (see lock_discussions).
    Discussion.objects.bulk_create([Discussion(page_id=page_id)], ignore_conflicts=True)
    return Discussion.objects.select_for_update().get(page_id=page_id)


def lock_discussions(ids: Iterable[int]) -> dict[int, Discussion]:
    """Return discussions by id, locked until the transaction ends.

    All writers lock discussions first and in the order of their ids, so none can wait for another in a
    circle; every counter and every comment below is written under its discussion's lock.
    """
    ids = sorted(set(ids))
    if not connection.features.has_select_for_update:
        # SQLite: a transaction that began by reading can't turn to writing once another has written.
        # Beginning with a write (of nothing) takes the one write lock, and waits for it.
        Discussion.objects.filter(pk__in=ids).update(version=F("version"))
    return {row.pk: row for row in Discussion.objects.select_for_update().filter(pk__in=ids).order_by("pk")}


def set_discussion_open(*, page: Any, is_open: bool, actor: "User | None" = None) -> Discussion:
    """Open or close the discussion under a page, and return it.

    ``actor`` is who did it, for Wagtail's log of the page. Nothing happens where the discussion is already
    so.
    """
    page_id = find_discussion_page_id(page)
    with transaction.atomic():
        discussion = lock_discussion_of_page(page_id)
        if discussion.is_open == is_open:
            return discussion
        discussion.is_open = is_open
        discussion.version = F("version") + 1
        discussion.save(update_fields=["is_open", "version"])
        discussion.refresh_from_db()
        action = "comments.open_discussion" if is_open else "comments.close_discussion"
        log(instance=page, action=action, user=actor)
    return discussion
