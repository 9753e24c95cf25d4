"""Headings inside an article. They are blocks, so that none of the outline is hidden in a paragraph."""

from typing import Any, Literal

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, ChoiceBlock, StructBlock

from ...enums import HeadingLevel
from ...importing import Heading, Part
from ..items import BlockItem
from ..migrating import PlainInMigrations
from ..placing import InBody
from ..reading import OutlineEntry, Reading
from ..registry import BlockKind, ItemWriter, PlacedBlock, register_kind


class HeadingBlock(InBody, PlainInMigrations, StructBlock):
    """A heading inside the article, with an anchor of its own, so that readers can link to it."""

    annotation_name = "anchor"

    level = ChoiceBlock(choices=HeadingLevel.choices, default=HeadingLevel.H2, label=_("Level"))
    text = CharBlock(max_length=200, label=_("Text"))

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "standfirst_articles/blocks/heading.html"
        preview_value = {"level": HeadingLevel.H2, "text": _("What the trials found")}
        description = _("A section or subsection heading")


class HeadingBlockItem(BlockItem):
    """A heading."""

    type: Literal["heading"]
    level: Literal["h2", "h3"]
    text: str
    anchor: str


class HeadingKind(BlockKind):
    """Headings: anchored, and listed in the outline."""

    name = "heading"
    block = HeadingBlock
    item = HeadingBlockItem
    group = _("Text")
    order = 10

    def annotate(self, placed: PlacedBlock, reading: Reading) -> str:
        text = (placed.value.get("text") or "").strip()
        anchor = reading.make_anchor(f"section-{slugify(text, allow_unicode=True) or 'untitled'}")
        if text:
            reading.outline.append(OutlineEntry(level=_level(placed.value), text=text, anchor=anchor))
        return anchor

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> HeadingBlockItem:
        return HeadingBlockItem(
            type="heading",
            id=placed.id,
            level=_level(placed.value),
            text=placed.value.get("text") or "",
            anchor=placed.annotation,
        )

    def from_part(self, part: Part) -> dict[str, str] | None:
        return {"level": f"h{part.level}", "text": part.text} if isinstance(part, Heading) else None


def _level(value: Any) -> Literal["h2", "h3"]:
    return "h3" if value.get("level") == "h3" else "h2"


register_kind(HeadingKind())
