"""What readers see of an article's body, worked out once for all of its blocks.

The numbers of citations, the anchors of headings and tables, the files of pictures and the targets of links
depend on the whole body; reading them together keeps the page at a constant number of queries. Blocks get
their part through ``articles.body.placing.InBody``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.utils.html import strip_tags

from .. import conf
from ..claims.cards import ClaimCard
from ..claims.identity import mint_claim_group, mint_claim_uid
from .known import knowing_rows_of, linked_pages
from .pictures import Picture, describe_pictures
from .registry import BlockKind, PlacedBlock
from .richtext import find_targets, render_rich_texts
from .streams import find_blocks

if TYPE_CHECKING:
    from wagtail.blocks import Block

    from standfirst.canonical import PublicAddresses
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
    """An article's body as it is read. ``page`` is None for a block that stands on no page."""

    page: Any = None
    stream: Any = ()
    claims: list[ClaimCard] = field(default_factory=list)
    outline: list[OutlineEntry] = field(default_factory=list)
    hero: Picture | None = None
    text: str = ""
    _references: dict[int, Reference] = field(default_factory=dict)
    _anchors: set[str] = field(default_factory=set)
    # By the identity of the block's value, and by that of the stream's child, which live as long as the
    # stream: a block that was never saved has no id to look it up by, and one without a value no value.
    _placed: dict[int, PlacedBlock] = field(default_factory=dict)

    @property
    def references(self) -> list[Reference]:
        """Return the sources that the claims cite, in the order of their numbers."""
        return list(self._references.values())

    @property
    def has_references(self) -> bool:
        return bool(self._references)

    @property
    def claim_count(self) -> int:
        return len(self.claims)

    @property
    def is_current(self) -> bool:
        """Return whether there is HTML that was rendered ahead (``KeptReading``), in the language in use."""
        return False

    @property
    def word_count(self) -> int:
        """Return the number of words of the standfirst and the body."""
        return len(re.findall(r"\w+", self.text))

    @property
    def minutes(self) -> int | None:
        """Return how many minutes the text takes to read, at least one; None if that isn't shown."""
        speed = conf.words_per_minute()
        return max(1, math.ceil(self.word_count / speed)) if speed and self.word_count else None

    def find(self, value: Any) -> PlacedBlock | None:
        """Return the block with this value, which must be the very object that the stream holds, or None."""
        placed = self._placed.get(id(value))
        return placed if placed is not None and placed.value is value else None

    @property
    def blocks(self) -> list[PlacedBlock]:
        """Return the blocks of registered kinds in all streams of the page, each at least once."""
        return list(self._placed.values())

    def find_child(self, child: Any) -> PlacedBlock | None:
        """Return the block that a child of a stream is, or None."""
        placed = self._placed.get(id(child))
        return placed if placed is not None and placed.child is child else None

    def place(self, placed: PlacedBlock) -> None:
        """Keep a block, to be found by its value or as a child of its stream."""
        for key in (placed.value, placed.child):
            if key is not None:
                self._placed[id(key)] = placed

    def make_anchor(self, words: str) -> str:
        """Return an id for an element: ``words``, with a number after them if the body has them already."""
        anchor, number = words, 2
        while anchor in self._anchors:
            anchor, number = f"{words}-{number}", number + 1
        self._anchors.add(anchor)
        return anchor

    def cite(self, source: Source) -> Reference:
        """Return the place of a source in the bibliography, the next one at its first mention."""
        return self._references.setdefault(
            source.pk, Reference(number=len(self._references) + 1, source=source)
        )

    def identify(self, key: str) -> tuple[UUID, UUID]:
        """Return the uid of what has this key on the page, and the group that it shares with translations."""
        translation_key, language_code = self._home
        return (
            mint_claim_uid(translation_key=translation_key, language_code=language_code, block_id=key),
            mint_claim_group(translation_key=translation_key, block_id=key),
        )

    @cached_property
    def _home(self) -> tuple[str, str]:
        return find_claim_home(self.page)


def read_article(
    page: ArticleMixin,
    *,
    viewer: Viewer | None = None,
    addresses: PublicAddresses | None = None,
    targets: Mapping[int, Any] | None = None,
) -> Reading:
    """Return the reading of a page's body, complete or draft.

    ``viewer``, ``addresses`` and ``targets`` say how links in rich text are written (see
    ``articles.body.richtext.render_rich_texts``).
    """
    linked = linked_pages(page)
    if targets is None and viewer is None and linked is not None:
        targets = find_targets(other for other in linked if other.live)
    reading = Reading(page=page, stream=page.body_stream)
    with knowing_rows_of(page):
        blocks = find_blocks(page)
    _read_rich_texts(blocks, viewer=viewer, addresses=addresses, targets=targets)
    _read_pictures(reading, blocks)
    _annotate(reading, blocks)
    reading.text = "\n".join([strip_tags(page.standfirst or ""), *_find_texts(reading)])
    return reading


def read_claims(page: Any) -> tuple[list[ClaimCard], list[Reference]]:
    """Return the claims of a page in order, and the sources they cite in order of first mention."""
    reading = Reading(page=page)
    _annotate(reading, [placed for placed in find_blocks(page) if placed.kind.has_identity])
    return reading.claims, reading.references


def read_alone(kind: BlockKind, block: Block, value: Any) -> PlacedBlock:
    """Return a block that stands on no page, such as the preview of its kind in the editor."""
    placed = PlacedBlock(kind=kind, block=block, value=value)
    reading = Reading()
    _read_rich_texts([placed])
    _read_pictures(reading, [placed])
    _annotate(reading, [placed])
    return placed


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


def _annotate(reading: Reading, blocks: Iterable[PlacedBlock]) -> None:
    for placed in blocks:
        placed.annotation = placed.kind.annotate(placed, reading)
        reading.place(placed)


def _read_rich_texts(
    blocks: list[PlacedBlock],
    *,
    viewer: Viewer | None = None,
    addresses: PublicAddresses | None = None,
    targets: Mapping[int, Any] | None = None,
) -> None:
    texts = [(placed, placed.kind.rich_texts(placed.value)) for placed in blocks]
    sources = [source for _placed, own in texts for source in own]
    rendered = iter(render_rich_texts(sources, viewer=viewer, addresses=addresses, targets=targets))
    for placed, own in texts:
        placed.html = [next(rendered) for _source in own]


def _read_pictures(reading: Reading, blocks: list[PlacedBlock]) -> None:
    images = [(placed, placed.kind.images(placed.value)) for placed in blocks]
    page = reading.page
    hero = (page.hero_image, page.hero_alt or "") if page is not None else (None, "")
    described = iter(describe_pictures([hero, *(image for _placed, own in images for image in own)]))
    reading.hero = next(described)
    for placed, own in images:
        placed.pictures = [next(described) for _image in own]


def _find_texts(reading: Reading) -> Iterable[str]:
    for child in reading.stream:
        placed = reading.find_child(child)
        if placed is not None:
            yield from placed.kind.texts(placed)
        else:
            yield from (strip_tags(str(text)) for text in child.block.get_searchable_content(child.value))
