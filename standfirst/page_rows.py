"""The row of a page that is written by somebody who loaded it some time ago.

Wagtail saves a page that isn't live as a whole, with all that it was when it was loaded: whether it is live,
where it is in the tree, which of its versions is the latest. Whatever another request did meanwhile would be
undone: a page that was just published would go offline, one that was just moved would be back in two places.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standfirst.aliases import page_model

# What belongs to the page and not to a version of it, and is in no form of the editor.
_OF_THE_PAGE = (
    "path",
    "depth",
    "numchild",
    "live",
    "has_unpublished_changes",
    "last_published_at",
    "expired",
    "draft_title",
    "latest_revision_created_at",
    "locked",
    "locked_by_id",
    "locked_at",
)
# What a version is made from: a revision keeps it as it was when its page was loaded.
_LINEAGE = ("latest_revision_id", "live_revision_id")


@dataclass(frozen=True, kw_only=True)
class PageRow:
    """What the database says of a page that is locked, and what the instance of it said before."""

    latest_revision_id: int | None
    live_revision_id: int | None
    has_newer_version: bool
    """Whether a revision was saved since the page was loaded."""
    was_published: bool
    """Whether another revision went live since."""


def lock_page(page_id: Any) -> bool:
    """Have other transactions that write a page wait for this one; return whether the page exists.

    Takes a transaction from ``writing``, which has the database's lock where rows can't be locked.
    """
    pages = page_model()._base_manager.order_by()
    return pages.select_for_update().filter(pk=page_id).values_list("pk").first() is not None


def bring_up_to_date(page: Any) -> PageRow | None:
    """Lock a page and give its instance what others did to it since it was loaded; its content stays.

    Takes a transaction from ``writing``. The ids of its live and latest revision stay, too: a revision that
    is made from this instance says what its author saw. Returns None if the page is gone.
    """
    if not lock_page(page.pk):
        return None
    manager = page_model()._base_manager
    row = manager.filter(pk=page.pk).values(*_OF_THE_PAGE, *_LINEAGE, "first_published_at").get()
    loaded: tuple[int | None, datetime | None] = (page.latest_revision_id, page.latest_revision_created_at)
    result = PageRow(
        latest_revision_id=row["latest_revision_id"],
        live_revision_id=row["live_revision_id"],
        has_newer_version=loaded != (row["latest_revision_id"], row["latest_revision_created_at"]),
        was_published=row["live_revision_id"] not in (None, page.live_revision_id),
    )
    for name in _OF_THE_PAGE:
        setattr(page, name, row[name])
    if page.first_published_at is None:
        page.first_published_at = row["first_published_at"]
    # The page or one above it may have been moved or renamed. The draft may have another slug itself.
    page.set_url_path(page.get_parent(update=True))
    return result


def renew(page: Any) -> None:
    """Lock a page that is about to be saved as a whole, with what others did to it since it was loaded.

    Its content stays, and no revision is made from it. Takes a transaction from ``writing``.
    """
    row = bring_up_to_date(page)
    for name in _LINEAGE if row is not None else ():
        setattr(page, name, getattr(row, name))


@contextmanager
def written_as(page: Any, row: PageRow) -> Iterator[None]:
    """Have the page's row name the revisions that it names now, and not those that the instance came from."""
    loaded = {name: getattr(page, name) for name in _LINEAGE}
    try:
        for name in _LINEAGE:
            setattr(page, name, getattr(row, name))
        yield
    finally:
        for name, value in loaded.items():
            setattr(page, name, value)
