"""The reading of a body that was rendered ahead: what the page shows, and the rest when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .pictures import Picture, PictureFile
from .reading import OutlineEntry, Reading

if TYPE_CHECKING:
    from django.template import Context

REFERENCES = "standfirst_articles/references.html"
ACTIONS = "standfirst_articles/claims/actions.html"


@dataclass(frozen=True, kw_only=True)
class ClaimMark:
    """What leads to a claim: enough for links to it and for comments about it."""

    uid: str
    position: int
    statement: str

    @property
    def element_id(self) -> str:
        return f"claim-{self.uid}"


def mark_claims(reading: Any) -> list[ClaimMark]:
    """Return the marks of a reading's claims in order."""
    if isinstance(reading, KeptReading):
        return reading.claim_marks
    return [
        ClaimMark(uid=str(card.uid), position=card.position, statement=card.statement)
        for card in reading.claims
    ]


class KeptReading:
    """Stands in for a ``Reading``. What was not kept is read of the body when it is asked for."""

    def __init__(self, content: str, read: Callable[[], Reading]) -> None:
        self._content: dict[str, Any] = json.loads(content)
        self._read = read
        # Words are kept in one language; a template that speaks another renders its own.
        self._language = get_language()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._full, name)

    @cached_property
    def _full(self) -> Reading:
        return self._read()

    @property
    def is_current(self) -> bool:
        """Return whether the kept HTML is in the language in use."""
        return get_language() == self._language

    @property
    def pieces(self) -> list[str | int]:
        """Return the HTML of the body, in which each number stands for what readers can do about a claim."""
        pieces: list[str | int] = self._content["body"]
        return pieces

    @property
    def references_html(self) -> SafeString:
        return mark_safe(self._content["references"])  # noqa: S308 - rendered by our own template

    @property
    def has_references(self) -> bool:
        return bool(self._content["references"])

    @property
    def claim_count(self) -> int:
        return len(self._content["claims"])

    @cached_property
    def claim_marks(self) -> list[ClaimMark]:
        return [ClaimMark(**fields) for fields in self._content["claims"]]

    @cached_property
    def outline(self) -> list[OutlineEntry]:
        return [OutlineEntry(**fields) for fields in self._content["outline"]]

    @property
    def minutes(self) -> int | None:
        minutes: int | None = self._content["minutes"]
        return minutes

    @cached_property
    def hero(self) -> Picture | None:
        hero = self._content["hero"]
        if hero is None:
            return None
        return Picture(alt=hero["alt"], files=tuple(PictureFile(**fields) for fields in hero["files"]))


class _KeptClaim:
    """A claim for a template: what leads to it was kept, the rest is read when it is asked for."""

    def __init__(self, mark: ClaimMark, reading: KeptReading) -> None:
        self._mark = mark
        self._reading = reading

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if hasattr(self._mark, name):
            return getattr(self._mark, name)
        return getattr(self._reading.claims[self._mark.position - 1], name)


def keep_reading(page: Any, *, marker: str) -> dict[str, Any]:
    """Return what is kept of a page's reading, as plain data; the page's blocks render themselves.

    ``marker`` occurs nowhere in the page: it stands around the number of each claim, where the page has what
    readers can do about it, which differs from one moment to the next.
    """
    reading: Reading = page.reading
    context = {"page": page, "self": page, "body_marker": marker}
    html = "".join(str(child.render(context)) for child in reading.stream)
    references = ""
    if reading.references:
        references = render_to_string(REFERENCES, {"references": reading.references, "page": page})
    return {
        "body": list(_divide(html, marker)),
        "references": references,
        "outline": [asdict(entry) for entry in reading.outline],
        "minutes": reading.minutes,
        "hero": asdict(reading.hero) if reading.hero else None,
        "claims": [asdict(mark) for mark in mark_claims(reading)],
    }


def render_kept_body(reading: KeptReading, context: Context) -> SafeString:
    """Return the kept HTML of a body, with what readers can do about its claims now."""
    template = context.template.engine.get_template(ACTIONS)  # type: ignore[union-attr]
    marks = {mark.position: mark for mark in reading.claim_marks}
    parts = []
    for piece in reading.pieces:
        if isinstance(piece, str):
            parts.append(piece)
        else:
            with context.push(claim=_KeptClaim(marks[piece], reading)):
                parts.append(template.render(context))
    return mark_safe("".join(parts))  # noqa: S308 - rendered by our own templates


def _divide(html: str, marker: str) -> Iterator[str | int]:
    for number, piece in enumerate(html.split(marker)):
        yield int(piece) if number % 2 else piece
