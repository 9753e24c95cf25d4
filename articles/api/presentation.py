"""Turns pages, claims and sources into the API's answers."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import BaseModel

from standfirst import parts
from standfirst.addresses import is_web_address
from standfirst.canonical import PublicAddresses
from standfirst.languages import words_for
from standfirst.visibility import anybody

from ..body.fingerprints import take_fingerprint
from ..body.gathering import Gathered
from ..body.naming import Named, read_names
from ..body.pictures import Picture, describe_pictures
from ..body.reading import Reading, read_article
from ..body.writing import BodyWriter
from ..claims.cards import parse_certainty, parse_direction, parse_relation
from ..models import Claim
from ..models.mixins import ArticleAuthor
from ..page_types import find_page_type, read_claim_fields, read_page_fields
from ..queries.delivery import find_surroundings, find_translations
from . import schemas


class Presenter(BodyWriter):
    """Writes the answers to one request."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(PublicAddresses(request))
        self.request = request
        self.viewer = anybody(request)
        self._translations: Mapping[UUID, Sequence[Claim]] = {}

    def page_link(self, page: Any) -> schemas.PageLink:
        url, path = self.addresses.of_page(page)
        return schemas.PageLink(type="page_link", id=page.pk, title=page.title, url=url, path=path)

    def summarise(self, pages: list[Any], claim_counts: Mapping[int, int]) -> list[schemas.ArticleSummary]:
        pictures = describe_pictures([(page.hero_image, page.hero_alt or "") for page in pages])
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

    def articles(self, pages: Sequence[Any], gathered: Gathered) -> list[dict[str, Any]]:
        """Return articles with their bodies, ready to be written as JSON.

        Takes a number of queries that doesn't grow with them. What publishing rendered is used where it is
        still true.
        """
        names = [read_names(page) for page in pages]
        around = find_surroundings(pages, gathered, viewer=self.viewer)
        kept: dict[int, dict[str, Any]] = {}
        for page, named in zip(pages, names, strict=True):
            content = self._find_kept(page, named, gathered, around.targets)
            if content is not None:
                kept[page.pk] = content
                continue
            # What blocks show in their templates is what everybody may see, too.
            page.reading = read_article(
                page, viewer=self.viewer, addresses=self.addresses, targets=around.targets
            )
        claims = [card.uid for page in pages if page.pk not in kept for card in page.reading.claims]
        self.claim_fields = read_claim_fields(claims)
        comment_counts = parts.count_comments(pages, viewer=self.viewer) or {}
        has_claims = bool(claims) or any(content["claims"] for content in kept.values())
        by_anchor = (parts.count_comments_by_anchor(pages, viewer=self.viewer) if has_claims else None) or {}
        own_fields = read_page_fields([page for page in pages if page.pk not in kept])
        answers = []
        for page in pages:
            self.comments = by_anchor.get(page.pk)
            given: dict[str, Any] = {
                "translations": around.translations[page.pk],
                "comment_count": comment_counts.get(page.pk),
            }
            with words_for(page):
                if page.pk in kept:
                    answer = self._kept_article(page, around.parents[page.pk], kept[page.pk], **given)
                else:
                    detail = self._article(
                        page, around.parents[page.pk], own_fields=own_fields[page.pk], **given
                    )
                    answer = detail.model_dump()
            answers.append(answer)
        return answers

    def _find_kept(
        self, page: Any, names: Named, gathered: Gathered, targets: Mapping[int, Any]
    ) -> dict[str, Any] | None:
        """Return what publishing rendered of a body, if that is what would be rendered now."""
        rendering = gathered.renderings.get(page.pk)
        if rendering is None:
            return None
        with words_for(page):
            fingerprint = take_fingerprint(
                page, names=names, gathered=gathered, targets=targets, addresses=self.addresses
            )
        if fingerprint != rendering.fingerprint:
            return None
        content: dict[str, Any] = json.loads(rendering.content)
        return content

    def _kept_article(
        self,
        page: Any,
        parent: Any,
        content: dict[str, Any],
        *,
        translations: list[Any],
        comment_count: int | None,
    ) -> dict[str, Any]:
        for block in content["body"]:
            if block["type"] == "claim":
                block["comment_count"] = self.comments_about(block["uid"])
        fields = {
            "type": "article",
            "seo_title": page.seo_title or None,
            "search_description": page.search_description or None,
            "comment_count": comment_count,
            "labels": _describe_words(content["reading_minutes"]),
            "parent": self.page_link(parent) if parent else None,
            **self._summary_fields(page, content["lead_picture"], translations),
            **{name: content[name] for name in ("reading_minutes", "outline", "body", "references")},
        }
        return {name: fields[name] for name in schemas.ArticleDetail.model_fields}

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
            outline=self.outline(reading),
            body=self.blocks(reading.stream, reading),
            references=self.references(reading),
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
            self.comments = by_page.get(claim.page.pk)
            with words_for(claim.page):
                items.append(self._claim(claim))
        return items

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

    def source_detail(self, source: Any) -> schemas.SourceDetail:
        """Return a source that was annotated with its number of published claims."""
        return schemas.SourceDetail(
            type="source_detail", claim_count=source.claim_count, **self.source_fields(source)
        )

    def _summary_fields(self, page: Any, picture: Any, translations: list[Any]) -> dict[str, Any]:
        url, path = self.addresses.of_page(page)
        lead_image: Any = picture and {
            "type": "lead_image",
            "picture": self.picture(picture) if isinstance(picture, Picture) else picture,
            "caption": page.hero_caption or None,
            "credit": page.hero_credit or None,
        }
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
