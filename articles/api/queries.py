"""The rows behind the API's answers, at a number of queries that doesn't grow with them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Annotated, Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, prefetch_related_objects
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from pydantic import AfterValidator, AwareDatetime, Field
from wagtail.models import Locale, get_page_models

from standfirst.aliases import find_original_id, find_original_ids
from standfirst.visibility import Viewer, is_multilingual

from ..models import ArticleMixin, Claim, ClaimCitation, Source
from ..sources.identifiers import normalise_doi
from .parameters import MAX_ID, MAX_PAGE_ID, ArticleQuery, ClaimQuery, SourceQuery


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be within the range of the calendar in UTC as well") from error


_Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
_PageKeyId = Annotated[int, Field(ge=0, le=MAX_PAGE_ID)]
_RowKeyId = Annotated[int, Field(ge=0, le=MAX_ID)]
ArticleKey = tuple[_Moment | None, _PageKeyId]
ClaimKey = tuple[_PageKeyId, Annotated[int, Field(ge=0, le=MAX_PAGE_ID)]]
SourceKey = tuple[_RowKeyId]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a list, and the sort key of its last item if more follow."""

    rows: list[Any]
    next_key: tuple[Any, ...] | None


class UnknownLocaleError(Exception):
    """There is no such locale."""


def find_articles(*, viewer: Viewer, query: ArticleQuery, after: ArticleKey | None) -> Part:
    """Return a part of the articles in one language, newest first. Raises ``UnknownLocaleError``."""
    pages = _article_pages(viewer)
    for slug in query.tag:
        pages = pages.filter(_found_by("find_by_tag", slug))
    if query.author:
        pages = pages.filter(_found_by("find_by_author", query.author))
    parent = None
    if query.parent:
        parent = viewer.pages().filter(pk=query.parent).first()
        pages = pages.child_of(parent) if parent else pages.none()
    pages = _in_locale(pages, query.locale, viewer=viewer, named=parent)
    if after:
        pages = pages.filter(_is_after(*after))
    pages = pages.order_by(F("first_published_at").desc(nulls_last=True), "-pk")
    rows = list(pages[: query.limit + 1].defer_streamfields().specific())
    part = _cut(rows, query.limit, lambda page: (page.first_published_at, page.pk))
    fetch_article_relations(part.rows)
    return part


def find_article(*, viewer: Viewer, page_id: int) -> Any:
    """Return an article as its own class, or None."""
    if page_id > MAX_PAGE_ID:
        return None
    page = _article_pages(viewer).filter(pk=page_id).specific().first()
    if page is not None:
        fetch_article_relations([page])
    return page


def count_claims(pages: list[Any]) -> dict[int, int]:
    """Return the number of claims on each of the pages, by page id; an alias has its original's."""
    original_of = find_original_ids(pages)
    counts = dict(
        Claim.objects.filter(page__in=set(original_of.values()))
        .order_by()
        .values_list("page")
        .annotate(number=Count("pk"))
    )
    return {page_id: counts.get(original_id, 0) for page_id, original_id in original_of.items()}


def find_claims(*, viewer: Viewer, query: ClaimQuery, after: ClaimKey | None) -> Part:
    """Return a part of the claims on pages in one language, by page and position.

    Each has the page that shows it as ``page``. Raises ``UnknownLocaleError``.
    """
    article = viewer.pages().filter(pk=query.article).first() if query.article else None
    pages = _in_locale(viewer.pages(), query.locale, viewer=viewer, named=article)
    claims = _claims_on(pages, viewer)
    if query.article:
        if article is None:
            return Part(rows=[], next_key=None)
        claims = claims.filter(page=find_original_id(article))
    if query.certainty:
        claims = claims.filter(certainty__in=query.certainty)
    if query.direction:
        claims = claims.filter(direction__in=query.direction)
    citations = ClaimCitation.objects.filter(claim=OuterRef("pk"))
    if query.source:
        claims = claims.filter(Exists(citations.filter(source=query.source)))
    if query.unsourced is not None:
        claims = claims.filter(~Exists(citations) if query.unsourced else Exists(citations))
    if after:
        page_id, position = after
        claims = claims.filter(Q(page__gt=page_id) | Q(page=page_id, position__gt=position))
    rows = list(claims.order_by("page", "position")[: query.limit + 1])
    part = _cut(rows, query.limit, lambda claim: (claim.page_id, claim.position))
    _place(part.rows, pages, viewer)
    return part


