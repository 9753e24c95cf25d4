"""Passages set apart from the text."""

from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field
from wagtail.blocks import ChoiceBlock, RichTextBlock, StructBlock

from ...enums import CalloutKind as Purpose
from ..items import BlockItem
from ..migrating import PlainInMigrations
from ..placing import InBody
from ..reading import Reading
from ..registry import BlockKind, ItemWriter, PlacedBlock, register_kind
from ..richtext import read_source

CALLOUT_FEATURES: Final = ["bold", "italic", "link", "document-link", "ol", "ul"]


class CalloutBlock(InBody, PlainInMigrations, StructBlock):
    """A passage set apart from the text."""

    annotation_name = "html"

    kind = ChoiceBlock(choices=Purpose.choices, default=Purpose.NOTE, label=_("Kind"))
    text = RichTextBlock(features=CALLOUT_FEATURES, label=_("Text"))

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["kind"] = Purpose.read(value.get("kind"))
        return context

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        template = "standfirst_articles/blocks/callout.html"
        preview_value = {"kind": Purpose.SAFETY, "text": "<p>Ask a dermatologist first.</p>"}
        description = _("A note, a warning or a safety notice")


class CalloutBlockItem(BlockItem):
    """A passage set apart from the text."""

    type: Literal["callout"]
    kind: Purpose
    label: str
    html: str = Field(description="Cleaned HTML with absolute links.")


class CalloutKind(BlockKind):
    """Notes, warnings and safety notices."""

    name = "callout"
    block = CalloutBlock
    item = CalloutBlockItem
    group = _("Text")
    order = 50

    def rich_texts(self, value: Any) -> list[str]:
        return [read_source(value.get("text"))]

    def annotate(self, placed: PlacedBlock, reading: Reading) -> str:
        return placed.html[0]

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> CalloutBlockItem:
        purpose = Purpose.read(placed.value.get("kind"))
        return CalloutBlockItem(
            type="callout",
            id=placed.id,
            kind=purpose,
            label=str(purpose.label),
            html=str(placed.annotation),
        )


register_kind(CalloutKind())
