"""How many claims have which certainty, on one page and on a whole site."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, QuerySet

from standfirst.aliases import find_original_ids
from standfirst.together import Counts, Together, read_together

from ..enums import Certainty


@dataclass(frozen=True, kw_only=True)
class CertaintyCount:
    """How many claims have one certainty."""

    certainty: Certainty
    count: int


@dataclass(frozen=True, kw_only=True)
class ClaimCounts:
    """How many claims there are, and how many of each certainty that occurs, the most certain first."""

    total: int = 0
    by_certainty: tuple[CertaintyCount, ...] = ()


def count_claims(claims: QuerySet[Any]) -> ClaimCounts:
    """Return the counts of all of these claims, in one query."""
    rows = claims.order_by().values_list("certainty").annotate(number=Count("pk"))
    return _as_counts(dict(rows))


class PageCounts:
    """The counts of the claims of pages, an alias's being its original's.

    ``part`` is to be read with whatever else is read of the pages. Until then it costs nothing, but one query
    for each link of the longest chain of aliases.
    """

    def __init__(self, pages: Iterable[Any]) -> None:
        self._original_of = find_original_ids(pages)
        # The model of claims is made after the page types, which read this.
        claim: Any = apps.get_model("standfirst_articles", "Claim")
        self.part = Counts(
            model=claim,
            field="page",
            values=sorted(set(self._original_of.values())),
            by=("page", "certainty"),
        )

    def by_page(self, found: Together) -> dict[int, ClaimCounts]:
        """Return the counts by the page's id, from what was read."""
        counters: dict[int, Counter[str]] = {number: Counter() for number in self._original_of.values()}
        for page_id, certainty, number in found.counts(self.part):
            counters[page_id][certainty] = number
        return {
            page_id: _as_counts(counters[original_id]) for page_id, original_id in self._original_of.items()
        }


def count_claims_by_page(pages: Iterable[Any]) -> dict[int, ClaimCounts]:
    """Return the counts of each page's claims by the page's id; see ``PageCounts``. Takes one query."""
    counts = PageCounts(pages)
    return counts.by_page(read_together([counts.part]))


def _as_counts(numbers: Mapping[str, int]) -> ClaimCounts:
    by_certainty = tuple(
        CertaintyCount(certainty=level, count=numbers[level.value])
        for level in Certainty
        if numbers.get(level.value)
    )
    return ClaimCounts(total=sum(row.count for row in by_certainty), by_certainty=by_certainty)
