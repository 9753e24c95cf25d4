"""Parts of a page that others refer to, such as the claims of an article: what an app says of its parts.

An anchor is an opaque text that names one part of one page for as long as the part exists. Whoever stores
one, as a comment does, asks ``standfirst.parts.find_anchors`` what it stands for now.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from django.contrib.auth import get_user_model

from standfirst.aliases import find_original_ids, page_model


class Place(NamedTuple):
    """A part of a page. ``page`` may be of Wagtail's base class; its content is not read."""

    page: Any
    anchor: str


#: The page's id and the anchor.
Key = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class AnchorGrade:
    """How well a part is supported: a value for programs, and a label in the active language."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A part that is there now.

    ``words`` is what the part is called, plain text in the active language. ``grade`` is None for what is not
    graded. ``url`` is the part's address as the ``get_url`` of its page begins it, "" if the page has none.
    ``editors`` are the users who work on the page, as ``find_editors`` has them; empty if nobody asked.
    """

    words: str
    grade: AnchorGrade | None = None
    url: str = ""
    editors: tuple[Any, ...] = ()


class AnchorProvider(Protocol):
    """Says what anchors stand for."""

    def knows_all_of(self, page_type: type[Any]) -> bool:
        """Return whether pages of a type have no other parts, so that nobody else need be asked."""
        ...

    def find_anchors(self, places: Collection[Place]) -> Mapping[Key, Anchor]:
        """Return what is there now of these places. Their number must not change that of the queries."""
        ...


def ask_for_anchors(
    providers: Iterable[AnchorProvider], places: Iterable[Place], *, with_editors: bool = False
) -> dict[Key, Anchor]:
    """Return what providers know of places, the first to answer for each of them."""
    places = list(places)
    found: dict[Key, Anchor] = {}
    unknown = {(place.page.pk, place.anchor): place for place in places}
    for provider in providers:
        if not unknown:
            break
        found.update(provider.find_anchors(list(unknown.values())))
        unknown = {
            key: place
            for key, place in unknown.items()
            if key not in found and not provider.knows_all_of(place.page.specific_class)
        }
    if with_editors and found:
        editors = find_editors({place.page.pk: place.page for place in places}.values())
        found = {key: replace(anchor, editors=tuple(editors[key[0]])) for key, anchor in found.items()}
    return found


def find_editors(pages: Iterable[Any]) -> dict[int, Sequence[Any]]:
    """Return the users who work on each page, by its id.

    They are whoever saved its latest version, whoever saved the one that is live, and its owner, each once
    and in this order. Those who merely may edit it, such as all moderators of a site, are not among them, nor
    are accounts that are not active. An alias has the editors of its original. Takes two queries, and one for
    each link of the longest chain of aliases.
    """
    original_of = find_original_ids(pages)
    rows = (
        page_model()
        ._base_manager.filter(pk__in=set(original_of.values()))
        .order_by()
        .values_list("pk", "latest_revision__user", "live_revision__user", "owner")
    )
    ids_of = {page_id: [pk for pk in dict.fromkeys(user_ids) if pk] for page_id, *user_ids in rows}
    users = get_user_model()._default_manager.in_bulk({pk for ids in ids_of.values() for pk in ids})
    return {
        page_id: [users[pk] for pk in ids_of.get(original_id, ()) if pk in users and users[pk].is_active]
        for page_id, original_id in original_of.items()
    }
