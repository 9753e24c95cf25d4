"""Purges by address what ``wagtail.contrib.frontend_cache`` doesn't think of.

That app purges a page that is published or unpublished. When a page is moved or its slug changes, its old
addresses go on being shown, as do those of the pages below it; and it knows no address that isn't a page's.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from wagtail.signals import page_slug_changed, post_page_move

from standfirst.aliases import page_model

logger = logging.getLogger(__name__)

# Pages below a moved one whose old addresses are purged; those beyond wait for their age. A purge may be one
# request to the cache for each address.
MAX_PAGES: Final = 500


def are_purged() -> bool:
    """Return whether the site has a cache that is purged by address."""
    return apps.is_installed("wagtail.contrib.frontend_cache") and any(
        getattr(settings, name, None) for name in ("WAGTAILFRONTENDCACHE", "WAGTAILFRONTENDCACHE_LOCATION")
    )


def purge_addresses_after_commit(find: Callable[[], Iterable[str]], *, using: str | None = None) -> None:
    """Purge absolute addresses once the open transaction is committed, if the site purges any.

    ``find`` returns them; it is called then. Failures are logged: the change itself is committed.
    """
    if are_purged():
        transaction.on_commit(lambda: _purge(find), using=using, robust=True)


def purge_answer_about(page: Any, *, operation: str) -> None:
    """Purge what an operation of the API, named as in ``reverse``, answers about a page, after the commit."""

    def find() -> Iterator[str]:
        parts = page.get_url_parts()
        with suppress(NoReverseMatch):  # The site doesn't serve the API.
            path = reverse(f"standfirst_delivery:{operation}", args=[page.pk])
            if parts is not None:
                yield parts[1] + path

    purge_addresses_after_commit(find)


def purge_moved_page(
    instance: Any, url_path_before: str = "", url_path_after: str = "", **kwargs: Any
) -> None:
    """After a page was moved: purge what it and the pages below it were found at."""
    if url_path_before != url_path_after:
        _purge_old_addresses(instance, url_path_before, url_path_after)


def purge_renamed_page(instance: Any, instance_before: Any, **kwargs: Any) -> None:
    """After a page's slug was changed: purge what it and the pages below it were found at."""
    _purge_old_addresses(instance, instance_before.url_path, instance.url_path)


def connect() -> None:
    """Connect the handlers of this module."""
    post_page_move.connect(purge_moved_page, dispatch_uid="standfirst.purge_moved_page")
    page_slug_changed.connect(purge_renamed_page, dispatch_uid="standfirst.purge_renamed_page")


def _purge_old_addresses(page: Any, before: str, after: str) -> None:
    def find() -> Iterator[str]:
        below = page_model()._default_manager.filter(path__startswith=page.path, live=True)
        for moved in below.order_by("path")[:MAX_PAGES].specific():
            moved.url_path = before + moved.url_path.removeprefix(after)
            url = moved.get_full_url()
            if url:
                yield from (url.rstrip("/") + path for path in moved.get_cached_paths())

    purge_addresses_after_commit(find)


def _purge(find: Callable[[], Iterable[str]]) -> None:
    try:
        from wagtail.contrib.frontend_cache.utils import PurgeBatch

        batch = PurgeBatch()
        batch.add_urls(find())
        batch.purge()
    except Exception:
        logger.exception("Addresses could not be purged")
