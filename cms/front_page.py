"""What the front page shows, read in a constant number of queries."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet

from articles.enums import Certainty

if TYPE_CHECKING:
    from articles.models import ArticlePage
    from articles.pictures import Picture
    from cms.models import HomePage

ARTICLES_SHOWN = 7


@dataclass(frozen=True)
class CertaintyCount:
    """How many claims have one certainty."""

    certainty: Certainty
    count: int


@dataclass(frozen=True)
class Story:
    """An article on the front page, with its picture and the certainty of its claims."""

    page: "ArticlePage"
    picture: "Picture | None"
    certainties: list[CertaintyCount]

    @property
    def claim_count(self) -> int:
        """Return the number of claims in the article."""
        return sum(row.count for row in self.certainties)


@dataclass(frozen=True)
class FrontPage:
    """The lead story, the others, newest first, and the evidence of the whole publication."""

    lead: Story | None
    stories: list[Story]
    article_count: int
    claim_count: int
    source_count: int
    unsourced_count: int
    certainties: list[CertaintyCount]


def read_front_page(*, home: "HomePage") -> FrontPage:
    """Return what the front page shows: public articles below ``home`` and figures about their claims."""
    from articles.models import Claim, ClaimCitation
    from articles.pictures import describe_pictures

    public = _public_articles(home)
    articles = list(
        public.order_by(F("first_published_at").desc(nulls_last=True), "-pk")
        .select_related("hero_image")
        .prefetch_related("bylines__person")[:ARTICLES_SHOWN]
    )
    # The pictures stand beside the headline that they belong to and say nothing more to a screen reader.
    pictures = describe_pictures((article.hero_image, "") for article in articles)
    by_page = _count_by_page(Claim.objects.filter(page__in=[article.pk for article in articles]).order_by())
    stories = [
        Story(page=article, picture=picture, certainties=_as_counts(by_page.get(article.pk, Counter())))
        for article, picture in zip(articles, pictures, strict=True)
    ]
    claims = Claim.objects.filter(page__in=public.values("pk")).order_by()
    totals = Counter(dict(claims.values_list("certainty").annotate(number=Count("pk"))))
    return FrontPage(
        lead=stories[0] if stories else None,
        stories=stories[1:],
        article_count=public.count(),
        claim_count=sum(totals.values()),
        source_count=ClaimCitation.objects.filter(claim__in=claims)
        .order_by()
        .aggregate(number=Count("source", distinct=True))["number"],
        unsourced_count=claims.filter(citations__isnull=True).count(),
        certainties=_as_counts(totals),
    )


def _public_articles(home: "HomePage") -> "QuerySet[ArticlePage]":
    from articles.models import ArticlePage
    from articles.public import exclude_restricted

    queryset: QuerySet[ArticlePage] = exclude_restricted(ArticlePage.objects.descendant_of(home).live())
    # An alias would show the same article twice.
    return queryset.filter(alias_of__isnull=True)


def _count_by_page(claims: "QuerySet[Any]") -> dict[int, Counter[str]]:
    by_page: dict[int, Counter[str]] = {}
    rows: Iterable[tuple[int, str, int]] = claims.values_list("page_id", "certainty").annotate(
        number=Count("pk")
    )
    for page_id, certainty, number in rows:
        by_page.setdefault(page_id, Counter())[certainty] = number
    return by_page


def _as_counts(counter: "Counter[str]") -> list[CertaintyCount]:
    """Return the counts that are not zero, the most certain first."""
    return [CertaintyCount(level, counter[level.value]) for level in Certainty if counter[level.value]]
