"""The rows behind the API's answers, at a number of queries that doesn't grow with them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import swapper
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, prefetch_related_objects
from pydantic import AfterValidator, AwareDatetime, Field
from wagtail.models import Site, get_page_models

from articles.api.parameters import MAX_ID, MAX_PAGE_ID, ArticleQuery, ClaimQuery, SourceQuery
from articles.models import ArticleAuthor, ArticleMixin, ArticlePage, ArticleTag, Claim, ClaimCitation, Source
from articles.public import public_pages
from articles.sources.identifiers import normalise_doi


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be a moment of the calendar in UTC, too") from error


_Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
_PageKeyId = Annotated[int, Field(ge=0, le=MAX_PAGE_ID)]
_RowKeyId = Annotated[int, Field(ge=0, le=MAX_ID)]
ArticleKey = tuple[_Moment | None, _PageKeyId]
ClaimKey = tuple[_PageKeyId, Annotated[int, Field(ge=0, le=MAX_PAGE_ID)]]
SourceKey = tuple[_RowKeyId]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a list, and the sort key of its last item where more follow."""

    rows: list[Any]
    next_key: tuple[Any, ...] | None


def find_articles(*, site: Site | None, query: ArticleQuery, after: ArticleKey | None) -> Part:
    """Return a part of the public articles, newest first."""
    pages = _article_pages(site)
    for slug in query.tag:
        pages = pages.filter(Exists(_tagged(slug)))
    if query.author:
        pages = pages.filter(Exists(_written_by(query.author)))
    if query.parent:
        parent = public_pages(_page_model(), site=site).filter(pk=query.parent).first()
        pages = pages.child_of(parent) if parent else pages.none()
    if after:
        pages = pages.filter(_is_after(*after))
    pages = pages.order_by(F("first_published_at").desc(nulls_last=True), "-pk")
    rows = list(pages[: query.limit + 1].defer_streamfields().specific())
    part = _cut(rows, query.limit, lambda page: (page.first_published_at, page.pk))
    fetch_article_relations(part.rows)
    return part


def find_article(*, site: Site | None, page_id: int) -> Any:
    """Return a public article as its own class, or None."""
    if page_id > MAX_PAGE_ID:
        return None
    page = _article_pages(site).filter(pk=page_id).specific().first()
    if page is not None:
        fetch_article_relations([page])
    return page


def find_page_by_url_path(*, site: Site | None, url_paths: list[str]) -> Any:
    """Return the public page at one of Wagtail's ``url_path``s, or None."""
    return public_pages(_page_model(), site=site).filter(url_path__in=url_paths).first()


def find_public_page(*, site: Site | None, page_id: int) -> Any:
    """Return a public page, or None."""
    return public_pages(_page_model(), site=site).filter(pk=page_id).first()


def count_claims(pages: list[Any]) -> dict[int, int]:
    """Return the number of claims on each of the pages, by page id; an alias has its original's."""
    shown = {page.alias_of_id or page.pk for page in pages}
    counts = dict(
        Claim.objects.filter(page__in=shown).order_by().values_list("page").annotate(number=Count("pk"))
    )
    return {page.pk: counts.get(page.alias_of_id or page.pk, 0) for page in pages}


def find_claims(*, site: Site | None, query: ClaimQuery, after: ClaimKey | None) -> Part:
    """Return a part of the claims on public pages, by page and position."""
    claims = _public_claims(site)
    if query.article:
        claims = claims.filter(page=query.article)
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
    return _cut(rows, query.limit, lambda claim: (claim.page_id, claim.position))


def find_claim(*, site: Site | None, uid: Any) -> Claim | None:
    """Return a claim on a public page, or None."""
    claim: Claim | None = _public_claims(site).filter(uid=uid).first()
    return claim


def find_sources(*, site: Site | None, query: SourceQuery, after: SourceKey | None) -> Part:
    """Return a part of the sources that claims on public pages cite, in the order of their ids."""
    sources = _public_sources(site)
    if query.doi:
        try:
            sources = sources.filter(doi=normalise_doi(query.doi))
        except ValidationError:
            sources = sources.none()
    if after:
        sources = sources.filter(pk__gt=after[0])
    rows = list(sources.order_by("pk")[: query.limit + 1])
    return _cut(rows, query.limit, lambda source: (source.pk,))


def find_source(*, site: Site | None, source_id: int) -> Source | None:
    """Return a source that a claim on a public page cites, or None."""
    if source_id > MAX_ID:
        return None
    source: Source | None = _public_sources(site).filter(pk=source_id).first()
    return source


def fetch_article_relations(pages: list[Any]) -> None:
    """Fetch what all the pages' summaries show, in a query a relation."""
    own = [page for page in pages if isinstance(page, ArticlePage)]
    if own:
        prefetch_related_objects(own, "bylines__person", "tagged_items__tag")
    by_class: dict[type, list[Any]] = {}
    for page in pages:
        by_class.setdefault(type(page), []).append(page)
    for same in by_class.values():
        prefetch_related_objects(same, "hero_image", "locale")


def _page_model() -> Any:
    return swapper.load_model("wagtailcore", "Page")


def _article_pages(site: Site | None) -> Any:
    models = [model for model in get_page_models() if issubclass(model, ArticleMixin)]
    content_types = ContentType.objects.get_for_models(*models, for_concrete_models=False)
    return public_pages(_page_model(), site=site).filter(content_type__in=content_types.values())


def _tagged(slug: str) -> Any:
    return ArticleTag.objects.filter(content_object=OuterRef("pk"), tag__slug=slug)


def _written_by(author: str) -> Any:
    bylines = ArticleAuthor.objects.filter(page=OuterRef("pk"))
    condition = Q(person__slug=author)
    if author.isascii() and author.isdigit() and int(author) <= MAX_ID:
        condition |= Q(person=int(author))
    return bylines.filter(condition)


def _is_after(published_at: datetime | None, page_id: int) -> Q:
    if published_at is None:
        return Q(first_published_at=None, pk__lt=page_id)
    return (
        Q(first_published_at__lt=published_at)
        | Q(first_published_at=published_at, pk__lt=page_id)
        | Q(first_published_at=None)
    )


def _public_claims(site: Site | None) -> Any:
    pages = public_pages(_page_model(), site=site)
    citations = ClaimCitation.objects.order_by("position").select_related("source")
    return (
        Claim.objects.filter(page__in=pages.order_by().values("pk"))
        .select_related("page")
        .prefetch_related(Prefetch("citations", queryset=citations))
    )


def _public_sources(site: Site | None) -> Any:
    pages = public_pages(_page_model(), site=site).order_by().values("pk")
    return (
        Source.objects.filter(citations__claim__page__in=pages)
        .annotate(claim_count=Count("citations__claim", distinct=True))
        .order_by("pk")
    )


def _cut(rows: list[Any], limit: int, key: Any) -> Part:
    kept = rows[:limit]
    return Part(rows=kept, next_key=key(kept[-1]) if len(rows) > limit else None)
