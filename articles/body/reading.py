"""What readers see of an article's body, worked out once for all of its blocks.

The numbers of citations, the anchors of headings and tables, the files of pictures and the targets of links
depend on the whole body; reading them together keeps the page at a constant number of queries. Blocks get
their part through ``annotation_for``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from django.utils.html import strip_tags
from django.utils.text import slugify

from .. import conf
from ..claims.cards import CitationMark, ClaimCard, build_claim_card, read_citations
from ..claims.identity import distinguish_block_ids, mint_claim_group, mint_claim_uid
from .pictures import Picture, describe_pictures, read_alt
from .richtext import render_rich_texts

if TYPE_CHECKING:
    from standfirst.visibility import Viewer

    from ..models import Source
    from ..models.mixins import ArticleMixin


@dataclass(kw_only=True)
class Reference:
    """A source in the article's bibliography, and the claims that cite it."""

    number: int
    source: Source
    cited_by: list[ClaimCard] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class OutlineEntry:
    """A heading of the article: its level ("h2" or "h3"), its words and the id of its element."""

    level: Literal["h2", "h3"]
    text: str
    anchor: str


@dataclass(kw_only=True)
class Reading:
    """An article's body as it is read."""

    stream: Any
    claims: list[ClaimCard] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    outline: list[OutlineEntry] = field(default_factory=list)
    hero: Picture | None = None
    word_count: int = 0
    # By the identity of the block's value, which lives as long as the stream: a block that was never saved
    # has no id to look it up by.
    _annotations: dict[int, Any] = field(default_factory=dict)

    @property
    def minutes(self) -> int | None:
        """Return how many minutes the text takes to read, at least one; None if that isn't shown."""
        speed = conf.words_per_minute()
        return max(1, math.ceil(self.word_count / speed)) if speed and self.word_count else None

    def annotate(self, value: Any, annotation: Any) -> None:
        """Store what the block with this value needs to know of the whole body."""
        self._annotations[id(value)] = annotation

    def annotation(self, value: Any) -> Any:
        """Return what was stored for the block with this value, or None."""
        return self._annotations.get(id(value))


def read_article(page: ArticleMixin, *, viewer: Viewer | None = None, base_url: str = "") -> Reading:
    """Return the reading of a page's body, complete or draft.

    ``viewer`` and ``base_url`` say how links in rich text are written (see
    ``articles.body.richtext.render_rich_texts``).
    """
    reading = Reading(stream=page.body)
    children = list(page.body)
    _read_headings(reading, children)
    reading.claims, reading.references = read_claims(page)
    for child, card in zip(_of_type(children, "claim"), reading.claims, strict=True):
        reading.annotate(child.value, card)
    _read_rich_text(reading, children, viewer=viewer, base_url=base_url)
    _read_pictures(reading, children, page)
    for number, child in enumerate(_of_type(children, "table"), start=1):
        reading.annotate(child.value, f"table-{number}")
    reading.word_count = _count_words(page, children)
    return reading


def annotation_for(context: Mapping[str, Any] | None, value: Any) -> Any:
    """Return what the article in a template's context says about the block with this value.

    If the context has no article (the preview of a single block, somebody's own template), the annotation
    is made from the value alone.
    """
    reading = getattr((context or {}).get("page"), "reading", None)
    found = reading.annotation(value) if isinstance(reading, Reading) else None
    return _annotate_alone(value) if found is None else found


def _annotate_alone(value: Any) -> Any:
    if hasattr(value, "source") and not isinstance(value, Mapping):
        return render_rich_texts([value.source])[0]
    if hasattr(value, "columns") and not isinstance(value, Mapping):
        return f"table-{uuid4()}"
    if not isinstance(value, Mapping):
        return None
    if "statement" in value:
        cited = read_citations(value)
        marks = tuple(
            CitationMark(number=number, source=source, relation=relation)
            for number, (source, relation) in enumerate(cited, start=1)
        )
        uid = uuid4()  # Outside a page a claim has no identity: the id only has to be unique on the screen.
        return build_claim_card(value, block_id=str(uid), position=1, citations=marks, uid=uid, group=uid)
    if "image" in value:
        image = value.get("image")
        return describe_pictures([(image, read_alt(image))])[0]
    if "kind" in value:
        return render_rich_texts([_source_of(value.get("text"))])[0]
    return f"section-{slugify(value.get('text') or '', allow_unicode=True)}"


