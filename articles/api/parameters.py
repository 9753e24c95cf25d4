"""What the API's operations may be asked. Unknown parameters are refused."""

from typing import Annotated, Any, Final, Literal

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from standfirst.delivery.lists import PartQuery

from ..enums import Certainty, Direction
from ..queries.delivery import MAX_ID, MAX_PAGE_ID


def _refuse_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not contain NUL")  # PostgreSQL can't even compare it.
    return value


# Whole articles in one part of the list.
MAX_BODIES: Final = 50
Text = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_refuse_nul)]
PageId = Annotated[int, Field(ge=1, le=MAX_PAGE_ID)]
RowId = Annotated[int, Field(ge=1, le=MAX_ID)]


def filters_of(query: PartQuery) -> dict[str, Any]:
    """Return what a list is asked for, by the names that the queries know, ``limit`` included."""
    return {name: getattr(query, name) for name in type(query).model_fields if name != "cursor"}


class ArticleQuery(PartQuery):
    """Which articles are wanted."""

    tag: list[Text] = Field(
        default_factory=list,
        max_length=10,
        description="The slug of a tag, in any case. If repeated, articles must have all of them.",
    )
    author: Text | None = Field(None, description="The slug, in any case, or id of an author.")
    parent: PageId | None = Field(None, description="The id of the page that the articles are under.")
    locale: Text | None = Field(
        None, description="A language code such as `de`. Default: the language of `parent`, or the site's."
    )

    include: list[Literal["body"]] = Field(
        default_factory=list,
        max_length=1,
        description=f"`body`: whole articles, as `/articles/{{id}}/` answers, at most {MAX_BODIES} a part.",
    )


class ClaimQuery(PartQuery):
    """Which claims are wanted."""

    article: PageId | None = Field(
        None, description="The id of the article that contains them, or of an alias of it."
    )
    locale: Text | None = Field(
        None, description="A language code such as `de`. Default: the language of `article`, or the site's."
    )
    certainty: list[Certainty] = Field(default_factory=list, max_length=10, description="One or more levels.")
    direction: list[Direction] = Field(default_factory=list, max_length=10, description="One or more.")
    source: RowId | None = Field(None, description="The id of a source that they cite.")
    unsourced: bool | None = Field(
        None, description="True: only claims without a source; false: only with one."
    )


class SourceQuery(PartQuery):
    """Which sources are wanted."""

    doi: Text | None = Field(None, description="A DOI in any form.")
    locale: Text | None = Field(
        None, description="A language code such as `de`: only sources that pages in it cite. Default: all."
    )


class ResolveQuery(Schema):
    """Which path is to be resolved."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_refuse_nul)] = (
        Field(description="A path from the root of the site, such as `/articles/needling/`.")
    )
