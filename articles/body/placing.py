"""How a block, when it is rendered, gets what the reading of its page says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from wagtail.blocks import Block

from .kept import KeptReading
from .reading import Reading, read_alone
from .registry import PlacedBlock, find_kind
from .streams import find_owner


class InBody:
    """A mixin for the block of a kind: its template is given the annotation, and the page as ``page``.

    It goes before the class of Wagtail: ``class PollBlock(InBody, StructBlock)``.
    """

    # What the template calls the annotation.
    annotation_name: ClassVar[str] = "annotation"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(  # type: ignore[misc]
            value, parent_context=parent_context
        )
        placed = find_placed(self, value, parent_context)
        context[self.annotation_name] = placed.annotation if placed else None
        page = context["page"] = context.get("page") or find_owner(value)
        context["request"] = context.get("request") or getattr(page, "served_to", None)
        return context


def find_placed(block: Block, value: Any, context: Mapping[str, Any] | None) -> PlacedBlock | None:
    """Return the block with this value as its page reads it; None if it is of no registered kind.

    That is the page in whose stream the value stands, or the one in a template's context. If there is neither
    (the preview of a kind in the editor, a value that a script made), the block is read alone.
    """
    for page in (find_owner(value), (context or {}).get("page")):
        reading = getattr(page, "reading", None)
        placed = reading.find(value) if isinstance(reading, Reading | KeptReading) else None
        if placed is not None:
            return placed
    kind = find_kind(block)
    return None if kind is None else read_alone(kind, block, value)
