"""Examples of answers for the API's documentation.

The work, the people and the site in them don't exist: example.org and the prefix 10.5555 are reserved for
examples.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from ..body.items import (
    ArticlePicture,
    CertaintyGrade,
    CitationRelation,
    CitedSource,
    ClaimCitationItem,
    EvidenceDirection,
    OutlineItem,
    PictureVariant,
    ReferenceItem,
)
from ..body.kinds.claim import ClaimKind
from ..body.kinds.heading import HeadingBlockItem
from ..body.kinds.paragraph import ParagraphBlockItem
from ..enums import Certainty, Direction, Relation, SourceKind
from . import schemas

_SITE: Final = "https://example.org"
_ARTICLE: Final = "/articles/an-example-article/"
_UID: Final = UUID("aa609916-6dda-53d7-b463-9d9e367d8710")
_GROUP: Final = UUID("0b1f3a52-8a43-5c1e-9a6f-2f6f1f0c7e11")
_STATEMENT: Final = "An example of a statement that can be true or false."
_PUBLISHED: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_SOURCE: Final[Mapping[str, Any]] = {
    "id": 5,
    "kind": SourceKind.ARTICLE,
    "title": "Example source",
    "authors": "Example A, Sample B",
    "container_title": "Journal of Examples",
    "year": 2020,
    "doi": "10.5555/12345678",
    "doi_url": "https://doi.org/10.5555/12345678",
    "pmid": None,
    "url": None,
    "citation_text": "Example A, Sample B. Example source. Journal of Examples. 2020.",
}


def make_examples() -> Mapping[str, BaseModel]:
    """Return an answer of each operation, by the operation's id."""
    ends: Any = {"next": None, "next_cursor": None}
    source = schemas.SourceDetail(type="source_detail", claim_count=1, **_SOURCE)
    return {
        "listArticles": schemas.ArticleList(items=[_summary()], **ends),
        "getArticle": _article(),
        "resolvePath": schemas.ResolvedPage(
            type="page",
            page_type="standfirst_articles.ArticlePage",
            id=9,
            title="An example article",
            path=_ARTICLE,
            url=f"{_SITE}{_ARTICLE}",
            is_article=True,
        ),
        "listClaims": schemas.ClaimList(items=[_claim()], **ends),
        "getClaim": _claim(),
        "listSources": schemas.SourceList(items=[source], **ends),
        "getSource": source,
    }


def _article_fields() -> dict[str, Any]:
    file: dict[str, Any] = {
        "url": f"{_SITE}/media/images/example.width-800.webp",
        "width": 800,
        "height": 450,
    }
    return {
        "id": 9,
        "title": "An example article",
        "slug": "an-example-article",
        "path": _ARTICLE,
        "url": f"{_SITE}{_ARTICLE}",
        "locale": "en",
        "language": "en",
        "translations": [],
        "standfirst": "What the article finds, in plain words.",
        "authors": [
            schemas.Author(
                type="author",
                id=2,
                slug="alex-example",
                name="Alex Example",
                credentials=None,
                role="Editor",
                bio=None,
                url=None,
            )
        ],
        "tags": [schemas.ArticleTagLink(type="tag", slug="examples", name="Examples")],
        "lead_image": schemas.LeadImage(
            type="lead_image",
            picture=ArticlePicture(
                type="picture",
                alt="What the picture shows.",
                variants=[PictureVariant(type="picture_variant", **file)],
                **file,
            ),
            caption=None,
            credit=None,
        ),
        "published_at": _PUBLISHED,
        "updated_at": None,
    }


def _summary() -> schemas.ArticleSummary:
    return schemas.ArticleSummary(type="article_summary", claim_count=1, comment_count=3, **_article_fields())


def _article() -> schemas.ArticleDetail:
    return schemas.ArticleDetail(
        type="article",
        seo_title=None,
        search_description=None,
        parent=_link(4, "Articles", "/articles/"),
        reading_minutes=1,
        outline=[OutlineItem(type="outline_entry", level="h2", text="Results", anchor="section-results")],
        body=[
            HeadingBlockItem(
                type="heading",
                id="6b1f5a50-3f0e-4c59-8f0b-0c3c4b8b1c01",
                level="h2",
                text="Results",
                anchor="section-results",
            ),
            ParagraphBlockItem(
                type="paragraph", id="6b1f5a50-3f0e-4c59-8f0b-0c3c4b8b1c02", html="<p>Running text.</p>"
            ),
            ClaimKind().item_type()(
                type="claim",
                id="6b1f5a50-3f0e-4c59-8f0b-0c3c4b8b1c03",
                anchor=f"claim-{_UID}",
                **_claim_fields(),
            ),
        ],
        references=[
            ReferenceItem(
                type="reference", number=1, source=CitedSource(type="source", **_SOURCE), cited_by=[_UID]
            )
        ],
        comment_count=3,
        labels=schemas.ArticleLabels(
            type="article_labels",
            outline="In this article",
            references="References",
            published="Published",
            updated="Updated",
            reading_time="1 minute to read",
        ),
        **_article_fields(),
    )


def _claim() -> schemas.IndexedClaim:
    claim: schemas.IndexedClaim = schemas.AnyClaim(
        type="published_claim",
        locale="en",
        translations=[],
        path=f"{_ARTICLE}#claim-{_UID}",
        url=f"{_SITE}{_ARTICLE}#claim-{_UID}",
        article=_link(9, "An example article", _ARTICLE),
        **_claim_fields(),
    )
    return claim


def _claim_fields() -> dict[str, Any]:
    certainty, direction, relation = Certainty.LOW, Direction.SUPPORTS, Relation.EVIDENCE
    return {
        "uid": _UID,
        "group": _GROUP,
        "position": 1,
        "statement": _STATEMENT,
        "certainty": CertaintyGrade(
            type="certainty",
            value=certainty,
            level=certainty.level,
            symbol=certainty.symbol,
            label=str(certainty.label),
            meaning=str(certainty.meaning),
        ),
        "direction": EvidenceDirection(type="direction", value=direction, label=str(direction.label)),
        "caveat": None,
        "comment_count": 2,
        "citations": [
            ClaimCitationItem(
                type="citation",
                number=1,
                relation=CitationRelation(type="relation", value=relation, label=str(relation.label)),
                source=CitedSource(type="source", **_SOURCE),
            )
        ],
    }


def _link(page_id: int, title: str, path: str) -> schemas.PageLink:
    return schemas.PageLink(type="page_link", id=page_id, title=title, path=path, url=f"{_SITE}{path}")
