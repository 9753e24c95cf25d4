"""What the front page shows, read in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet

from articles.queries.counts import CertaintyCount, ClaimCounts, PageCounts, count_claims
from standfirst.visibility import is_multilingual

if TYPE_CHECKING:
    from wagtail.models import Page

    from articles.body.pictures import Picture
    from articles.models import ArticlePage
    from standfirst.visibility import Viewer

ARTICLES_SHOWN = 7


@dataclass(frozen=True)
class Story:
    """An article on the front page, with its picture and the certainty of its claims."""

    page: "ArticlePage"
    picture: "Picture | None"
    counts: ClaimCounts


@dataclass(frozen=True)
class FrontPage:
    """The lead story, the others, newest first, and figures about all claims and their articles."""

    lead: Story | None
    stories: list[Story]
    article_count: int
    claim_count: int
    source_count: int
    unsourced_count: int
    certainties: Sequence[CertaintyCount]


def read_front_page(*, home: "Page", viewer: "Viewer") -> FrontPage:
    """Return what the front page shows: the articles below ``home`` and figures about their claims."""
    from articles.body.gathering import gather
    from articles.body.pictures import describe_pictures
    from articles.models import Claim, ClaimCitation

    public: Any = _articles(home, viewer)
    articles = list(
        public.order_by(F("first_published_at").desc(nulls_last=True), "-pk").defer_streamfields()[
            :ARTICLES_SHOWN
        ]
    )
    viewer.frame.give_locales(articles)
    page_counts = PageCounts(articles)
    counts = page_counts.by_page(gather(articles, more=[page_counts.part]).found)
    # The pictures stand beside the headline that they belong to and say nothing more to a screen reader.
    pictures = describe_pictures((article.hero_image, "") for article in articles)
    stories = [
        Story(page=article, picture=picture, counts=counts[article.pk])
        for article, picture in zip(articles, pictures, strict=True)
    ]
    claims = Claim.objects.filter(viewer.about("page", public)).order_by()
    totals = count_claims(claims)
    return FrontPage(
        lead=stories[0] if stories else None,
        stories=stories[1:],
        article_count=claims.values("page").distinct().count(),
        claim_count=totals.total,
        source_count=ClaimCitation.objects.filter(claim__in=claims)
        .order_by()
        .aggregate(number=Count("source", distinct=True))["number"],
        unsourced_count=claims.filter(citations__isnull=True).count(),
        certainties=totals.by_certainty,
    )


def _articles(home: "Page", viewer: "Viewer") -> "QuerySet[ArticlePage]":
    from articles.models import ArticlePage

    listed = viewer.see_within(ArticlePage.objects.descendant_of(home), home)
    if is_multilingual():
        listed = listed.filter(locale=home.locale_id)
    queryset: QuerySet[ArticlePage] = viewer.each_once(listed)
    return queryset
