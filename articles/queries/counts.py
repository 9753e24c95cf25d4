"""How many claims have which certainty, on one page and on a whole site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from standfirst.aliases import find_original_ids

from ..enums import Certainty

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from ..models import Claim


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


def count_claims(claims: QuerySet[Claim]) -> ClaimCounts:
    """Return the counts of all of these claims, in one query."""
    rows = claims.order_by().values_list("certainty").annotate(number=Count("pk"))
    return _as_counts(dict(rows))


def count_claims_by_page(pages: Iterable[Any]) -> dict[int, ClaimCounts]:
    """Return the counts of each page's claims by the page's id; an alias has its original's claims.

    Takes one query, and one more for each link of the longest chain of aliases.
    """
    from ..models import Claim

    original_of = find_original_ids(pages)
    counters: dict[int, Counter[str]] = {original_id: Counter() for original_id in original_of.values()}
    rows = (
        Claim.objects.filter(page__in=list(counters))
        .order_by()
        .values_list("page_id", "certainty")
        .annotate(number=Count("pk"))
    )
    for page_id, certainty, number in rows:
        counters[page_id][certainty] = number
    return {page_id: _as_counts(counters[original_id]) for page_id, original_id in original_of.items()}


def _as_counts(numbers: Mapping[str, int]) -> ClaimCounts:
    by_certainty = tuple(
        CertaintyCount(certainty=level, count=numbers[level.value])
        for level in Certainty
        if numbers.get(level.value)
    )
    return ClaimCounts(total=sum(row.count for row in by_certainty), by_certainty=by_certainty)
