"""The rows behind the API's answers: articles, claims and sources that everybody, or a viewer, may see."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q
from wagtail.models import Locale

from standfirst.aliases import find_original_id, page_model
from standfirst.visibility import Viewer, is_multilingual

from ..body.gathering import Gathered, gather
from ..body.naming import read_names
from ..body.richtext import find_targets
from ..enums import Certainty, Direction
from ..models import Claim, ClaimCitation, Source, article_page_models
from ..sources.identifiers import normalise_doi
from .counts import PageCounts

# The largest ids that the databases' columns hold: wagtailcore_page.id is 32 bits wide, our own are 64.
MAX_PAGE_ID: Final = 2**31 - 1
MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Slice:
    """A part of a list, and the sort key of its last item if more follow."""

    rows: list[Any]
    next_key: tuple[Any, ...] | None


@dataclass(frozen=True, kw_only=True)
class ArticleSlice(Slice):
    """A part of a list of articles, with the number of each article's claims by the page's id."""

    claim_counts: Mapping[int, int]
    gathered: Gathered


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The pages that answers about articles lead to, as far as the viewer may see them.

    ``parents`` and ``translations`` are by the article's id, ``targets``, which texts link to, by their own.
    """

    parents: Mapping[int, Any]
    translations: Mapping[int, list[Any]]
    targets: Mapping[int, Any]


class UnknownLocaleError(Exception):
    """There is no such locale."""


def find_articles(
    *,
    viewer: Viewer,
    limit: int,
    after: tuple[datetime | None, int] | None = None,
    tag: Collection[str] = (),
    author: str | None = None,
    parent: int | None = None,
    locale: str | None = None,
    with_bodies: bool = False,
) -> ArticleSlice:
    """Return a part of the articles in one language, newest first. Raises ``UnknownLocaleError``.

    Articles must have all of the tags, given by their slugs. ``author`` is a slug or an id, ``parent`` the id
    of the page that the articles are directly under, ``locale`` a language code: without one, the language is
    that of the parent or of the site. ``after`` is the ``next_key`` of the part before. Without
    ``with_bodies`` the bodies are left in the database.
    """
    pages = _article_pages(viewer)
    for slug in tag:
        pages = pages.filter(_found_by("find_by_tag", slug))
    if author:
        pages = pages.filter(_found_by("find_by_author", author))
    above = None
    if parent:
        above = viewer.pages().filter(pk=parent).first()
        pages = pages.child_of(above) if above else pages.none()
    pages = _in_locale(pages, locale, viewer=viewer, named=above)
    if after:
        pages = pages.filter(_is_after(*after))
    pages = pages.order_by(F("first_published_at").desc(nulls_last=True), "-pk")
    pages = pages[: limit + 1]
    rows = _as_specific(pages if with_bodies else pages.defer_streamfields())
    found = _cut(rows, limit, lambda page: (page.first_published_at, page.pk))
    viewer.frame.give_locales(found.rows)
    counts = PageCounts(found.rows)
    names = [read_names(page) for page in found.rows] if with_bodies else None
    gathered = gather(
        found.rows, names=names, with_renderings=with_bodies, with_around=with_bodies, more=[counts.part]
    )
    by_page = counts.by_page(gathered.found)
    return ArticleSlice(
        rows=found.rows,
        next_key=found.next_key,
        claim_counts={page_id: number.total for page_id, number in by_page.items()},
        gathered=gathered,
    )


def find_article(*, viewer: Viewer, page_id: int) -> tuple[Any, Gathered] | None:
    """Return an article as its own class, with what was read for it, or None."""
    if page_id > MAX_PAGE_ID:
        return None
    pages = _as_specific(_article_pages(viewer).filter(pk=page_id))
    viewer.frame.give_locales(pages)
    gathered = gather(
        pages, names=[read_names(page) for page in pages], with_renderings=True, with_around=True
    )
    return (pages[0], gathered) if pages else None


def find_surroundings(pages: Sequence[Any], gathered: Gathered, *, viewer: Viewer) -> Surroundings:
    """Return the parents and translations of articles, and what their texts link to, of what was read."""
    viewer.frame.give_locales([*gathered.around, *gathered.linked])
    here = [page for page in gathered.around if viewer.is_here(page) and viewer.sees(page)]
    by_path = {page.path: page for page in here}
    return Surroundings(
        parents={page.pk: by_path.get(page.path[: -page.steplen]) for page in pages},
        translations={
            page.pk: sorted(
                (
                    other
                    for other in here
                    if other.translation_key == page.translation_key and other.pk != page.pk
                ),
                key=lambda other: (other.locale_id, other.pk),
            )
            for page in pages
        },
        targets=find_targets(page for page in gathered.linked if viewer.sees(page)),
    )


