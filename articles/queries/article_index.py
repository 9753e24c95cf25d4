"""What an index of articles lists."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import PageNotAnInteger, Paginator
from django.db.models import Count, F, Q, QuerySet
from taggit.models import Tag

from standfirst.visibility import Viewer, is_multilingual

from .. import conf
from ..body.gathering import gather
from ..body.pictures import Picture, describe_pictures
from .counts import ClaimCounts, PageCounts

# A listing shows pictures small: it needs only the narrow renditions.
_TEASER_WIDTHS = 2
# A site may have thousands of tags. More than these nobody looks through; any other still has its address.
_TAGS_OFFERED = 60


@dataclass(frozen=True, kw_only=True)
class Teaser:
    """An article as an index shows it."""

    article: Any
    picture: Picture | None
    counts: ClaimCounts


@dataclass(frozen=True, kw_only=True)
class TagChoice:
    """A tag that the listing can be narrowed to."""

    tag: Tag
    query: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of an index, narrowed to ``tag`` if one was chosen."""

    teasers: list[Teaser]
    page: PaginatorPage[Any]
    tags: list[TagChoice]
    tag: Tag | None
    tag_is_unknown: bool

    def query_for(self, number: int) -> str:
        """Return the query string of another page of this listing, with its question mark; "" for none."""
        parameters = {"tag": self.tag.slug} if self.tag else {}
        if number > 1:
            parameters["page"] = str(number)
        return f"?{urlencode(parameters)}" if parameters else ""

    @property
    def newer_query(self) -> str:
        return self.query_for(self.page.number - 1)

    @property
    def older_query(self) -> str:
        return self.query_for(self.page.number + 1)


def list_teasers(*, index_page: Any, articles: Any, viewer: Viewer, tag: str, number: str) -> Listing:
    """Return a page of those ``articles`` that are below ``index_page`` and in its language, newest first.

    ``tag`` is a tag's slug in any case and ``number`` a page's number ("" for the first), both as a reader
    may have typed them. An unknown tag lists nothing. Raises ``InvalidPage`` for a number that is none, or
    that of no page.
    """
    articles = viewer.see_within(articles.descendant_of(index_page), index_page)
    if is_multilingual():
        articles = articles.filter(locale=index_page.locale_id)
    chosen = _find_tag(tag, articles)
    choices = _find_choices(chosen, articles)
    if tag:
        articles = articles.filter(tagged_items__tag=chosen) if chosen else articles.none()
    articles = articles.order_by(F("first_published_at").desc(nulls_last=True), "-pk").defer_streamfields()
    page = Paginator(articles, conf.page_size()).page(_read_number(number))
    shown = list(page.object_list)
    viewer.frame.give_locales(shown)
    claims = PageCounts(shown)
    counts = claims.by_page(gather(shown, more=[claims.part]).found)
    pictures = describe_pictures(
        [(article.hero_image, article.hero_alt) for article in shown],
        widths=conf.image_widths()[:_TEASER_WIDTHS],
    )
    return Listing(
        teasers=[
            Teaser(article=article, picture=picture, counts=counts[article.pk])
            for article, picture in zip(shown, pictures, strict=True)
        ],
        page=page,
        tags=[
            TagChoice(tag=known, query=f"?{urlencode({'tag': known.slug})}", is_chosen=known == chosen)
            for known in choices
        ],
        tag=chosen,
        tag_is_unknown=bool(tag) and chosen is None,
    )


def _find_tag(slug: str, articles: QuerySet[Any]) -> Tag | None:
    """Return the tag of one of the articles; of slugs that differ in case, the exact one is meant."""
    # PostgreSQL refuses NUL in a parameter; no slug has one.
    if not slug or "\0" in slug:
        return None
    # Not every database knows the cases of letters beyond ASCII.
    alike = Q(slug__iexact=slug) | Q(slug__in={slug.lower(), slug.casefold()})
    found = _tags_of(articles).filter(alike).distinct().order_by("pk")
    return min(found, key=lambda tag: tag.slug != slug, default=None)


def _find_choices(chosen: Tag | None, articles: QuerySet[Any]) -> list[Tag]:
    """Return the tags that most of the articles have, and the chosen one, by name."""
    often = _tags_of(articles).annotate(number=Count("pk")).order_by("-number", "name", "pk")
    choices = list(often[:_TAGS_OFFERED])
    if chosen is not None and chosen not in choices:
        choices.append(chosen)
    return sorted(choices, key=lambda tag: (tag.name, tag.pk))


def _tags_of(articles: QuerySet[Any]) -> QuerySet[Tag]:
    return Tag.objects.filter(standfirst_articles_articletag_items__content_object__in=articles)


def _read_number(text: str) -> int:
    """Return the number of a page. One page has one address: "+2" and "02" are no numbers here."""
    if not text:
        return 1
    if not re.fullmatch("[1-9][0-9]{0,8}", text):
        raise PageNotAnInteger
    return int(text)
