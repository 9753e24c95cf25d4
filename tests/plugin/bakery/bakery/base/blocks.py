"""The blocks of every body in the bakery."""

from wagtail.blocks import CharBlock, ChoiceBlock, RichTextBlock, StreamBlock, StructBlock, TextBlock
from wagtail.images.blocks import ImageChooserBlock


class ImageBlock(StructBlock):
    image = ImageChooserBlock(required=True)
    caption = CharBlock(required=False)
    attribution = CharBlock(required=False)

    class Meta:
        icon = "image"
        template = "blocks/image_block.html"


class HeadingBlock(StructBlock):
    heading_text = CharBlock(form_classname="title", required=True)
    size = ChoiceBlock(choices=[("h2", "H2"), ("h3", "H3")], blank=True, required=False)

    class Meta:
        icon = "title"
        template = "blocks/heading_block.html"


class BlockQuote(StructBlock):
    text = TextBlock()
    attribute_name = CharBlock(blank=True, required=False)

    class Meta:
        icon = "openquote"
        template = "blocks/blockquote.html"


class BaseStreamBlock(StreamBlock):
    heading_block = HeadingBlock()
    paragraph_block = RichTextBlock(icon="pilcrow", template="blocks/paragraph_block.html")
    image_block = ImageBlock()
    block_quote = BlockQuote()
