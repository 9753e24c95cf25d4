"""Turns pages, claims and sources into the API's answers."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import BaseModel

from standfirst import parts
from standfirst.addresses import is_web_address
from standfirst.canonical import PublicAddresses
from standfirst.languages import words_for
from standfirst.visibility import anybody

from ..body.items import (
    ArticlePicture,
    BlockItem,
    CertaintyGrade,
    CitationRelation,
    CitedSource,
    ClaimCitationItem,
    CustomBlockItem,
    EvidenceDirection,
    PictureVariant,
)
from ..body.pictures import Picture, describe_pictures
from ..body.reading import Reading, read_alone, read_article
from ..body.registry import find_kind
from ..claims.cards import parse_certainty, parse_direction, parse_relation
from ..enums import Certainty, Direction, Relation
from ..models import Claim, Source
from ..models.mixins import ArticleAuthor
from ..page_types import find_page_type, read_claim_fields, read_page_fields
from ..queries.delivery import find_surroundings, find_translations
from . import schemas

logger = logging.getLogger("standfirst.articles")


class Presenter:
    """Writes the answers to one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.viewer = anybody(request)
        self.addresses = PublicAddresses(request)
        self.claim_fields: Mapping[UUID, Mapping[str, Any]] = {}
        self._comments: Mapping[str, int] | None = None
        self._translations: Mapping[UUID, Sequence[Claim]] = {}

    def page_link(self, page: Any) -> schemas.PageLink:
        url, path = self.addresses.of_page(page)
        return schemas.PageLink(type="page_link", id=page.pk, title=page.title, url=url, path=path)

    def summarise(self, pages: list[Any], claim_counts: Mapping[int, int]) -> list[schemas.ArticleSummary]:
        pictures = describe_pictures([(page.hero_image, page.hero_alt) for page in pages])
        translations = self.viewer.translations_of(pages)
        own_fields = read_page_fields(pages)
        comment_counts = parts.count_comments(pages, viewer=self.viewer) or {}
        return [
            _typed(page, schemas.ArticleSummary, schemas.SUMMARIES, suffix="_summary")(
                claim_count=claim_counts.get(page.pk, 0),
                comment_count=comment_counts.get(page.pk),
                **self._summary_fields(page, picture, translations[page.pk]),
                **own_fields[page.pk],
            )
            for page, picture in zip(pages, pictures, strict=True)
        ]

    def articles(self, pages: Sequence[Any]) -> list[schemas.ArticleDetail]:
        """Return articles with their bodies, at a number of queries that doesn't grow with them."""
        around = find_surroundings(pages, viewer=self.viewer)
        for page in pages:
            # What blocks show in their templates is what everybody may see, too.
            page.reading = read_article(
                page, viewer=self.viewer, addresses=self.addresses, targets=around.targets
            )
        claims = [card.uid for page in pages for card in page.reading.claims]
        self.claim_fields = read_claim_fields(claims)
        comment_counts = parts.count_comments(pages, viewer=self.viewer) or {}
        by_anchor = (parts.count_comments_by_anchor(pages, viewer=self.viewer) if claims else None) or {}
        own_fields = read_page_fields(pages)
        details = []
        for page in pages:
            self._comments = by_anchor.get(page.pk)
            with words_for(page):
                details.append(
                    self._article(
                        page,
                        around.parents[page.pk],
                        translations=around.translations[page.pk],
                        comment_count=comment_counts.get(page.pk),
                        own_fields=own_fields[page.pk],
                    )
                )
        return details

    def _article(
        self,
        page: Any,
        parent: Any,
        *,
        translations: list[Any],
        comment_count: int | None,
        own_fields: Mapping[str, Any],
    ) -> schemas.ArticleDetail:
        reading: Reading = page.reading
        return _typed(page, schemas.ArticleDetail, schemas.DETAILS)(
            seo_title=page.seo_title or None,
            search_description=page.search_description or None,
            comment_count=comment_count,
            labels=_describe_words(reading.minutes),
            parent=self.page_link(parent) if parent else None,
            reading_minutes=reading.minutes,
            outline=[
                schemas.OutlineItem(
                    type="outline_entry", level=entry.level, text=entry.text, anchor=entry.anchor
                )
                for entry in reading.outline
            ],
            body=self.blocks(reading.stream, reading),
            references=[
                schemas.ReferenceItem(
                    type="reference",
                    number=reference.number,
                    source=self.source(reference.source),
                    cited_by=[card.uid for card in reference.cited_by],
                )
                for reference in reading.references
            ],
            **self._summary_fields(page, reading.hero, translations),
            **own_fields,
        )

    def claims(self, claims: Sequence[Claim]) -> list[schemas.IndexedClaim]:
        """Return claims of the index."""
        self.claim_fields = read_claim_fields([claim.uid for claim in claims])
        pages = {claim.page.pk: claim.page for claim in claims}
        by_page = parts.count_comments_by_anchor(pages.values(), viewer=self.viewer) or {}
        self._translations = find_translations(viewer=self.viewer, claims=claims)
        items = []
        for claim in claims:
            self._comments = by_page.get(claim.page.pk)
            with words_for(claim.page):
                items.append(self._claim(claim))
        return items

    def comments_about(self, claim_uid: UUID) -> int | None:
        """Return the number of comments about a claim of the page at hand; None if the page takes none."""
        return None if self._comments is None else self._comments.get(str(claim_uid), 0)

    def _claim(self, claim: Claim) -> schemas.IndexedClaim:
        path, url = self._claim_address(claim)
        return schemas.AnyClaim(
            type="published_claim",
            uid=claim.uid,
            group=claim.group,
            locale=claim.page.locale.language_code,
            translations=[self._claim_translation(other) for other in self._translations[claim.uid]],
            url=url,
            path=path,
            position=claim.position,
            statement=claim.statement,
            certainty=self.certainty(parse_certainty(claim.certainty)),
            direction=self.direction(parse_direction(claim.direction)),
            caveat=claim.caveat or None,
            comment_count=self.comments_about(claim.uid),
            citations=[
                self.citation(citation.position, citation.source, parse_relation(citation.relation))
                for citation in claim.citations.all()
            ],
            article=self.page_link(claim.page),
            **self.claim_fields.get(claim.uid, {}),
        )

    def _claim_address(self, claim: Claim) -> tuple[str, str]:
        """Return the path and the absolute address of a claim."""
        url, path = self.addresses.of_page(claim.page)
        anchor = f"#claim-{claim.uid}"
        return path + anchor, url + anchor

    def _claim_translation(self, claim: Claim) -> schemas.ClaimTranslation:
        path, url = self._claim_address(claim)
        return schemas.ClaimTranslation(
            type="claim_translation",
            locale=claim.page.locale.language_code,
            uid=claim.uid,
            path=path,
            url=url,
        )

    def source(self, source: Source) -> CitedSource:
        return CitedSource(type="source", **self._source_fields(source))

    def source_detail(self, source: Any) -> schemas.SourceDetail:
        """Return a source that was annotated with its number of published claims."""
        return schemas.SourceDetail(
            type="source_detail", claim_count=source.claim_count, **self._source_fields(source)
        )

    def _source_fields(self, source: Source) -> dict[str, Any]:
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

    def _summary_fields(self, page: Any, picture: Picture | None, translations: list[Any]) -> dict[str, Any]:
        url, path = self.addresses.of_page(page)
        lead_image = picture and schemas.LeadImage(
            type="lead_image",
            picture=self.picture(picture),
            caption=page.hero_caption or None,
            credit=page.hero_credit or None,
        )
        return {
            "id": page.pk,
            "title": page.title,
            "slug": page.slug,
            "url": url,
            "path": path,
            "locale": page.locale.language_code,
            "language": page.locale.language_code,
            "translations": [self._translation(other) for other in translations],
            "standfirst": page.standfirst or None,
            "authors": [self._author(person) for person in page.article_authors],
            "tags": [
                schemas.ArticleTagLink(type="tag", slug=tag.slug, name=tag.name) for tag in page.article_tags
            ],
            "lead_image": lead_image,
            "published_at": page.published_at,
            "updated_at": page.updated_at,
        }

    def _translation(self, page: Any) -> schemas.TranslationLink:
        url, path = self.addresses.of_page(page)
        return schemas.TranslationLink(
            type="translation",
            locale=page.locale.language_code,
            id=page.pk,
            title=page.title,
            url=url,
            path=path,
        )

    def _author(self, person: ArticleAuthor) -> schemas.Author:
        """Return an author, of whom a page type of a site may say no more than the name."""
        key = getattr(person, "pk", None)
        url = getattr(person, "safe_url", None) or getattr(person, "url", None) or ""
        return schemas.Author(
            type="author",
            id=key if isinstance(key, int) else None,
            slug=getattr(person, "slug", None) or None,
            name=person.name,
            credentials=getattr(person, "credentials", None) or None,
            role=getattr(person, "role", None) or None,
            bio=getattr(person, "bio", None) or None,
            url=url if is_web_address(url) else None,
        )

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


