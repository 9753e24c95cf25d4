"""How many comments other apps say there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Count, FilteredRelation, Q

from standfirst.aliases import find_original_ids
from standfirst.cache.noting import note
from standfirst.visibility import Viewer

from ..enums import Status
from ..models import Discussion
from ..page_types import commented_types


class Counter:
    """What the app offers other apps; see ``standfirst.parts.CommentCounter``."""

    def count_by_page(self, pages: Collection[Any], *, viewer: Viewer) -> Mapping[int, int]:
        original_of = _find_discussed(pages, viewer)
        counts = {}
        rows = Discussion.objects.filter(page__in=set(original_of.values()))
        for original_id, version, number in rows.values_list("page_id", "version", "approved_count"):
            note(Discussion.PART, original_id, version)
            counts[original_id] = number
        _note_absent(original_of.values())
        return {page_id: counts.get(original_id, 0) for page_id, original_id in original_of.items()}

    def count_by_anchor(self, pages: Collection[Any], *, viewer: Viewer) -> Mapping[int, Mapping[str, int]]:
        original_of = _find_discussed(pages, viewer)
        counts: dict[int, dict[str, int]] = defaultdict(dict)
        # Discussions without such comments are among the rows, too: their versions count as well.
        counted = Q(comments__status=Status.APPROVED) & ~Q(comments__anchor="")
        rows = (
            Discussion.objects.filter(page__in=set(original_of.values()))
            .annotate(counted=FilteredRelation("comments", condition=counted))
            .order_by()
            .values_list("page_id", "version", "counted__anchor")
            .annotate(number=Count("counted"))
        )
        for original_id, version, anchor, number in rows:
            note(Discussion.PART, original_id, version)
            if number:
                counts[original_id][anchor] = number
        _note_absent(original_of.values())
        return {page_id: counts[original_id] for page_id, original_id in original_of.items()}


def _note_absent(page_ids: Iterable[int]) -> None:
    """Note that pages have no discussion yet, except those whose discussion has just been noted."""
    for page_id in page_ids:
        note(Discussion.PART, page_id, 0)


def _find_discussed(pages: Collection[Any], viewer: Viewer) -> dict[int, int]:
    """Return the id of each page that shows a discussion, with the id of the page that it is of."""
    types = set(commented_types())
    shown = [page for page in pages if page.specific_class in types and viewer.may_discuss(page)]
    return find_original_ids(shown)
