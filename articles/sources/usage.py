"""Where sources are cited, in what readers see and in what editors are writing."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q
from wagtail.models import ReferenceIndex, Revision, get_page_models


@dataclass(frozen=True, kw_only=True)
class SourceUsage:
    """A page that cites a source. ``in_draft_only`` says that readers don't see it do so."""

    source_id: int
    page: Any
    in_draft_only: bool


def find_source_usage(source_ids: Collection[int]) -> list[SourceUsage]:
    """Return each page that cites one of the sources, published or draft, once a source.

    A StreamField doesn't protect what it refers to, and Wagtail's reference index knows only the saved page,
    not the draft in its latest revision: so drafts are read here.
    """
    if not source_ids:
        return []
    published = set(_find_published(source_ids))
    drafts = set(_find_in_drafts(source_ids)) - published
    page_model = apps.get_model("articles", "Claim")._meta.get_field("page").related_model
    pages: dict[int, Any] = page_model._default_manager.in_bulk(
        {page_id for _, page_id in published | drafts}
    )
    return [
        SourceUsage(
            source_id=source_id,
            page=pages[page_id],
            in_draft_only=(source_id, page_id) in drafts or not pages[page_id].live,
        )
        for source_id, page_id in sorted(published | drafts)
        if page_id in pages
    ]


def _find_published(source_ids: Collection[int]) -> Iterator[tuple[int, int]]:
    citations = apps.get_model("articles", "ClaimCitation")._default_manager
    yield from citations.filter(source_id__in=source_ids).values_list("source_id", "claim__page_id")
    page_model = apps.get_model("articles", "Claim")._meta.get_field("page").related_model
    for source in apps.get_model("articles", "Source")._default_manager.filter(pk__in=source_ids):
        for reference in ReferenceIndex.get_references_to(source).select_related("base_content_type"):
            if reference.base_content_type.model_class() is page_model:
                yield source.pk, int(reference.object_id)


def _find_in_drafts(source_ids: Collection[int]) -> Iterator[tuple[int, int]]:
    from articles.models import ArticleMixin

    wanted = set(source_ids)
    for model in get_page_models():
        if not issubclass(model, ArticleMixin):
            continue
        drafts = model._default_manager.filter(has_unpublished_changes=True).values("latest_revision_id")
        page_ids = [str(pk) for pk in model._default_manager.values_list("pk", flat=True)]
        scheduled = Q(approved_go_live_at__isnull=False, object_id__in=page_ids)
        revisions = Revision.page_revisions.filter(Q(pk__in=drafts) | scheduled)
        for revision in revisions.only("content", "object_id").iterator(chunk_size=50):
            for source_id in wanted & set(_read_cited_ids(revision.content.get("body"))):
                yield source_id, int(revision.object_id)


def _read_cited_ids(body: Any) -> Iterator[int]:
    """Yield the ids of the sources that a body cites, from its stored form."""
    blocks = json.loads(body) if isinstance(body, str) and body else body or []
    for block in blocks:
        if block.get("type") != "claim":
            continue
        for citation in (block.get("value") or {}).get("citations") or []:
            # A list's items are wrapped with their ids, except in content from before they had any.
            value = citation.get("value", citation)
            if isinstance(value, dict) and isinstance(value.get("source"), int):
                yield value["source"]