def find_claims(
    *,
    viewer: Viewer,
    limit: int,
    after: tuple[int, int] | None = None,
    article: int | None = None,
    locale: str | None = None,
    certainty: Collection[Certainty] = (),
    direction: Collection[Direction] = (),
    source: int | None = None,
    unsourced: bool | None = None,
) -> Slice:
    """Return a part of the claims on pages in one language, by page and position.

    Each has the page that shows it as ``page``. ``article`` is the id of an article or of an alias of it,
    ``source`` that of a source. Without a ``locale``, a language code, the language is that of the article or
    of the site. ``after`` is the ``next_key`` of the part before. Raises ``UnknownLocaleError``.
    """
    home = viewer.pages().filter(pk=article).first() if article else None
    pages = _in_locale(viewer.pages(), locale, viewer=viewer, named=home)
    claims = _claims_on(pages, viewer)
    if article:
        if home is None:
            return Slice(rows=[], next_key=None)
        claims = claims.filter(page=find_original_id(home))
    if certainty:
        claims = claims.filter(certainty__in=certainty)
    if direction:
        claims = claims.filter(direction__in=direction)
    citations = ClaimCitation.objects.filter(claim=OuterRef("pk"))
    if source:
        claims = claims.filter(Exists(citations.filter(source=source)))
    if unsourced is not None:
        claims = claims.filter(~Exists(citations) if unsourced else Exists(citations))
    if after:
        page_id, position = after
        claims = claims.filter(Q(page__gt=page_id) | Q(page=page_id, position__gt=position))
    rows = list(claims.order_by("page", "position")[: limit + 1])
    found = _cut(rows, limit, lambda claim: (claim.page_id, claim.position))
    _place(found.rows, pages, viewer)
    return found


def find_claim(*, viewer: Viewer, uid: Any) -> Claim | None:
    """Return a claim with the page that shows it as ``page``, or None."""
    claims = list(_claims_on(viewer.pages(), viewer).filter(uid=uid))
    _place(claims, viewer.pages(), viewer)
    return claims[0] if claims else None


def find_translations(*, viewer: Viewer, claims: Collection[Claim]) -> dict[UUID, list[Claim]]:
    """Return the claims that translate each of the claims, by its uid, each with its page as ``page``.

    They are those of the same group on pages that the viewer may see, by language.
    """
    found: dict[UUID, list[Claim]] = {claim.uid: [] for claim in claims}
    if not claims or not is_multilingual():
        return found
    pages = viewer.pages()
    others = list(
        Claim.objects.filter(viewer.about("page", pages), group__in={claim.group for claim in claims})
    )
    _place(others, pages, viewer)
    others.sort(key=lambda claim: (claim.page.locale.language_code, claim.pk))
    for claim in claims:
        found[claim.uid] = [
            other for other in others if other.group == claim.group and other.uid != claim.uid
        ]
    return found


def find_sources(
    *,
    viewer: Viewer,
    limit: int,
    after: tuple[int] | None = None,
    doi: str | None = None,
    locale: str | None = None,
) -> Slice:
    """Return a part of the sources that claims on the site cite, in the order of their ids.

    ``doi`` is one in any form. ``locale`` is the code of a language: only sources that are cited on pages in
    it; their number of claims is of all languages. ``after`` is the ``next_key`` of the part before. Raises
    ``UnknownLocaleError``.
    """
    sources = _cited_sources(viewer)
    if locale:
        pages = _in_locale(viewer.pages(), locale, viewer=viewer, named=None)
        cited = ClaimCitation.objects.filter(viewer.about("claim__page", pages), source=OuterRef("pk"))
        sources = sources.filter(Exists(cited))
    if doi:
        try:
            sources = sources.filter(doi=normalise_doi(doi))
        except ValidationError:
            sources = sources.none()
    if after:
        sources = sources.filter(pk__gt=after[0])
    rows = list(sources.order_by("pk")[: limit + 1])
    return _cut(rows, limit, lambda source: (source.pk,))


def find_source(*, viewer: Viewer, source_id: int) -> Source | None:
    """Return a source that a claim on the site cites, or None."""
    if source_id > MAX_ID:
        return None
    source: Source | None = _cited_sources(viewer).filter(pk=source_id).first()
    return source


def _article_pages(viewer: Viewer) -> Any:
    models = article_page_models()
    content_types = ContentType.objects.get_for_models(*models, for_concrete_models=False)
    # With one type of articles, its pages are read as such at once.
    pages = viewer.pages(models[0] if len(models) == 1 else None)
    return pages.filter(content_type__in=content_types.values())


def _as_specific(pages: Any) -> list[Any]:
    return list(pages.specific() if pages.model is page_model() else pages)


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
    found = (getattr(model, method)(text) for model in article_page_models())
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


def _cut(rows: list[Any], limit: int, key: Any) -> Slice:
    kept = rows[:limit]
    return Slice(rows=kept, next_key=key(kept[-1]) if len(rows) > limit else None)