def find_claim(*, viewer: Viewer, uid: Any) -> Claim | None:
    """Return a claim with the page that shows it as ``page``, or None."""
    claims = list(_claims_on(viewer.pages(), viewer).filter(uid=uid))
    _place(claims, viewer.pages(), viewer)
    return claims[0] if claims else None


def find_sources(*, viewer: Viewer, query: SourceQuery, after: SourceKey | None) -> Part:
    """Return a part of the sources that claims on the site cite, in the order of their ids."""
    sources = _cited_sources(viewer)
    if query.doi:
        try:
            sources = sources.filter(doi=normalise_doi(query.doi))
        except ValidationError:
            sources = sources.none()
    if after:
        sources = sources.filter(pk__gt=after[0])
    rows = list(sources.order_by("pk")[: query.limit + 1])
    return _cut(rows, query.limit, lambda source: (source.pk,))


def find_source(*, viewer: Viewer, source_id: int) -> Source | None:
    """Return a source that a claim on the site cites, or None."""
    if source_id > MAX_ID:
        return None
    source: Source | None = _cited_sources(viewer).filter(pk=source_id).first()
    return source


def fetch_article_relations(pages: list[Any]) -> None:
    """Fetch what all the pages' summaries show, in one query per relation."""
    by_class: dict[type, list[Any]] = {}
    for page in pages:
        by_class.setdefault(type(page), []).append(page)
    for same in by_class.values():
        lookups = [*same[0].article_relations, "locale"]
        if isinstance(getattr(type(same[0]), "hero_image", None), ForwardManyToOneDescriptor):
            lookups.append("hero_image")  # A page type may have something else in its place.
        prefetch_related_objects(same, *lookups)


def _article_models() -> list[Any]:
    return [model for model in get_page_models() if issubclass(model, ArticleMixin)]


def _article_pages(viewer: Viewer) -> Any:
    content_types = ContentType.objects.get_for_models(*_article_models(), for_concrete_models=False)
    return viewer.pages().filter(content_type__in=content_types.values())


def _in_locale(pages: Any, language_code: str | None, *, viewer: Viewer, named: Any) -> Any:
    """Return the pages in a language: the one asked for, else the named page's, else the site's."""
    if language_code is not None:
        locale = Locale.objects.filter(language_code=language_code).first()
        if locale is None:
            raise UnknownLocaleError
        return pages.filter(locale=locale)
    if not is_multilingual():
        return pages
    locale = named.locale if named is not None else viewer.locale
    return pages.filter(locale=locale)


def _found_by(method: str, text: str) -> Q:
    """Return the condition that a page is among those that a method of its type finds."""
    found = (getattr(model, method)(text) for model in _article_models())
    return reduce(or_, (Q(pk__in=pages.values("pk")) for pages in found if pages is not None), Q(pk__in=[]))


def _is_after(published_at: datetime | None, page_id: int) -> Q:
    if published_at is None:
        return Q(first_published_at=None, pk__lt=page_id)
    return (
        Q(first_published_at__lt=published_at)
        | Q(first_published_at=published_at, pk__lt=page_id)
        | Q(first_published_at=None)
    )


def _claims_on(pages: Any, viewer: Viewer) -> Any:
    citations = ClaimCitation.objects.order_by("position").select_related("source")
    return Claim.objects.filter(viewer.about("page", pages)).prefetch_related(
        Prefetch("citations", queryset=citations)
    )


def _place(claims: list[Claim], pages: Any, viewer: Viewer) -> None:
    """Put the page that shows each claim in the place of its original."""
    shown = viewer.find_shown((claim.page_id for claim in claims), pages.select_related("locale"))
    # A page that was unpublished between the two queries is missing.
    claims[:] = [claim for claim in claims if claim.page_id in shown]
    for claim in claims:
        claim.page = shown[claim.page_id]


def _cited_sources(viewer: Viewer) -> Any:
    return (
        Source.objects.filter(viewer.about("citations__claim__page", viewer.pages()))
        .annotate(claim_count=Count("citations__claim", distinct=True))
        .order_by("pk")
    )


def _cut(rows: list[Any], limit: int, key: Any) -> Part:
    kept = rows[:limit]
    return Part(rows=kept, next_key=key(kept[-1]) if len(rows) > limit else None)
