"""A page's discussion: finding, making, locking, opening and closing it."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from wagtail.log_actions import log

from standfirst.aliases import find_original_id
from standfirst.cache.noting import note

from ..counting import change_discussion, lock_discussions, locks_without_writing, recount
from ..models import Discussion

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def find_discussion_page_id(page: Any) -> int:
    """Return the id of the page whose discussion is shown under ``page``: for an alias, its original's."""
    return find_original_id(page)


def find_discussion(page: Any) -> Discussion | None:
    """Return the discussion under a page, or None if nobody has needed one yet (it is open and empty).

    Its version is noted for the answer that is being made, whose comments must be read after this.
    """
    page_id = find_discussion_page_id(page)
    discussion = Discussion.objects.filter(page_id=page_id).first()
    note(Discussion.PART, page_id, discussion.version if discussion else 0)
    return discussion


def with_discussion(pages: Any) -> Any:
    """Return the pages, each with its own discussion loaded by the same query; see ``loaded_discussion``."""
    return pages.select_related("reader_discussion")


def loaded_discussion(page: Any) -> Discussion | None:
    """Return the discussion under a page from ``with_discussion``. Asks only for an alias.

    Its version is noted, as by ``find_discussion``.
    """
    if page.alias_of_id:
        return find_discussion(page)
    try:
        found: Discussion | None = page.reader_discussion
    except Discussion.DoesNotExist:
        found = None
    note(Discussion.PART, page.pk, found.version if found else 0)
    return found


def lock_discussion_of_page(page_id: int) -> Discussion:
    """Return the discussion of a page, made if need be, locked until the transaction ends.

    ``page_id`` comes from ``find_discussion_page_id``. Call this first in the transaction. If the page is
    gone, ``IntegrityError`` is raised, at the latest by the commit.
    """
    found = Discussion.objects.select_for_update().filter(page_id=page_id)
    # Most pages that are commented on have been before.
    if locks_without_writing() and (discussion := found.first()):
        return discussion
    # One statement that inserts or does nothing: of several requests that get here at once one makes the row,
    # and the others wait for it. It also begins the transaction with a write (see counting.lock_discussions).
    Discussion.objects.bulk_create([Discussion(page_id=page_id)], ignore_conflicts=True)
    return found.get()


def set_discussion_open(*, page: Any, is_open: bool, actor: "User | None" = None) -> Discussion:
    """Open or close the discussion under a page, and return it.

    ``actor`` is who did it, for Wagtail's log of the page. Nothing happens if the discussion is in that state
    already.
    """
    page_id = find_discussion_page_id(page)
    with transaction.atomic():
        discussion = lock_discussion_of_page(page_id)
        if discussion.is_open == is_open:
            return discussion
        change_discussion(discussion, is_open=is_open, visible=1)
        action = "standfirst_comments.open_discussion" if is_open else "standfirst_comments.close_discussion"
        log(instance=page, action=action, user=actor)
    return discussion


def recount_discussions(*, check_only: bool) -> tuple[list[Discussion], int]:
    """Set all counters right that are wrong; return the discussions that had any, and how many there are.

    Each discussion is locked and counted in a transaction of its own. With ``check_only`` nothing is written.
    """
    wrong: list[Discussion] = []
    ids = list(Discussion.objects.order_by("pk").values_list("pk", flat=True))
    for discussion_id in ids:
        with transaction.atomic():
            # Perhaps the page has been deleted since.
            locked = lock_discussions([discussion_id]).values()
            wrong += [discussion for discussion in locked if recount(discussion, check_only=check_only)]
    return wrong, len(ids)
