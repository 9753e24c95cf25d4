"""Rows that can't be deleted while pages use them, whether readers see that or only editors do."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import swapper
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import ProtectedError, Q
from django.db.models.fields.json import KeyTextTransform
from wagtail.models import ReferenceIndex, Revision

from .article_types import article_page_models

_IDS_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A page that uses a source or a person. ``in_draft_only`` says that readers don't see it there."""

    object_id: int
    page: Any
    in_draft_only: bool


class ProtectedQuerySet(models.QuerySet[Any]):
    """Rows that are deleted all together or, while one of them is used, not at all."""

    def find_usage(self) -> list[Usage]:
        """Return each page that uses one of the rows, published or draft, once per row.

        Wagtail's reference index knows only the saved page, not the draft in its latest revision nor a
        scheduled one, so these are read here.
        """
        saved = set(self._find_saved())
        drafts = set(self._find_in_drafts()) - saved
        pages: dict[int, Any] = _page_model()._default_manager.in_bulk(
            {page_id for _, page_id in saved | drafts}
        )
        return [
            Usage(
                object_id=object_id,
                page=pages[page_id],
                in_draft_only=(object_id, page_id) in drafts or not pages[page_id].live,
            )
            for object_id, page_id in sorted(saved | drafts)
            if page_id in pages
        ]

    def find_showing_pages(self) -> dict[int, set[int]]:
        """Return, by the id of each row that readers see, the ids of the live pages that show it.

        Aliases show what their originals show. At a number of queries that doesn't grow with the rows.
        """
        saved = set(self._find_saved())
        page_ids = {page_id for _, page_id in saved}
        live = set()
        aliases = defaultdict(set)
        pages = _page_model()._default_manager.filter(
            Q(pk__in=page_ids) | Q(alias_of__in=page_ids), live=True
        )
        for page_id, original_id in pages.values_list("pk", "alias_of"):
            live.add(page_id)
            aliases[original_id].add(page_id)
        showing: dict[int, set[int]] = defaultdict(set)
        for object_id, page_id in saved:
            showing[object_id] |= ({page_id} & live) | aliases[page_id]
        return {object_id: pages for object_id, pages in showing.items() if pages}

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows. Raises ``ProtectedError`` if a page uses one of them."""
        _refuse(self.find_usage())
        return super().delete()

    # As Django marks its own: not for templates, nor for the manager, whose rows are all there are.
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _find_saved(self) -> Iterator[tuple[int, int]]:
        path = self.model.path_to_pages
        yield from self.filter(**{f"{path}__isnull": False}).values_list("pk", path)
        references = ReferenceIndex.get_references_to_in_bulk(self).filter(
            base_content_type=ContentType.objects.get_for_model(_page_model(), for_concrete_model=False)
        )
        for object_id, page_id in references.values_list("to_object_id", "object_id"):
            yield int(object_id), int(page_id)

    def _find_in_drafts(self) -> Iterator[tuple[int, int]]:
        wanted = set(self.values_list("pk", flat=True))
        if not wanted:
            return
        for page_model in article_page_models():
            drafts = page_model._default_manager.filter(has_unpublished_changes=True)
            scheduled = Q(
                approved_go_live_at__isnull=False,
                content_type=ContentType.objects.get_for_model(page_model, for_concrete_model=False),
            )
            revisions = Revision.page_revisions.filter(
                Q(pk__in=drafts.values("latest_revision_id")) | scheduled
            )
            places = sorted(set(self.model.find_places(page_model)))
            ordered = sorted(wanted)
            for start in range(0, len(ordered), _IDS_AT_ONCE):
                ids = ordered[start : start + _IDS_AT_ONCE]
                for revision in _that_may_name(ids, revisions, places):
                    used = _as_ids(self.model.read_used_ids(page_model, revision.content))
                    for object_id in used.intersection(ids):
                        yield object_id, int(revision.object_id)


class ProtectedWhereUsed(models.Model):
    """A model whose rows are kept while pages use them.

    A foreign key in a page's child object can't protect its target: revisions name it without the database's
    knowledge, and modelcluster refuses to load one that names a deleted row, unless the key cascades.
    """

    # The lookup that leads from a row to the saved pages that use it.
    path_to_pages: ClassVar[str]

    objects: ClassVar[Any] = ProtectedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def find_places(cls, page_model: type[models.Model]) -> Iterator[tuple[str, str]]:
        """Yield the keys of a revision's content that may name rows, each with the name of an id in there."""
        raise NotImplementedError

    @classmethod
    def read_used_ids(cls, page_model: type[models.Model], content: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the ids that a revision's content names; whatever isn't one is skipped."""
        raise NotImplementedError

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row. Raises ``ProtectedError`` if a published page or a draft uses it."""
        _refuse(type(self).objects.filter(pk=self.pk).find_usage())
        return super().delete(*args, **kwargs)


def _refuse(usage: list[Usage]) -> None:
    if usage:
        pages = {use.page for use in usage}
        raise ProtectedError(f"This can't be deleted: {len(pages)} pages use it.", pages)


def _that_may_name(
    ids: Sequence[int], revisions: models.QuerySet[Revision], places: Sequence[tuple[str, str]]
) -> Iterator[Revision]:
    """Yield the revisions whose stored text has one of the ids in one of the places.

    The database searches the text, so that a site's drafts are not all read into objects.
    """
    if not places:
        return
    # PostgreSQL and SQLite differ in the space after a colon; a script may have written an id as text.
    values = "|".join(map(str, ids))
    texts, named = {}, Q()
    for number, (key, name) in enumerate(places):
        texts[f"_text_{number}"] = KeyTextTransform(key, "content")
        named |= Q(**{f"_text_{number}__regex": f'"{re.escape(name)}": ?"?({values})["}},]'})
    found = revisions.annotate(**texts).filter(named).only("content", "object_id")
    yield from found.iterator(chunk_size=50)


def _as_ids(values: Iterator[Any]) -> set[int]:
    ids = set()
    for value in values:
        with suppress(TypeError, ValueError, OverflowError):
            ids.add(int(value))
    return ids


def _page_model() -> Any:
    return swapper.load_model("wagtailcore", "Page")
