"""The last step of every importer: raw parts become an article that the page can hold."""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape, unescape
from typing import Literal

from .article import (
    Heading,
    ImportedArticle,
    ListItem,
    ListPart,
    Paragraph,
    Part,
    Quote,
    Table,
)
from .characters import shorten, squeeze
from .endings import find_ending
from .errors import ArticleTooLargeError, EmptyArticleError, MissingTitleError
from .html_parts import RawHeading, RawPart

MAX_TITLE = 255
MAX_HEADING = 200
MAX_STANDFIRST = 500
# The editor has to stay usable, and a page is saved whole.
MAX_PARTS = 2000
_TAG = re.compile(r"<[^<>]*>")


def finish(
    *,
    title: str,
    raw_parts: Sequence[RawPart],
    standfirst: str = "",
    authors: Sequence[str] = (),
    tags: Sequence[str] = (),
    published_at: datetime | None = None,
    slug: str = "",
    notes: Sequence[str] = (),
) -> ImportedArticle:
    """Return the article without its tail and a repeated title, with heading levels 2 and 3 and no gap.

    Raises `MissingTitleError`, `EmptyArticleError`, and `ArticleTooLargeError` for too many parts.
    """
    notes = list(notes)
    title = squeeze(title)
    if not title:
        raise MissingTitleError("The file names no title.")
    if len(title) > MAX_TITLE:
        title = shorten(title, MAX_TITLE)
        notes.append(f"The title was longer than {MAX_TITLE} characters and was cut.")
    raw_parts, left_out = _without_ending(_without_title(raw_parts, title))
    if left_out:
        notes.append(left_out)
    parts = _with_levels(raw_parts)
    if not any(not isinstance(part, Heading) for part in parts):
        raise EmptyArticleError("The file has a title but no text under it.")
    if len(parts) > MAX_PARTS:
        raise ArticleTooLargeError(
            f"The file would make {len(parts)} blocks; an article holds at most {MAX_PARTS}. Split it."
        )
    return ImportedArticle(
        title=title,
        parts=tuple(parts),
        standfirst=_standfirst(standfirst, parts),
        authors=tuple(authors),
        tags=tuple(_unique_tags(tags)),
        published_at=published_at,
        slug=slug,
        notes=tuple(notes),
    )


def text_of(part: RawPart) -> list[str]:
    """Return the words of a part as lines of plain text."""
    match part:
        case RawHeading() | Heading() | Quote():
            return [part.text]
        case Paragraph():
            return [words_of(part.html)]
        case ListPart():
            return [line for item in part.items for line in _lines_of(item)]
        case Table():
            return [" ".join(row) for row in part.rows]


def words_of(html: str) -> str:
    """Return the text of inline HTML that this package made."""
    return squeeze(unescape(_TAG.sub("", html.replace("<br/>", " "))))


def _lines_of(item: ListItem) -> list[str]:
    return [words_of(item.html), *(line for child in item.children for line in text_of(child))]


def _without_title(raw_parts: Sequence[RawPart], title: str) -> list[RawPart]:
    """The title is often the first heading, too."""
    for index, part in enumerate(raw_parts[:3]):
        if isinstance(part, RawHeading) and part.text.casefold() == title.casefold():
            return [*raw_parts[:index], *raw_parts[index + 1 :]]
    return list(raw_parts)


def _without_ending(raw_parts: list[RawPart]) -> tuple[list[RawPart], str]:
    # An empty line for the title, which no ending replaces.
    lines, owners = [""], [-1]
    for index, part in enumerate(raw_parts):
        texts = text_of(part)
        lines += texts
        owners += [index] * len(texts)
    cut, sentence = find_ending(lines)
    if cut >= len(lines):
        return raw_parts, ""
    first = owners[cut]
    if cut and owners[cut - 1] == first:
        # Inside a list or table: what came before is the article's, so the whole part stays.
        first += 1
    return raw_parts[:first], sentence


def _with_levels(raw_parts: Sequence[RawPart]) -> list[Part]:
    """Move the headings so that the highest is of level 2, clamp the rest to 3, and leave no gap above."""
    highest = min((part.level for part in raw_parts if isinstance(part, RawHeading)), default=2)
    parts: list[Part] = []
    has_section = False
    for part in raw_parts:
        if not isinstance(part, RawHeading):
            parts.append(part)
        elif len(part.text) > MAX_HEADING:
            parts.append(Paragraph(f"<b>{escape(part.text, quote=False)}</b>"))
        else:
            level: Literal[2, 3] = 3 if part.level > highest and has_section else 2
            has_section = True
            parts.append(Heading(level, part.text))
    return parts


def _standfirst(text: str, parts: Sequence[Part]) -> str:
    """Descriptions are often the first words of the text, cut short: those are none."""
    text = squeeze(text)
    beginning = squeeze(" ".join(line for part in parts[:5] for line in text_of(part)))
    bare = text.removesuffix("[…]").removesuffix("[...]").rstrip(".… ")
    if bare and bare in beginning[: len(bare) + 400]:
        return ""
    return shorten(text, MAX_STANDFIRST)


def _unique_tags(tags: Sequence[str]) -> list[str]:
    seen: dict[str, str] = {}
    for tag in map(squeeze, tags):
        if tag and len(tag) <= 100:
            seen.setdefault(tag.casefold(), tag)
    return list(seen.values())
