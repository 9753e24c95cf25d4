"""What the API says of a block, and of what several kinds of blocks have in them.

Pydantic's own base, not ninja's: that one reads every value through a getter made for Django objects, which
costs a quarter of the time of a list and is of no use where the writer names each field.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from ..enums import Certainty, Direction, Relation, SourceKind


class BlockItem(BaseModel):
    """A block of a body. A kind narrows ``type`` to the literal of its name, and adds its own fields."""

    type: str
    id: str


class CustomBlockItem(BlockItem):
    """A block of a kind that the API knows nothing of, as the page shows it."""

    type: Literal["custom"]
    block_type: str = Field(description="The name that the site gives to the block.")
    html: str = Field(description="What the block's template makes of it.")


class PictureVariant(BaseModel):
    """A file of a picture. Width and height are in pixels."""

    type: Literal["picture_variant"]
    url: str
    width: int
    height: int


class ArticlePicture(BaseModel):
    """A picture with its files, narrowest first, as `srcset` needs them."""

    type: Literal["picture"]
    alt: str = Field(description="Empty if the picture is decorative.")
    url: str
    width: int
    height: int
    variants: list[PictureVariant]


class CertaintyGrade(BaseModel):
    """How sure we can be of a claim, in GRADE's levels."""

    type: Literal["certainty"]
    value: Certainty
    level: Annotated[int, Field(ge=0, le=4)] = Field(description="4 (high) to 1 (very low); 0 if ungraded.")
    symbol: str = Field(description="GRADE's notation, such as ⊕⊕◯◯.")
    label: str
    meaning: str = Field(description="A sentence for readers.")


class EvidenceDirection(BaseModel):
    """Where the evidence for a claim points."""

    type: Literal["direction"]
    value: Direction
    label: str


class CitationRelation(BaseModel):
    """What a source does for a claim; the value is a property of CiTO."""

    type: Literal["relation"]
    value: Relation
    label: str


class SourceFields(BaseModel):
    """What the API says of a work wherever it names one."""

    id: int
    kind: SourceKind
    title: str
    authors: str | None = Field(description="As references name them: at most six, then et al.")
    container_title: str | None
    year: int | None
    doi: str | None = Field(description="In lower case, without the address of a resolver.")
    doi_url: str | None
    pmid: str | None
    url: str | None
    citation_text: str = Field(description="The formatted reference, plain text.")


class CitedSource(SourceFields):
    """A work that claims rest on."""

    type: Literal["source"]


class ClaimCitationItem(BaseModel):
    """A claim's reference to a source."""

    type: Literal["citation"]
    number: int = Field(description="In an article, the source's number in its references.")
    relation: CitationRelation
    source: CitedSource


class OutlineItem(BaseModel):
    """A heading in the article's table of contents."""

    type: Literal["outline_entry"]
    level: Literal["h2", "h3"]
    text: str
    anchor: str


class ReferenceItem(BaseModel):
    """A source in the article's references, and the claims that cite it."""

    type: Literal["reference"]
    number: int
    source: CitedSource
    cited_by: list[UUID] = Field(description="The uids of claims in this article's body.")
