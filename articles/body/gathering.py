"""Reads all that articles show beside their own rows by one statement, however many articles there are.

What comes of it lies where Django, modelcluster and Wagtail look before they ask the database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ManyToOneRel, prefetch_related_objects
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from modelcluster.utils import sort_by_fields
from wagtail.images import get_image_model

from standfirst.aliases import page_model
from standfirst.together import Part, Rows, Together, read_together
from standfirst.visibility import is_multilingual

from .known import note_known, note_linked
from .naming import Named

if TYPE_CHECKING:
    from django.db.models import Model


@dataclass(frozen=True, kw_only=True)
class _Relation:
    """A relation of a page type that is read here, such as its bylines, each with its person."""

    page_type: type[Any]
    name: str
    rows: Rows


@dataclass(kw_only=True)
class Gathered:
    """What was read: put into the pages, and here by what it is."""

    found: Together
    sources: Rows
    images: Rows
    renditions: Rows
    # What publishing computed of the bodies, by the page's id.
    renderings: dict[int, Any]
    # The pages that texts link to, those above, and the translations: whether anybody may see them or not.
    linked: list[Any]
    around: list[Any]

    def describe(self, page: Any, names: Named) -> list[Any]:
        """Return all that is stored of what a body and its lead image name, and where the files are."""
        image_ids = sorted({*_as_ids(names.images), *_as_ids([page.hero_image_id])})
        return [
            [self._source_texts.get(source_id) for source_id in sorted(_as_ids(names.sources))],
            [self._image_texts.get(image_id) for image_id in image_ids],
            [self._rendition_texts.get(image_id) for image_id in image_ids],
            [self._addresses.get(image_id) for image_id in image_ids],
        ]

    @cached_property
    def _source_texts(self) -> dict[Any, list[str]]:
        return self.found.texts_by(self.sources, "pk")

    @cached_property
    def _image_texts(self) -> dict[Any, list[str]]:
        return self.found.texts_by(self.images, "pk")

    @cached_property
    def _rendition_texts(self) -> dict[Any, list[str]]:
        return self.found.texts_by(self.renditions, "image")

    @cached_property
    def _addresses(self) -> dict[int, list[str]]:
        """Return the addresses of an image's files: a storage may sign them, so that they end one day."""
        addresses: dict[int, list[str]] = {}
        for rendition in self.found.rows(self.renditions):
            addresses.setdefault(rendition.image_id, []).append(rendition.url)
        for image in self.found.rows(self.images):
            if image.pk not in addresses:
                addresses[image.pk] = [image.file.url]
        return addresses


def gather(
    pages: Sequence[Any],
    *,
    names: Sequence[Named] | None = None,
    with_renderings: bool = False,
    with_around: bool = False,
    more: Collection[Part] = (),
) -> Gathered:
    """Read what the pages show beside their own rows, and put it into them; return it.

    That is what the types of the pages name in ``article_relations``, lead images with their files and the
    sources, images and links among ``names``, which is what the bodies name (``read_names``). With them may
    come what publishing rendered, and the pages around. A relation that can't be read in this way costs the
    queries that Django makes for it.
    """
    names = names or ()
    relations = list(_find_relations(pages))
    image_model: Any = get_image_model()
    source_model: Any = apps.get_model("standfirst_articles", "Source")
    heroes = {page.hero_image_id for page in pages if _has_hero(page) and page.hero_image_id}
    image_ids = heroes | _as_ids(stored for named in names for stored in named.images)
    source_ids = _as_ids(stored for named in names for stored in named.sources)
    # A model of images that inherits from another table is left to Django.
    asked_ids = [] if image_model._meta.parents else sorted(image_ids)
    sources = Rows(model=source_model, field="pk", values=sorted(source_ids))
    images = Rows(model=image_model, field="pk", values=asked_ids)
    renditions = Rows(model=image_model.get_rendition_model(), field="image", values=asked_ids)
    rendering_model: Any = apps.get_model("standfirst_articles", "BodyRendering")
    page_ids = [page.pk for page in pages if page.pk] if with_renderings else []
    renderings = Rows(model=rendering_model, field="page", values=page_ids)
    linked_ids = sorted({page_id for named in names for page_id in named.linked_pages})
    linked = Rows(model=page_model(), field="pk", values=linked_ids, related="alias_of")
    around = _find_around(pages) if with_around else []
    parts: list[Part] = [relation.rows for relation in relations]
    found = read_together([*parts, sources, images, renditions, renderings, linked, *around, *more])
    for relation in relations:
        _put_relation(relation, pages, found.rows(relation.rows))
    known: dict[type[Model], Mapping[Any, Any]] = {
        source_model: _RowsById(source_ids, partial(found.rows, sources)),
    }
    if not image_model._meta.parents:
        by_id = {**dict.fromkeys(image_ids), **{row.pk: row for row in found.rows(images)}}
        _put_renditions(by_id, found.rows(renditions))
        known[image_model] = by_id
        for page in pages:
            if _has_hero(page) and page.hero_image_id:
                page.hero_image = by_id[page.hero_image_id]
    linked_pages = found.rows(linked)
    for page, named in zip(pages, names, strict=False):
        note_linked(page, [other for other in linked_pages if other.pk in named.linked_pages])
    for page in pages:
        note_known(page, known)
    return Gathered(
        found=found,
        sources=sources,
        images=images,
        renditions=renditions,
        renderings={row.page_id: row for row in found.rows(renderings)},
        linked=linked_pages,
        around=list({page.pk: page for part in around for page in found.rows(part)}.values()),
    )


