"""Rows that were read ahead for the blocks of a body, so that its choosers needn't ask for them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from django.db.models import Model
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from .migrating import PlainInMigrations

# By model and id; None for a row that was looked for and isn't there.
Known = Mapping[type[Model], Mapping[Any, Any]]

_PAGE_HAS: Final = "_standfirst_known"
_PAGE_LINKS_TO: Final = "_standfirst_linked"
_known: Final[ContextVar[Known | None]] = ContextVar("standfirst_known", default=None)


def note_known(page: Any, known: Known) -> None:
    """Keep with a page the rows that its body names."""
    page.__dict__[_PAGE_HAS] = known


def note_linked(page: Any, linked: list[Any]) -> None:
    """Keep with a page the rows of the pages that its texts link to."""
    page.__dict__[_PAGE_LINKS_TO] = linked


def linked_pages(page: Any) -> list[Any] | None:
    """Return the pages that a page's texts link to, None if they weren't read ahead."""
    linked: list[Any] | None = getattr(page, "__dict__", {}).get(_PAGE_LINKS_TO)
    return linked


@contextmanager
def knowing_rows_of(page: Any) -> Iterator[None]:
    """Have choosers find the rows that were read ahead for a page."""
    token = _known.set(getattr(page, "__dict__", {}).get(_PAGE_HAS))
    try:
        yield
    finally:
        _known.reset(token)


class _FindsKnown:
    """A mixin for choosers. What was not read ahead is read as Wagtail does."""

    def bulk_to_python(self, values: Iterable[Any]) -> list[Any]:
        values = list(values)
        rows = (_known.get() or {}).get(self.model_class)  # type: ignore[attr-defined]
        if rows is None or any(value is not None and value not in rows for value in values):
            found: list[Any] = super().bulk_to_python(values)  # type: ignore[misc]
            return found
        # Each place has an object of its own: an image carries the alternative text of its place.
        return [None if value is None else copy.copy(rows[value]) for value in values]


class KnownSnippetChooserBlock(_FindsKnown, PlainInMigrations, SnippetChooserBlock):
    """A chooser of snippets."""


class KnownImageChooserBlock(_FindsKnown, PlainInMigrations, ImageChooserBlock):
    """A chooser of images."""
