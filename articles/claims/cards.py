"""What a claim's card says, read from the block's value; tolerates incomplete drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..enums import Certainty, Direction, Relation

if TYPE_CHECKING:
    from ..models.sources import Source


@dataclass(frozen=True, kw_only=True)
class CitationMark:
    """A claim's reference to a source: the number is that of the source in the article's bibliography."""

    number: int
    source: Source
    relation: Relation


@dataclass(frozen=True, kw_only=True)
class ClaimCard:
    """A claim as readers see it."""

    uid: UUID
    group: UUID
    block_id: str
    position: int
    statement: str
    certainty: Certainty
    direction: Direction | None
    caveat: str
    citations: tuple[CitationMark, ...] = field(default=())

    @property
    def element_id(self) -> str:
        return f"claim-{self.uid}"

    @property
    def is_sourced(self) -> bool:
        return bool(self.citations)


def read_citations(value: Mapping[str, Any]) -> list[tuple[Source, Relation]]:
    """Return the sources that a claim's value cites, in order; a citation without its source is left out."""
    cited: list[tuple[Source, Relation]] = []
    for citation in value.get("citations") or ():
        source = citation.get("source")
        if source is not None:
            cited.append((source, parse_relation(citation.get("relation"))))
    return cited


def parse_certainty(value: object) -> Certainty:
    """Return the certainty named by a stored value; *not assessed* for none or an unknown one."""
    return Certainty(value) if value in Certainty.values else Certainty.NOT_ASSESSED


def parse_direction(value: object) -> Direction | None:
    """Return the direction named by a stored value, None for none or an unknown one."""
    return Direction(value) if value in Direction.values else None


def parse_relation(value: object) -> Relation:
    """Return the relation named by a stored value; *information* for none or an unknown one."""
    return Relation(value) if value in Relation.values else Relation.INFORMATION


def build_claim_card(
    value: Mapping[str, Any],
    *,
    block_id: str,
    position: int,
    citations: tuple[CitationMark, ...] = (),
    uid: UUID,
    group: UUID,
) -> ClaimCard:
    """Return the card of the claim that a block's ``value`` states; ``position`` counts from 1."""
    return ClaimCard(
        uid=uid,
        group=group,
        block_id=block_id,
        position=position,
        statement=(value.get("statement") or "").strip(),
        certainty=parse_certainty(value.get("certainty")),
        direction=parse_direction(value.get("direction")),
        caveat=(value.get("caveat") or "").strip(),
        citations=citations,
    )