def _find_around(pages: Sequence[Any]) -> list[Rows]:
    """Return the pages above and, on a site of several languages, the translations."""
    above = sorted({page.path[: -page.steplen] for page in pages if page.depth > 1})
    parts = [Rows(model=page_model(), field="path", values=above, related="alias_of")]
    if is_multilingual():
        keys = sorted({page.translation_key for page in pages})
        parts.append(Rows(model=page_model(), field="translation_key", values=keys, related="alias_of"))
    return parts


class _RowsById(Mapping[Any, Any]):
    """Rows by their ids, None for one that isn't there: made when the first of them is wanted."""

    def __init__(self, ids: Collection[Any], read: Callable[[], Iterable[Any]]) -> None:
        self._ids = ids
        self._read = read

    @cached_property
    def _rows(self) -> dict[Any, Any]:
        return {**dict.fromkeys(self._ids), **{row.pk: row for row in self._read()}}

    def __getitem__(self, key: Any) -> Any:
        return self._rows[key]

    def __contains__(self, key: object) -> bool:
        return key in self._ids

    def __iter__(self) -> Iterator[Any]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def _find_relations(pages: Sequence[Any]) -> Iterable[_Relation]:
    by_type: dict[type[Any], list[Any]] = {}
    for page in pages:
        by_type.setdefault(type(page), []).append(page)
    for page_type, same in by_type.items():
        left: list[str] = []
        for lookup in page_type.article_relations:
            relation = _make_relation(page_type, lookup, same)
            if relation is None:
                left.append(lookup)
            else:
                yield relation
        if left or get_image_model()._meta.parents:
            heroes = ["hero_image"] if get_image_model()._meta.parents and _has_hero(same[0]) else []
            prefetch_related_objects(same, *left, *heroes)


def _make_relation(page_type: type[Any], lookup: str, pages: Sequence[Any]) -> _Relation | None:
    """Return a relation of rows that name the page, with one foreign key of theirs; None for any other."""
    name, _, related = lookup.partition("__")
    try:
        relation = page_type._meta.get_field(name)
        key = relation.related_model._meta.get_field(related) if related else None
    except (FieldDoesNotExist, AttributeError):
        return None
    if not isinstance(relation, ManyToOneRel) or relation.related_model._meta.parents:
        return None
    if key is not None and (not key.many_to_one or key.remote_field.model._meta.parents):
        return None
    rows = Rows(
        model=relation.related_model,
        field=relation.field.name,
        values=[page.pk for page in pages if _shows_saved(page, name)],
        related=related,
    )
    return _Relation(page_type=page_type, name=name, rows=rows)


def _shows_saved(page: Any, name: str) -> bool:
    """Return whether the page shows what is saved of a relation: a draft has its own."""
    return page.pk is not None and name not in (page.__dict__.get("_cluster_related_objects") or {})


def _put_relation(relation: _Relation, pages: Sequence[Any], found: Sequence[Any]) -> None:
    key: Any = relation.rows.model._meta.get_field(relation.rows.field)
    ordering = relation.rows.model._meta.ordering
    for page in pages:
        if type(page) is not relation.page_type or not _shows_saved(page, relation.name):
            continue
        own = [row for row in found if getattr(row, key.attname) == page.pk]
        for row in own:
            setattr(row, key.name, page)
        if ordering:
            sort_by_fields(own, ordering)
        cache = page.__dict__.get("_prefetched_objects_cache")
        if not isinstance(cache, _Prefetched):
            cache = page.__dict__["_prefetched_objects_cache"] = _Prefetched(page, cache or {})
        cache.rows[relation.name] = own


class _Prefetched(dict[str, Any]):
    """What Django looks into for fetched relations. A queryset is made when it is asked for: that is dear."""

    def __init__(self, page: Any, known: dict[str, Any]) -> None:
        super().__init__(known)
        self.rows: dict[str, list[Any]] = {}
        self._page = page

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.rows

    def __missing__(self, name: str) -> Any:
        # Out of the rows first: the manager looks here, and makes a queryset when it finds nothing.
        rows = self.rows.pop(name)
        queryset = getattr(self._page, name).get_queryset()
        queryset._result_cache = rows
        queryset._prefetch_done = True
        self[name] = queryset
        return queryset

    def pop(self, name: str, *default: Any) -> Any:
        self.rows.pop(name, None)
        return super().pop(name, *default)


def gathered_rows(page: Any, name: str) -> list[Any] | None:
    """Return the rows of a relation that were read ahead, each with its foreign key; None if there are none.

    It saves making a queryset of them.
    """
    cache = page.__dict__.get("_prefetched_objects_cache")
    return cache.rows.get(name) if isinstance(cache, _Prefetched) and _shows_saved(page, name) else None


def _put_renditions(images: dict[Any, Any], renditions: Sequence[Any]) -> None:
    for image in images.values():
        if image is not None:
            image.prefetched_renditions = []
    for rendition in renditions:
        image = images.get(rendition.image_id)
        if image is not None:
            rendition.image = image
            image.prefetched_renditions.append(rendition)


def _has_hero(page: Any) -> bool:
    """Return whether the page has our lead image: a page type may have something else in its place."""
    return isinstance(getattr(type(page), "hero_image", None), ForwardManyToOneDescriptor)


def _as_ids(stored: Iterable[Any]) -> set[int]:
    """Return the ids among what a body stores; a chooser makes nothing of the rest, or asks for it itself."""
    return {value for value in stored if type(value) is int and 0 < value < 2**63}
