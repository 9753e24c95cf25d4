"""The blocks of an article's body.

Claims are direct children of the body stream and no other block nests them: a claim's identity depends on the
id of its block, and only the ids of a stream's direct children are stable (see ``articles.claims``).
"""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import (
    CharBlock,
    ChoiceBlock,
    ListBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
)
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock, TypedTableBlockValidationError
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from ..enums import CalloutKind, Certainty, Direction, HeadingLevel, Relation
from .numerals import is_numeric
from .reading import annotation_for

# Headings are blocks of their own, so that none of an article's outline is hidden in a paragraph.
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
CALLOUT_FEATURES: Final = ["bold", "italic", "link", "document-link", "ol", "ul"]


class HeadingBlock(StructBlock):
    """A heading inside the article, with an anchor of its own, so that readers can link to it."""

    level = ChoiceBlock(choices=HeadingLevel.choices, default=HeadingLevel.H2, label=_("Level"))
    text = CharBlock(max_length=200, label=_("Text"))

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["anchor"] = annotation_for(parent_context, value)
        return context

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "standfirst_articles/blocks/heading.html"
        preview_value = {"level": HeadingLevel.H2, "text": _("What the trials found")}
        description = _("A section or subsection heading")


class ParagraphBlock(RichTextBlock):
    """Running text: one or more paragraphs and lists."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("features", PARAGRAPH_FEATURES)
        super().__init__(**kwargs)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["html"] = annotation_for(parent_context, value)
        return context

    class Meta:
        icon = "pilcrow"
        label = _("Paragraph")
        template = "standfirst_articles/blocks/paragraph.html"
        preview_value = "<p>Calm, exact, generous text.</p>"
        description = _("Text with links, lists and emphasis")


class FileLabelledImageBlock(ImageBlock):
    """Wagtail's image with alternative text, whose chooser isn't called “Image” once more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.child_blocks["image"].label = _("File")


class FigureBlock(StructBlock):
    """A picture with its alternative text, caption and credit."""

    image = FileLabelledImageBlock(label=_("Image"))
    caption = CharBlock(required=False, max_length=500, label=_("Caption"))
    credit = CharBlock(required=False, max_length=250, label=_("Credit"))

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["picture"] = annotation_for(parent_context, value)
        return context

    class Meta:
        icon = "image"
        label = _("Figure")
        template = "standfirst_articles/blocks/image.html"
        description = _("An image with caption and credit")


class QuoteBlock(StructBlock):
    """A quotation and its author."""

    text = TextBlock(label=_("Quotation"))
    attribution = CharBlock(required=False, max_length=250, label=_("Who said it, and where"))

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "standfirst_articles/blocks/quote.html"
        preview_value = {"text": _("The plural of anecdote is not data."), "attribution": ""}
        description = _("A quotation with its author")


class TableBlock(TypedTableBlock):
    """A table with a caption; columns of numbers are aligned on the right."""

    text = CharBlock(required=False, label=_("Text"), icon="pilcrow")
    number = CharBlock(required=False, label=_("Number"), icon="decimal")

    def clean(self, value: Any) -> Any:
        """Return the cleaned table. Raises an error at each cell of a column of numbers that holds none.

        A draft may hold such cells, so that nothing is lost while somebody types.
        """
        errors: dict[int, dict[int, ValidationError]] = {}
        try:
            value = super().clean(value)
        except TypedTableBlockValidationError as error:
            errors = error.cell_errors or {}
        if not self.is_deferred_validation:
            for row_index, row in enumerate(value.row_data):
                for column_index, column in enumerate(value.columns):
                    cell = row["values"][column_index] or ""
                    if column["block"].name == "number" and not is_numeric(cell):
                        errors.setdefault(row_index, {}).setdefault(column_index, _not_a_number(cell))
        if errors:
            raise TypedTableBlockValidationError(cell_errors=errors)
        return value

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["caption_id"] = annotation_for(parent_context, value)
        return context

    class Meta:
        icon = "table"
        label = _("Table")
        template = "standfirst_articles/blocks/table.html"
        description = _("Columns of text and numbers")


