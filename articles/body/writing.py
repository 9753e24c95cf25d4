"""Writes what the API says of a body, from its reading: objects of the types in ``articles.body.items``."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.html import conditional_escape

from ..enums import Certainty, Direction, Relation
from .items import (
    ArticlePicture,
    BlockItem,
    CertaintyGrade,
    CitationRelation,
    CitedSource,
    ClaimCitationItem,
    CustomBlockItem,
    EvidenceDirection,
    OutlineItem,
    PictureVariant,
    ReferenceItem,
)
from .pictures import Picture
from .reading import Reading, read_alone
from .registry import find_kind

if TYPE_CHECKING:
    from uuid import UUID

    from standfirst.canonical import PublicAddresses

    from ..models import Source

logger = logging.getLogger("standfirst.articles")


class BodyWriter:
    """Writes bodies, one after the other, with addresses as one site has them."""

    def __init__(self, addresses: PublicAddresses) -> None:
        self.addresses = addresses
        self.claim_fields: Mapping[UUID, Mapping[str, Any]] = {}
        # Of the page at hand: the number of comments by anchor, None if it takes none.
        self.comments: Mapping[str, int] | None = None

    def body(self, reading: Reading) -> dict[str, Any]:
        """Return all that an answer says of a body, by the names of its fields; see also ``picture``.

        The number of comments about a claim is that of ``comments``.
        """
        return {
            "reading_minutes": reading.minutes,
            "outline": self.outline(reading),
            "body": self.blocks(reading.stream, reading),
            "references": self.references(reading),
            "lead_picture": self.picture(reading.hero) if reading.hero else None,
            "claims": [card.uid for card in reading.claims],
        }

    def outline(self, reading: Reading) -> list[OutlineItem]:
        return [
            OutlineItem(type="outline_entry", level=entry.level, text=entry.text, anchor=entry.anchor)
            for entry in reading.outline
        ]

    def references(self, reading: Reading) -> list[ReferenceItem]:
        return [
            ReferenceItem(
                type="reference",
                number=reference.number,
                source=self.source(reference.source),
                cited_by=[card.uid for card in reference.cited_by],
            )
            for reference in reading.references
        ]

    def comments_about(self, claim_uid: UUID) -> int | None:
        """Return the number of comments about a claim of the page at hand; None if the page takes none."""
        return None if self.comments is None else self.comments.get(str(claim_uid), 0)

    def source(self, source: Source) -> CitedSource:
        return CitedSource(type="source", **self.source_fields(source))

    def source_fields(self, source: Source) -> dict[str, Any]:
        return {
            "id": source.pk,
            "kind": source.kind,
            "title": source.title,
            "authors": source.authors_display or None,
            "container_title": source.container_title or None,
            "year": source.year,
            "doi": source.doi or None,
            "doi_url": source.doi_url or None,
            "pmid": source.pmid or None,
            "url": source.safe_url or None,
            "citation_text": source.citation_text,
        }

    def picture(self, picture: Picture) -> ArticlePicture:
        default = picture.default
        return ArticlePicture(
            type="picture",
            alt=picture.alt,
            url=self.addresses.of_file(default.url),
            width=default.width,
            height=default.height,
            variants=[
                PictureVariant(
                    type="picture_variant",
                    url=self.addresses.of_file(file.url),
                    width=file.width,
                    height=file.height,
                )
                for file in picture.files
            ],
        )

    def certainty(self, certainty: Certainty) -> CertaintyGrade:
        return CertaintyGrade(
            type="certainty",
            value=certainty,
            level=certainty.level,
            symbol=certainty.symbol,
            label=str(certainty.label),
            meaning=str(certainty.meaning),
        )

    def direction(self, direction: Direction | None) -> EvidenceDirection | None:
        if direction is None:
            return None
        return EvidenceDirection(type="direction", value=direction, label=str(direction.label))

    def citation(self, number: int, source: Source, relation: Relation) -> ClaimCitationItem:
        return ClaimCitationItem(
            type="citation",
            number=number,
            relation=CitationRelation(type="relation", value=relation, label=str(relation.label)),
            source=self.source(source),
        )

    def blocks(self, stream: Iterable[Any], reading: Reading) -> list[BlockItem]:
        """Return the items of a stream's blocks; a block of an unknown kind is as the page shows it."""
        return [self._block(child, reading) for child in stream]

    def _block(self, child: Any, reading: Reading) -> BlockItem:
        kind = find_kind(child.block)
        if kind is None:
            return CustomBlockItem(
                type="custom",
                id=child.id or "",
                block_type=child.block_type,
                html=_render(child, reading.page),
            )
        placed = reading.find_child(child) or read_alone(kind, child.block, child.value)
        return kind.write(replace(placed, id=child.id or ""), self)


def _render(child: Any, page: Any) -> str:
    """Return the HTML of a block. A template that can't do without a request must not break the answer."""
    try:
        # As `include_block` has it: a block without a template renders its value as it is.
        return str(conditional_escape(child.render({"page": page})))
    except Exception:
        # A site's templates raise what they like.
        logger.exception("The block “%s” of page %s can't be shown", child.block_type, page.pk)
        return ""
