"""Pictures in the text."""

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, StructBlock
from wagtail.images.blocks import ImageBlock

from ..items import ArticlePicture, BlockItem
from ..known import KnownImageChooserBlock
from ..migrating import PlainInMigrations
from ..pictures import Picture, read_alt
from ..placing import InBody
from ..reading import Reading
from ..registry import BlockKind, ItemWriter, PlacedBlock, register_kind


class FileLabelledImageBlock(ImageBlock):
    """Wagtail's image with alternative text, whose chooser isn't called “Image” once more."""

    def __init__(self, required: bool = True, **kwargs: Any) -> None:
        super().__init__(required=required, **kwargs)
        # A chooser's "required" would ask for the image model, which may be defined later.
        chooser = KnownImageChooserBlock(required=required, label=_("File"))
        chooser.set_name("image")
        self.child_blocks["image"] = chooser


class FigureBlock(InBody, PlainInMigrations, StructBlock):
    """A picture with its alternative text, caption and credit."""

    annotation_name = "picture"

    image = FileLabelledImageBlock(label=_("Image"))
    caption = CharBlock(required=False, max_length=500, label=_("Caption"))
    credit = CharBlock(required=False, max_length=250, label=_("Credit"))

    class Meta:
        icon = "image"
        label = _("Figure")
        template = "standfirst_articles/blocks/image.html"
        description = _("An image with caption and credit")


class ImageBlockItem(BlockItem):
    """A picture in the text."""

    type: Literal["image"]
    picture: ArticlePicture | None
    caption: str | None
    credit: str | None


class ImageKind(BlockKind):
    """Figures."""

    name = "image"
    block = FigureBlock
    item = ImageBlockItem
    group = _("Media")
    order = 80

    def images(self, value: Any) -> list[tuple[Any, str]]:
        image = value.get("image")
        return [(image, read_alt(image))]

    def annotate(self, placed: PlacedBlock, reading: Reading) -> Picture | None:
        return placed.pictures[0]

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> ImageBlockItem:
        return ImageBlockItem(
            type="image",
            id=placed.id,
            picture=writer.picture(placed.annotation) if placed.annotation else None,
            caption=placed.value.get("caption") or None,
            credit=placed.value.get("credit") or None,
        )


register_kind(ImageKind())
