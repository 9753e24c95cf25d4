"""Turns pages, claims and sources into the API's answers."""

from typing import Any

from django.http import HttpRequest

from standfirst.canonical import PublicAddresses
from standfirst.visibility import anybody

from ..body.pictures import Picture, describe_pictures
from ..body.reading import Reading, read_article
from ..claims.cards import ClaimCard, parse_certainty, parse_direction, parse_relation
from ..enums import CalloutKind, Certainty, Direction, Relation
from ..models import Claim, Source
from . import schemas


class Presenter:
    """Writes the answers to one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.viewer = anybody(request)
        self.addresses = PublicAddresses(request)

    def page_link(self, page: Any) -> schemas.PageLink:
        url, path = self.addresses.of_page(page)
        return schemas.PageLink(type="page", id=page.pk, title=page.title, url=url, path=path)

    def summarise(self, pages: list[Any], claim_counts: dict[int, int]) -> list[schemas.ArticleSummary]:
        pictures = describe_pictures([(page.hero_image, page.hero_alt) for page in pages])
        translations = self.viewer.translations_of(pages)
        return [
            schemas.ArticleSummary(
                type="article_summary",
                claim_count=claim_counts.get(page.pk, 0),
                **self._summary_fields(page, picture, translations[page.pk]),
            )
            for page, picture in zip(pages, pictures, strict=True)
        ]

    def article(self, page: Any, parent: Any) -> schemas.ArticleDetail:
        reading = read_article(page, viewer=self.viewer, base_url=self.addresses.pages_root)
        return schemas.ArticleDetail(
            type="article",
            seo_title=page.seo_title,
            search_description=page.search_description,
            parent=self.page_link(parent) if parent else None,
            reading_minutes=reading.minutes,
            outline=[
                schemas.OutlineItem(
                    type="outline_entry", level=entry.level, text=entry.text, anchor=entry.anchor
                )
                for entry in reading.outline
            ],
            body=[self._block(child, reading) for child in reading.stream],
            references=[
                schemas.ReferenceItem(
                    type="reference",
                    number=reference.number,
                    source=self.source(reference.source),
                    cited_by=[card.uid for card in reference.cited_by],
                )
                for reference in reading.references
            ],
            **self._summary_fields(page, reading.hero, self.viewer.translations_of([page])[page.pk]),
        )

    def claim(self, claim: Claim) -> schemas.IndexedClaim:
        """Return a claim of the index."""
        url, path = self.addresses.of_page(claim.page)
        anchor = f"#claim-{claim.uid}"
        return schemas.IndexedClaim(
            type="claim",
            uid=claim.uid,
            group=claim.group,
            locale=claim.page.locale.language_code,
            url=url + anchor,
            path=path + anchor,
            position=claim.position,
            statement=claim.statement,
            certainty=self._certainty(parse_certainty(claim.certainty)),
            direction=self._direction(parse_direction(claim.direction)),
            caveat=claim.caveat,
            citations=[
                self._citation(citation.position, citation.source, parse_relation(citation.relation))
                for citation in claim.citations.all()
            ],
            article=self.page_link(claim.page),
        )

    def source(self, source: Source) -> schemas.CitedSource:
        return schemas.CitedSource(**self._source_fields(source))

    def source_detail(self, source: Any) -> schemas.SourceDetail:
        """Return a source that was annotated with its number of published claims."""
        return schemas.SourceDetail(claim_count=source.claim_count, **self._source_fields(source))

    def _source_fields(self, source: Source) -> dict[str, Any]:
        return {
            "type": "source",
            "id": source.pk,
            "kind": source.kind,
            "title": source.title,
            "authors": source.authors_display,
            "container_title": source.container_title,
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
            picture=self._picture(picture),
            caption=page.hero_caption,
            credit=page.hero_credit,
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
            "standfirst": page.standfirst,
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

    def _author(self, person: Any) -> schemas.Author:
        return schemas.Author(
            type="author",
            id=person.pk,
            slug=person.slug,
            name=person.name,
            credentials=person.credentials,
            role=person.role,
            bio=person.bio,
            url=person.safe_url or None,
        )

    def _picture(self, picture: Picture) -> schemas.ArticlePicture:
        default = picture.default
        return schemas.ArticlePicture(
            type="picture",
            alt=picture.alt,
            url=self.addresses.of_file(default.url),
            width=default.width,
            height=default.height,
            variants=[
                schemas.PictureVariant(
                    type="picture_variant",
                    url=self.addresses.of_file(file.url),
                    width=file.width,
                    height=file.height,
                )
                for file in picture.files
            ],
        )

    def _certainty(self, certainty: Certainty) -> schemas.CertaintyGrade:
        return schemas.CertaintyGrade(
            type="certainty",
            value=certainty,
            level=certainty.level,
            symbol=certainty.symbol,
            label=str(certainty.label),
            meaning=str(certainty.meaning),
        )

    def _direction(self, direction: Direction | None) -> schemas.EvidenceDirection | None:
        if direction is None:
            return None
        return schemas.EvidenceDirection(type="direction", value=direction, label=str(direction.label))

    def _citation(self, number: int, source: Source, relation: Relation) -> schemas.ClaimCitationItem:
        return schemas.ClaimCitationItem(
            type="citation",
            number=number,
            relation=schemas.CitationRelation(type="relation", value=relation, label=str(relation.label)),
            source=self.source(source),
        )

    def _block(self, child: Any, reading: Reading) -> Any:
        return getattr(self, f"_{child.block_type}_block")(
            child.id or "", child.value, reading.annotation(child.value)
        )

    def _heading_block(self, block_id: str, value: Any, anchor: str) -> schemas.HeadingBlockItem:
        return schemas.HeadingBlockItem(
            type="heading",
            id=block_id,
            level="h3" if value.get("level") == "h3" else "h2",
            text=value.get("text") or "",
            anchor=anchor,
        )

    def _paragraph_block(self, block_id: str, value: Any, html: str) -> schemas.ParagraphBlockItem:
        return schemas.ParagraphBlockItem(type="paragraph", id=block_id, html=str(html))

    def _quote_block(self, block_id: str, value: Any, _annotation: None) -> schemas.QuoteBlockItem:
        return schemas.QuoteBlockItem(
            type="quote",
            id=block_id,
            text=value.get("text") or "",
            attribution=value.get("attribution") or "",
        )

    def _key_takeaways_block(
        self, block_id: str, value: Any, _annotation: None
    ) -> schemas.KeyTakeawaysBlockItem:
        return schemas.KeyTakeawaysBlockItem(
            type="key_takeaways", id=block_id, items=[str(item) for item in value if item]
        )

    def _callout_block(self, block_id: str, value: Any, html: str) -> schemas.CalloutBlockItem:
        kind = CalloutKind.read(value.get("kind"))
        return schemas.CalloutBlockItem(
            type="callout", id=block_id, kind=kind, label=str(kind.label), html=str(html)
        )

    def _table_block(self, block_id: str, value: Any, _annotation: None) -> schemas.TableBlockItem:
        columns = value.columns if value else []
        return schemas.TableBlockItem(
            type="table",
            id=block_id,
            caption=(value.caption if value else "") or "",
            columns=[
                schemas.TableColumnItem(
                    type="table_column", kind=column["block"].name, heading=column["heading"] or ""
                )
                for column in columns
            ],
            rows=[
                ["" if cell is None else str(cell) for cell in row["values"]]
                for row in (value.row_data if value else [])
            ],
        )

    def _image_block(self, block_id: str, value: Any, picture: Picture | None) -> schemas.ImageBlockItem:
        return schemas.ImageBlockItem(
            type="image",
            id=block_id,
            picture=self._picture(picture) if picture else None,
            caption=value.get("caption") or "",
            credit=value.get("credit") or "",
        )

    def _claim_block(self, block_id: str, value: Any, card: ClaimCard) -> schemas.ClaimBlockItem:
        return schemas.ClaimBlockItem(
            type="claim",
            id=block_id,
            uid=card.uid,
            group=card.group,
            anchor=card.element_id,
            position=card.position,
            statement=card.statement,
            certainty=self._certainty(card.certainty),
            direction=self._direction(card.direction),
            caveat=card.caveat,
            citations=[self._citation(mark.number, mark.source, mark.relation) for mark in card.citations],
        )
