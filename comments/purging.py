"""Purges what front-end caches keep of a discussion that readers see differently now.

By name, what carries the discussion's: every answer that it shows in. On sites that use
``wagtail.contrib.frontend_cache`` also by address: the page and its aliases, the lists of its comments, and
comments that were decided about.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from standfirst.aliases import find_aliases, page_model
from standfirst.cache.addresses import are_purged
from standfirst.cache.purging import purge_tags
from standfirst.cache.tags import make_tag

from . import conf
from .models import Comment, Discussion
from .paths import encode_cursor

logger = logging.getLogger("standfirst.comments")

#: Further parts of one discussion that are purged; those beyond wait for their age. A purge may be one
#: request to the cache for each address.
MAX_PARTS: Final = 20

# The uids of comments by the id of the page whose discussion changed.
_Changes = defaultdict[int, set[UUID]]

_collected: ContextVar[_Changes | None] = ContextVar("standfirst_comments_purging", default=None)


def purge_after_commit(*, page_id: int, uids: Iterable[UUID] = (), using: str | None = None) -> None:
    """Purge a discussion once the current transaction is committed, if the site has it so.

    ``page_id`` is that of the discussion's page, ``uids`` are comments whose own addresses change.
    """
    purge_tags([make_tag(Discussion.PART, page_id)])
    if not are_purged():
        return
    uids = set(uids)
    collected = _collected.get()

    def purge() -> None:
        if collected is None:
            _purge({page_id: uids})
        else:
            collected[page_id] |= uids

    transaction.on_commit(purge, using=using, robust=True)


@contextmanager
def purging_at_once() -> Iterator[None]:
    """Run a block of several transactions, and purge what the committed ones changed in one batch."""
    collected = _Changes(set)
    token = _collected.set(collected)
    try:
        yield
    finally:
        _collected.reset(token)
        if are_purged():
            # In a transaction of the caller's, this comes after what the block has registered.
            transaction.on_commit(lambda: _purge(collected), robust=True)


def _purge(changes: Mapping[int, set[UUID]]) -> None:
    """Purge what belongs to the discussions of pages. Failures are logged: the change itself is committed."""
    if not changes:
        return
    try:
        from wagtail.contrib.frontend_cache.utils import PurgeBatch

        batch = PurgeBatch()
        originals = {page_id: page_id for page_id in changes}
        originals |= {alias.page_id: alias.original_id for alias in find_aliases(changes)}
        parts = {page_id: _further_parts(page_id) for page_id in changes}
        pages = page_model()._default_manager.filter(pk__in=originals, live=True)
        for page in pages.specific():
            batch.add_page(page)
            original_id = originals[page.pk]
            batch.add_urls(_own_addresses(page, parts[original_id], changes[original_id], batch))
        batch.purge()
    except Exception:
        logger.exception("The addresses of changed discussions could not be purged.")


def _own_addresses(
    page: Any, cursors: Iterable[str], uids: Iterable[UUID], cache_object: object
) -> Iterator[str]:
    """Yield the addresses of this app at which a discussion is seen, on the site of the page."""
    url_parts = page.get_url_parts(cache_object)
    if url_parts is None:
        return
    root_url = url_parts[1]
    listing = root_url + reverse("standfirst_comments:list", args=[page.pk])
    yield listing
    for cursor in cursors:
        yield f"{listing}?{urlencode({'after': cursor})}"
    for uid in uids:
        yield root_url + reverse("standfirst_comments:comment", args=[uid])


def _further_parts(page_id: int) -> list[str]:
    """Return the cursors of the parts into which a page's discussion is divided now, from the second on."""
    size = conf.page_size()
    shown = Comment.objects.filter(discussion__page_id=page_id).shown()
    numbered = shown.annotate(place=Window(RowNumber(), order_by=F("path").asc()))
    last_of_parts = numbered.filter(place__in=[size * part for part in range(1, MAX_PARTS + 1)])
    return [encode_cursor(path) for path in last_of_parts.order_by("path").values_list("path", flat=True)]
