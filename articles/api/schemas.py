"""What the API answers with. Every object says what it is by a literal ``type``."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from standfirst.delivery.lists import Part

from ..body.items import (
    ArticlePicture,
    BlockItem,
    CertaintyGrade,
    ClaimCitationItem,
    EvidenceDirection,
    OutlineItem,
    ReferenceItem,
    SourceFields,
)
from ..body.registry import make_item_type
from ..page_types import extend_claim, extend_with_page_types

if TYPE_CHECKING:
    BodyBlock = BlockItem
else:
    BodyBlock = make_item_type()

# Pydantic's own base, not ninja's: that one reads every value through a getter made for Django objects, which
# costs a quarter of the time of a list and is of no use where the presenter names each field.


class PageLink(BaseModel):
    """A page of the site, with what a link to it needs."""

    type: Literal["page_link"]
    id: int
    title: str
    path: str = Field(description="The page's address from the root of its site.")
    url: str = Field(description="The page's absolute address.")


class TranslationLink(BaseModel):
    """The same page in another language."""

    type: Literal["translation"]
    locale: str = Field(description="The language's code.")
    id: int
    title: str
    path: str = Field(description="The page's address from the root of its site.")
    url: str = Field(description="The page's absolute address.")


class Author(BaseModel):
    """Someone who wrote an article."""

    type: Literal["author"]
    id: int | None = Field(description="Null if the page's type names its authors otherwise.")
    slug: str | None
    name: str
    credentials: str | None
    role: str | None
    bio: str | None = Field(description="Plain text.")
    url: str | None


class ArticleTagLink(BaseModel):
    """A tag; its slug is what `/articles/?tag=` takes."""

    type: Literal["tag"]
    slug: str
    name: str


class LeadImage(BaseModel):
    """The picture at the top of an article."""

    type: Literal["lead_image"]
    picture: ArticlePicture
    caption: str | None
    credit: str | None


class SourceDetail(SourceFields):
    """A source with the number of published claims that cite it."""

    type: Literal["source_detail"]
    claim_count: int


class ClaimTranslation(BaseModel):
    """The same claim on a page in another language."""

    type: Literal["claim_translation"]
    locale: str = Field(description="The language's code.")
    uid: UUID
    path: str
    url: str


class IndexedClaim(BaseModel):
    """A published claim and the article that contains it."""

    type: Literal["published_claim"]
    uid: UUID
    group: UUID = Field(description="Shared by the translations of a claim.")
    locale: str = Field(description="The code of the language of the page that it is on.")
    translations: list[ClaimTranslation] = Field(description="The claim in the site's other languages.")
    path: str
    url: str
    position: int
    statement: str
    certainty: CertaintyGrade
    direction: EvidenceDirection | None
    caveat: str | None
    citations: list[ClaimCitationItem]
    article: PageLink
    comment_count: int | None = Field(
        description="Approved comments about the claim; null if its page takes none."
    )


class ArticleSummary(BaseModel):
    """An article in a list."""

    type: Literal["article_summary"]
    id: int
    title: str
    slug: str
    path: str
    url: str
    locale: str = Field(description="The code of the page's language, as `?locale=` takes it.")
    language: str = Field(description="The same code, as an element's `lang` takes it.")
    translations: list[TranslationLink] = Field(description="The page in the site's other languages.")
    standfirst: str | None
    authors: list[Author]
    tags: list[ArticleTagLink]
    lead_image: LeadImage | None
    published_at: datetime | None
    updated_at: datetime | None = Field(description="When its content last changed in substance, if it did.")
    claim_count: int
    comment_count: int | None = Field(description="Approved comments; null if the page takes none.")


class ArticleLabels(BaseModel):
    """Words around an article, in its language if they are translated into it."""

    type: Literal["article_labels"]
    outline: str = Field(description="Above the outline.")
    references: str = Field(description="Above the references.")
    published: str = Field(description="Before the date of publication.")
    updated: str = Field(description="Before the date of the last change in substance.")
    reading_time: str | None = Field(description="With the number of minutes.")


class ArticleDetail(BaseModel):
    """An article with its body."""

    type: Literal["article"]
    id: int
    title: str
    seo_title: str | None
    search_description: str | None
    slug: str
    path: str
    url: str
    locale: str = Field(description="The code of the page's language, as `?locale=` takes it.")
    language: str = Field(description="The same code, as an element's `lang` takes it.")
    translations: list[TranslationLink] = Field(description="The page in the site's other languages.")
    parent: PageLink | None
    standfirst: str | None
    authors: list[Author]
    tags: list[ArticleTagLink]
    lead_image: LeadImage | None
    published_at: datetime | None
    updated_at: datetime | None = Field(description="When its content last changed in substance, if it did.")
    reading_minutes: int | None
    outline: list[OutlineItem]
    body: list[BodyBlock]
    references: list[ReferenceItem]
    comment_count: int | None = Field(description="Approved comments; null if the page takes none.")
    labels: ArticleLabels


class ResolvedPage(BaseModel):
    """The page at a path."""

    type: Literal["page"]
    page_type: str = Field(description="The page's model, such as `standfirst_articles.ArticlePage`.")
    id: int
    title: str
    path: str
    url: str
    is_article: bool = Field(description="Whether `/articles/{id}/` serves it.")


class ResolvedRedirect(BaseModel):
    """Where a path leads now."""

    type: Literal["redirect"]
    location: str = Field(description="An absolute address.")
    path: str | None = Field(description="Its path, if it is on this site.")
    is_permanent: bool


Resolution = Annotated[ResolvedPage | ResolvedRedirect, Field(discriminator="type")]


# What a site adds to articles and claims (see ``articles.page_types``), by the name of its type.
SUMMARIES = extend_with_page_types(ArticleSummary, "_summary")
DETAILS = extend_with_page_types(ArticleDetail, "")
AnyClaim = extend_claim(IndexedClaim)


def _any_of(*schemas: type[BaseModel]) -> Any:
    return Annotated[reduce(or_, schemas), Field(discriminator="type")] if schemas[1:] else schemas[0]


if TYPE_CHECKING:
    AnyListed = ArticleSummary | ArticleDetail
    AnyDetail = ArticleDetail
else:
    AnyListed = _any_of(ArticleSummary, *SUMMARIES.values(), ArticleDetail, *DETAILS.values())
    AnyDetail = _any_of(ArticleDetail, *DETAILS.values())


class ArticleList(Part[AnyListed]):
    """A part of the list of articles, newest first: summaries or, with `include=body`, whole articles."""


class ClaimList(Part[AnyClaim]):  # type: ignore[valid-type]
    """A part of the list of published claims, by article and position."""


class SourceList(Part[SourceDetail]):
    """A part of the list of sources that published claims cite."""