def _source_of(value: Any) -> str:
    return getattr(value, "source", None) or ""


def _of_type(children: Iterable[Any], block_type: str) -> list[Any]:
    return [child for child in children if child.block_type == block_type]


def _read_headings(reading: Reading, children: list[Any]) -> None:
    taken: set[str] = set()
    for child in _of_type(children, "heading"):
        text = (child.value.get("text") or "").strip()
        base = f"section-{slugify(text, allow_unicode=True) or 'untitled'}"
        anchor, number = base, 2
        while anchor in taken:
            anchor, number = f"{base}-{number}", number + 1
        taken.add(anchor)
        reading.annotate(child.value, anchor)
        if text:
            level: Literal["h2", "h3"] = "h3" if child.value.get("level") == "h3" else "h2"
            reading.outline.append(OutlineEntry(level=level, text=text, anchor=anchor))


def read_claims(page: Any) -> tuple[list[ClaimCard], list[Reference]]:
    """Return the claims of a page's body in order, and the sources they cite in order of first mention."""
    blocks = _of_type(page.body, "claim")
    if not blocks:
        return [], []
    translation_key, language_code = find_claim_home(page)
    references: dict[int, Reference] = {}
    cards: list[ClaimCard] = []
    for child in blocks:
        # Wagtail makes missing ids on saving; made now, the id is the same throughout a preview.
        child.id = child.id or str(uuid4())
    ids = distinguish_block_ids(child.id for child in blocks)
    for position, (child, block_id) in enumerate(zip(blocks, ids, strict=True), start=1):
        marks = []
        for source, relation in read_citations(child.value):
            reference = references.setdefault(source.pk, Reference(number=len(references) + 1, source=source))
            marks.append(CitationMark(number=reference.number, source=source, relation=relation))
        card = build_claim_card(
            child.value,
            block_id=block_id,
            position=position,
            citations=tuple(marks),
            uid=mint_claim_uid(
                translation_key=translation_key, language_code=language_code, block_id=block_id
            ),
            group=mint_claim_group(translation_key=translation_key, block_id=block_id),
        )
        cards.append(card)
        for source_id in dict.fromkeys(mark.source.pk for mark in marks):
            references[source_id].cited_by.append(card)
    return cards, list(references.values())


def find_claim_home(page: Any) -> tuple[str, str]:
    """Return translation key and language of the page that a page's claims belong to.

    An alias shows its original's claims, so they keep the original's identity.
    """
    seen: set[int] = set()
    while page.alias_of_id and page.alias_of_id not in seen:
        seen.add(page.alias_of_id)
        page = page.alias_of
    language_code = page.locale.language_code if page.locale_id else ""
    return str(page.translation_key), language_code


def _read_rich_text(reading: Reading, children: list[Any], *, viewer: Viewer | None, base_url: str) -> None:
    texts: list[tuple[Any, str]] = []
    for child in children:
        if child.block_type == "paragraph":
            texts.append((child.value, _source_of(child.value)))
        elif child.block_type == "callout":
            texts.append((child.value, _source_of(child.value.get("text"))))
    rendered = render_rich_texts([source for _, source in texts], viewer=viewer, base_url=base_url)
    for (value, _), html in zip(texts, rendered, strict=True):
        reading.annotate(value, html)


def _read_pictures(reading: Reading, children: list[Any], page: ArticleMixin) -> None:
    figures = [child.value for child in _of_type(children, "image")]
    images = [value.get("image") for value in figures]
    hero, *pictures = describe_pictures(
        [(page.hero_image, page.hero_alt), *((image, read_alt(image)) for image in images)]
    )
    reading.hero = hero
    for value, picture in zip(figures, pictures, strict=True):
        reading.annotate(value, picture)


def _count_words(page: ArticleMixin, children: list[Any]) -> int:
    texts = [page.standfirst]
    for child in children:
        texts += [str(text) for text in child.block.get_searchable_content(child.value)]
    return sum(len(re.findall(r"\w+", strip_tags(text))) for text in texts)
