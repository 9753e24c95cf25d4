"""How many comments other apps say there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count

from standfirst.aliases import find_original_ids
from standfirst.visibility import Viewer

from ..models import Comment, Discussion
from ..page_types import commented_types


class Counter:
    """What the app offers other apps; see ``standfirst.parts.CommentCounter``."""

    def count_by_page(self, pages: Collection[Any], *, viewer: Viewer) -> Mapping[int, int]:
        original_of = _find_discussed(pages, viewer)
        counts = dict(
            Discussion.objects.filter(page__in=set(original_of.values())).values_list(
                "page_id", "approved_count"
            )
        )
        return {page_id: counts.get(original_id, 0) for page_id, original_id in original_of.items()}

    def count_by_anchor(self, pages: Collection[Any], *, viewer: Viewer) -> Mapping[int, Mapping[str, int]]:
        original_of = _find_discussed(pages, viewer)
        counts: dict[int, dict[str, int]] = defaultdict(dict)
        rows = (
            Comment.objects.approved()
            .filter(discussion__page__in=set(original_of.values()))
            .exclude(anchor="")
            .order_by()
            .values_list("discussion__page", "anchor")
            .annotate(number=Count("pk"))
        )
        for original_id, anchor, number in rows:
            counts[original_id][anchor] = number
        return {page_id: counts[original_id] for page_id, original_id in original_of.items()}


def _find_discussed(pages: Collection[Any], viewer: Viewer) -> dict[int, int]:
    """Return the id of each page that shows a discussion, with the id of the page that it is of."""
    types = set(commented_types())
    shown = [page for page in pages if page.specific_class in types and viewer.may_discuss(page)]
    return find_original_ids(shown)
