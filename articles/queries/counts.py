"""How many claims have which certainty, on one page and on a whole site."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from standfirst.aliases import find_original_ids, page_model

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


def count_claims_by_page(pages: Iterable[Any]) -> dict[int, ClaimCounts]:
    """Return the counts of each page's claims by the page's id; an alias has its original's claims.

    Takes one query, and one more for each link of the longest chain of aliases.
    """
    original_of = find_original_ids(pages)
    counters: dict[int, Counter[str]] = {original_id: Counter() for original_id in original_of.values()}
    # By way of the pages: the model of claims is made after the page types, which read this.
    rows = (
        page_model()
        ._base_manager.filter(pk__in=list(counters), indexed_claims__isnull=False)
        .order_by()
        .values_list("pk", "indexed_claims__certainty")
        .annotate(number=Count("indexed_claims"))
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
