"""Claims: statements that are graded, sourced and indexed."""

from functools import cache
from typing import Any, Literal
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _
from pydantic import Field
from wagtail.blocks import ChoiceBlock, ListBlock, StructBlock, TextBlock

from ...claims.cards import CitationMark, ClaimCard, build_claim_card, read_citations
from ...enums import Certainty, Direction, Relation
from ...page_types import extend_claim
from ..items import BlockItem, CertaintyGrade, ClaimCitationItem, EvidenceDirection
from ..known import KnownSnippetChooserBlock
from ..migrating import PlainInMigrations
from ..placing import InBody
from ..reading import Reading
from ..registry import BlockKind, ItemWriter, PlacedBlock, register_kind


class CitationBlock(StructBlock):
    """One source of a claim, and what it does for the claim."""

    source = KnownSnippetChooserBlock("standfirst_articles.Source", label=_("Source"))
    relation = ChoiceBlock(choices=Relation.choices, default=Relation.EVIDENCE, label=_("What it does"))

    class Meta:
        icon = "link"
        label = _("Citation")


class ClaimBlock(InBody, PlainInMigrations, StructBlock):
    """A statement that can be true or false, graded and sourced."""

    annotation_name = "claim"

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


class ClaimBlockItem(BlockItem):
    """A claim at its place in the text."""

    type: Literal["claim"]
    uid: UUID
    group: UUID
    anchor: str
    position: int
    statement: str
    certainty: CertaintyGrade
    direction: EvidenceDirection | None
    caveat: str | None
    comment_count: int | None = Field(
        description="Approved comments about the claim; null if the page takes none."
    )
    citations: list[ClaimCitationItem]


class ClaimKind(BlockKind):
    """Claims, which have an identity of their own and number their sources over the whole page."""

    name = "claim"
    block = ClaimBlock
    item = ClaimBlockItem
    group = _("Evidence")
    order = 60
    has_identity = True

    def item_type(self) -> type[ClaimBlockItem]:
        return _extended_item()

    def annotate(self, placed: PlacedBlock, reading: Reading) -> ClaimCard:
        if placed.key is None or reading.page is None:
            return _read_alone(placed.value)
        cited = read_citations(placed.value)
        uid, group = reading.identify(placed.key)
        card = build_claim_card(
            placed.value,
            block_id=placed.key,
            position=len(reading.claims) + 1,
            citations=tuple(
                CitationMark(number=reading.cite(source).number, source=source, relation=relation)
                for source, relation in cited
            ),
            uid=uid,
            group=group,
        )
        reading.claims.append(card)
        for source in {source.pk: source for source, _relation in cited}.values():
            reading.cite(source).cited_by.append(card)
        return card

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> ClaimBlockItem:
        card: ClaimCard = placed.annotation
        return _extended_item()(
            type="claim",
            id=placed.id,
            uid=card.uid,
            group=card.group,
            anchor=card.element_id,
            position=card.position,
            statement=card.statement,
            certainty=writer.certainty(card.certainty),
            direction=writer.direction(card.direction),
            caveat=card.caveat or None,
            comment_count=writer.comments_about(card.uid),
            citations=[writer.citation(mark.number, mark.source, mark.relation) for mark in card.citations],
            **writer.claim_fields.get(card.uid, {}),
        )


@cache
def _extended_item() -> type[ClaimBlockItem]:
    return extend_claim(ClaimBlockItem)


def _read_alone(value: Any) -> ClaimCard:
    """Return a card without a page. It has no identity: its id only has to be unique on the screen."""
    marks = tuple(
        CitationMark(number=number, source=source, relation=relation)
        for number, (source, relation) in enumerate(read_citations(value), start=1)
    )
    uid = uuid4()
    return build_claim_card(value, block_id=str(uid), position=1, citations=marks, uid=uid, group=uid)


register_kind(ClaimKind())
