"""The few things to remember of an article."""

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import Block, ListBlock, TextBlock

from ..items import BlockItem
from ..migrating import PlainInMigrations
from ..registry import BlockKind, ItemWriter, PlacedBlock, register_kind


class KeyTakeawaysBlock(PlainInMigrations, ListBlock):
    """A list of sentences."""

    def __init__(self, child_block: Block | None = None, **kwargs: Any) -> None:
        child_block = child_block or TextBlock(rows=2, max_length=500, label=_("Takeaway"))
        super().__init__(child_block, **kwargs)

    def deconstruct_with_lookup(self, lookup: Any) -> tuple[str, Any, dict[str, Any]]:
        path, _args, options = super().deconstruct_with_lookup(lookup)
        # Wagtail writes down what the constructor was given: for us, nothing.
        return path, (lookup.add_block(TextBlock()),), options

    class Meta:
        icon = "list-ul"
        label = _("Key takeaways")
        template = "standfirst_articles/blocks/key_takeaways.html"
        description = _("The few things to remember")


class KeyTakeawaysBlockItem(BlockItem):
    """The main points to remember."""

    type: Literal["key_takeaways"]
    items: list[str]


class KeyTakeawaysKind(BlockKind):
    """Lists of takeaways."""

    name = "key_takeaways"
    block = KeyTakeawaysBlock
    item = KeyTakeawaysBlockItem
    group = _("Text")
    order = 40

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> KeyTakeawaysBlockItem:
        items = [str(item) for item in placed.value or () if item]
        return KeyTakeawaysBlockItem(type="key_takeaways", id=placed.id, items=items)


register_kind(KeyTakeawaysKind())
