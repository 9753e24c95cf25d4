"""Keeps the index of claims in step with the pages that Wagtail writes.

A page goes live in many ways: its publish action, the scheduler, a workflow, a copy of a live page, an alias
that becomes a page of its own, a script that adds a live page. Only some of them send ``page_published``, but
all of them save the page, and Wagtail saves a page in a transaction; so the index is written there.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from wagtail.models import AbstractPage

from .body.streams import find_stream_names
from .models import ArticleMixin
from .services import index_claims, make_renditions

# With the StreamFields of the page: a save of other fields alone leaves what readers see as it is. Saving a
# draft is such a save: the instance then holds the draft's body, which must not be indexed. Wagtail names
# foreign keys both ways.
_CONTENT_FIELDS = {
    "live",
    "translation_key",
    "locale",
    "locale_id",
    "alias_of",
    "alias_of_id",
}


def follow_saved_article(instance: Any, *, raw: bool = False, **kwargs: Any) -> None:
    """Index the claims of an article that was saved live, and make its renditions after the commit.

    Fixtures (``raw``) are loaded in any order: run ``standfirst_rebuild_claims`` after loading them.
    """
    if raw or not isinstance(instance, AbstractPage):
        return
    update_fields = kwargs.get("update_fields")
    if update_fields is not None:
        streams = find_stream_names(instance.specific_class or type(instance))
        if not _CONTENT_FIELDS.union(streams).intersection(update_fields):
            return
    page = _as_article(instance)
    if page is None or not page.live or page.alias_of_id:
        return
    index_claims(page=page)
    # Scaling pictures takes seconds, which no other writer should wait for; a page without them shows the
    # originals.
    transaction.on_commit(partial(make_renditions, page=page), robust=True)


def _as_article(page: Any) -> Any:
    """Return the page as an article, None where it isn't one. It may have been saved as its base class."""
    if isinstance(page, ArticleMixin):
        return page
    if issubclass(page.specific_class or object, ArticleMixin):
        return page.specific_class._default_manager.filter(pk=page.pk).first()
    return None


def connect() -> None:
    post_save.connect(follow_saved_article, dispatch_uid="standfirst_articles.follow_saved_article")