def _typed(
    page: Any, ours: type[BaseModel], others: dict[str, type[BaseModel]], *, suffix: str = ""
) -> Callable[..., Any]:
    """Return what makes the answer about a page: with the ``type``, and the schema, of the page's type."""
    page_type = find_page_type(page)
    if page_type is None:
        return partial(ours, type=f"article{suffix}")
    return partial(others[page_type.name], type=f"{page_type.name}{suffix}")


def _describe_words(minutes: int | None) -> schemas.ArticleLabels:
    reading_time = None
    if minutes:
        sentence = ngettext("%(minutes)s minute to read", "%(minutes)s minutes to read", minutes)
        reading_time = sentence % {"minutes": minutes}
    return schemas.ArticleLabels(
        type="article_labels",
        outline=_("In this article"),
        references=_("References"),
        published=_("Published"),
        updated=_("Updated"),
        reading_time=reading_time,
    )


def _render(child: Any, page: Any) -> str:
    """Return the HTML of a block. A template that can't do without a request must not break the answer."""
    try:
        # As `include_block` has it: a block without a template renders its value as it is.
        return str(conditional_escape(child.render({"page": page})))
    except Exception:
        # A site's templates raise what they like.
        logger.exception("The block “%s” of page %s can't be shown", child.block_type, page.pk)
        return ""
