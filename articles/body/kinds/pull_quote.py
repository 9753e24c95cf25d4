"""Words of the article itself, set large."""

from collections.abc import Iterable
from typing import Literal

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import StructBlock, TextBlock

from ..items import BlockItem
from ..migrating import PlainInMigrations
from ..registry import BlockKind, ItemWriter, PlacedBlock, register_kind


class PullQuoteBlock(PlainInMigrations, StructBlock):
    """A sentence of the article that stands out of the text to draw readers in."""

    text = TextBlock(
        rows=2,
        max_length=300,
        label=_("Words"),
        help_text=_("As they stand in the article: a screen reader passes over this repetition."),
    )

    class Meta:
        icon = "openquote"
        label = _("Pull quote")
        template = "standfirst_articles/blocks/pull_quote.html"
        preview_value = {"text": _("Calm, exact, generous text.")}
        description = _("Words of the article, set large")


class PullQuoteBlockItem(BlockItem):
    """Words that the article repeats, set large."""

    type: Literal["pull_quote"]
    text: str


class PullQuoteKind(BlockKind):
    """Pull quotes, whose words are read elsewhere in the article and count once."""

    name = "pull_quote"
    block = PullQuoteBlock
    item = PullQuoteBlockItem
    group = _("Text")
    order = 35

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> PullQuoteBlockItem:
        return PullQuoteBlockItem(type="pull_quote", id=placed.id, text=placed.value.get("text") or "")

    def texts(self, placed: PlacedBlock) -> Iterable[str]:
        return []


register_kind(PullQuoteKind())