def _not_a_number(cell: str) -> ValidationError:
    return ValidationError(
        _(
            "“%(value)s” is not a number. Write it in figures, such as 12, 1,200, -3.5, <0.001 or "
            "12 (8 to 17); if there is none, leave the cell empty or write “n/a”."
        ),
        code="not_a_number",
        params={"value": Truncator(cell).chars(40)},
    )


class CalloutBlock(StructBlock):
    """A passage set apart from the text."""

    kind = ChoiceBlock(choices=CalloutKind.choices, default=CalloutKind.NOTE, label=_("Kind"))
    text = RichTextBlock(features=CALLOUT_FEATURES, label=_("Text"))

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["html"] = annotation_for(parent_context, value)
        context["kind"] = CalloutKind.read(value.get("kind"))
        return context

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        template = "standfirst_articles/blocks/callout.html"
        preview_value = {"kind": CalloutKind.SAFETY, "text": "<p>Ask a dermatologist first.</p>"}
        description = _("A note, a warning or a safety notice")


class CitationBlock(StructBlock):
    """One source of a claim, and what it does for the claim."""

    source = SnippetChooserBlock("standfirst_articles.Source", label=_("Source"))
    relation = ChoiceBlock(choices=Relation.choices, default=Relation.EVIDENCE, label=_("What it does"))

    class Meta:
        icon = "link"
        label = _("Citation")


class ClaimBlock(StructBlock):
    """A statement that can be true or false, graded and sourced."""

    statement = TextBlock(
        rows=2,
        max_length=1000,
        label=_("Statement"),
        help_text=_("One sentence that can be checked, in words that a reader understands."),
    )
    certainty = ChoiceBlock(
        choices=Certainty.choices,
        default=Certainty.NOT_ASSESSED,
        label=_("Certainty"),
        help_text=_("GRADE: how sure can we be of the statement?"),
    )
    direction = ChoiceBlock(
        choices=Direction.choices,
        required=False,
        label=_("Direction"),
        help_text=_("Which way the evidence points, however strong it is. Leave empty if it points nowhere."),
    )
    citations = ListBlock(
        CitationBlock(),
        default=[],
        label=_("Sources"),
        help_text=_("A claim without sources is shown as unsourced."),
    )
    caveat = TextBlock(
        required=False,
        rows=2,
        max_length=1000,
        label=_("Caveat"),
        help_text=_("A sentence that says where the statement stops being true, or why it may not hold."),
    )

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["claim"] = annotation_for(parent_context, value)
        return context

    class Meta:
        icon = "clipboard-list"
        label = _("Claim")
        label_format = "{statement}"
        template = "standfirst_articles/blocks/claim.html"
        preview_value = {
            "statement": _("Microneedling adds to the effect of a depigmenting serum."),
            "certainty": Certainty.LOW,
            "direction": Direction.SUPPORTS,
            "citations": [],
            "caveat": _("The trials are small and short."),
        }
        description = _("A graded and sourced statement")


class ArticleBodyBlock(StreamBlock):
    """Everything that the body of an article can hold."""

    heading = HeadingBlock(group=_("Text"))
    paragraph = ParagraphBlock(group=_("Text"))
    quote = QuoteBlock(group=_("Text"))
    key_takeaways = ListBlock(
        TextBlock(rows=2, max_length=500, label=_("Takeaway")),
        group=_("Text"),
        icon="list-ul",
        label=_("Key takeaways"),
        template="standfirst_articles/blocks/key_takeaways.html",
        description=_("The few things to remember"),
    )
    callout = CalloutBlock(group=_("Text"))
    claim = ClaimBlock(group=_("Evidence"))
    table = TableBlock(group=_("Evidence"))
    image = FigureBlock(group=_("Media"))
