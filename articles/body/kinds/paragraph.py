"""Running text."""

from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field
from wagtail.blocks import RichTextBlock

from ...importing import ListPart, Paragraph, Part
from ...importing.blocks import list_html
from ..items import BlockItem
from ..migrating import PlainInMigrations
from ..placing import InBody
from ..reading import Reading
from ..registry import BlockKind, ItemWriter, PlacedBlock, register_kind
from ..richtext import read_source

PARAGRAPH_FEATURES: Final = [
    "bold",
    "italic",
    "link",
    "document-link",
    "ol",
    "ul",
    "superscript",
    "subscript",
]


class ParagraphBlock(InBody, PlainInMigrations, RichTextBlock):
    """Running text: one or more paragraphs and lists."""

    annotation_name = "html"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("features", PARAGRAPH_FEATURES)
        super().__init__(**kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Paragraph")
        template = "standfirst_articles/blocks/paragraph.html"
        preview_value = "<p>Calm, exact, generous text.</p>"
        description = _("Text with links, lists and emphasis")


class ParagraphBlockItem(BlockItem):
    """Running text."""

    type: Literal["paragraph"]
    html: str = Field(description="Cleaned HTML with absolute links.")


class ParagraphKind(BlockKind):
    """Paragraphs and lists."""

    name = "paragraph"
    block = ParagraphBlock
    item = ParagraphBlockItem
    group = _("Text")
    order = 20
    stores_html = True

    def rich_texts(self, value: Any) -> list[str]:
        return [read_source(value)]

    def annotate(self, placed: PlacedBlock, reading: Reading) -> str:
        return placed.html[0]

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> ParagraphBlockItem:
        return ParagraphBlockItem(type="paragraph", id=placed.id, html=str(placed.annotation))

    def from_part(self, part: Part) -> str | None:
        if isinstance(part, Paragraph):
            return f"<p>{part.html}</p>"
        return list_html(part) if isinstance(part, ListPart) else None


register_kind(ParagraphKind())
