"""Quotations."""

from typing import Literal

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, StructBlock, TextBlock

from ...importing import Part, Quote
from ..items import BlockItem
from ..migrating import PlainInMigrations
from ..registry import BlockKind, ItemWriter, PlacedBlock, register_kind


class QuoteBlock(PlainInMigrations, StructBlock):
    """A quotation and its author."""

    text = TextBlock(label=_("Quotation"))
    attribution = CharBlock(required=False, max_length=250, label=_("Who said it, and where"))

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "standfirst_articles/blocks/quote.html"
        preview_value = {"text": _("The plural of anecdote is not data."), "attribution": ""}
        description = _("A quotation with its author")


class QuoteBlockItem(BlockItem):
    """A quotation."""

    type: Literal["quote"]
    text: str
    attribution: str | None


class QuoteKind(BlockKind):
    """Quotations with their authors."""

    name = "quote"
    block = QuoteBlock
    item = QuoteBlockItem
    group = _("Text")
    order = 30

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> QuoteBlockItem:
        return QuoteBlockItem(
            type="quote",
            id=placed.id,
            text=placed.value.get("text") or "",
            attribution=placed.value.get("attribution") or None,
        )

    def from_part(self, part: Part) -> dict[str, str] | None:
        return {"text": part.text, "attribution": part.attribution} if isinstance(part, Quote) else None


register_kind(QuoteKind())
