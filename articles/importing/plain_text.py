"""Plain text as people paste it: the title on the first line, then paragraphs, headings and lists.

All structure is recognised from the lines alone, so the rules are few and fixed:

- An empty line ends a paragraph. If lines are longer than any editor wraps them, every line is a paragraph of
  its own; if there is no empty line at all, a line that doesn't reach the margin ends its paragraph.
- A line that is alone in its paragraph, short, and without punctuation at its end is a heading, unless it is
  the last thing in the text or one of several such lines in a row.
- Lines that begin with a bullet or a number are list items; lines that begin with `>` are a quotation.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from .article import ImportedArticle, ListItem, ListPart, Paragraph, Quote
from .bylines import read_byline
from .characters import squeeze, squeeze_line
from .endings import find_ending
from .errors import ArticleTooLargeError, MissingTitleError
from .finishing import finish
from .html_parts import RawHeading, RawPart

MAX_TITLE_LINE = 200
MAX_LINES = 100_000
MAX_HEADING_LINE = 90
# No editor or mail program wraps at more.
_WIDEST_MARGIN = 100
_BULLET = re.compile(r"(?:[•‣◦▪▫●○·∙*\u2013\u2014-]|\uf0b7)[ \t]+(?=\S)")
_NUMBER = re.compile(r"\(?\d{1,3}[.)][ \t]+(?=\S)")
_RULE = re.compile(r"(?:[-=_*~#•·] ?){3,}")
_ENDS_OF_SENTENCES = (".", ",", ";", ":", "!", "…", "-", "\u2013", "\u2014", "。", "\uff01", "।")
_RUN_OF_HEADINGS = 4

_LineRule = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class _Item:
    """A line that begins with a bullet or a number, with and without it."""

    whole: str
    text: str
    ordered: bool


def read_plain_text(text: str) -> ImportedArticle:
    """Return the article in `text`, which isn't empty and has tidy characters (`characters.tidy_characters`).

    Raises `EmptyArticleError`, `MissingTitleError` if the first line is too long for a title, and
    `ArticleTooLargeError`.
    """
    lines = squeeze_line(text).strip("\n").split("\n")
    if len(lines) > MAX_LINES:
        raise ArticleTooLargeError(
            f"The file has {len(lines)} lines; an article may have {MAX_LINES}. Split it."
        )
    title = lines[0]
    if len(title) > MAX_TITLE_LINE:
        raise MissingTitleError(
            f"The first line should be the title, but it is {len(title)} characters long. "
            "Put the title on a line of its own at the top."
        )
    cut, left_out = find_ending(lines)
    body = lines[1:cut]
    if body and _RULE.fullmatch(body[0]):
        body = body[1:]
    authors, published_at, body = _take_bylines(body)
    return finish(
        title=title,
        raw_parts=_parts(body),
        authors=authors,
        published_at=published_at,
        notes=[left_out] if left_out else [],
    )


def _take_bylines(lines: list[str]) -> tuple[tuple[str, ...], datetime | None, list[str]]:
    """Take off the lines with author and date under the title, if there are any."""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    index = taken = 0
    while index < len(lines) and taken < 3:
        if lines[index]:
            byline = read_byline(lines[index])
            if byline is None:
                break
            authors, published_at = authors or byline[0], published_at or byline[1]
            taken += 1
        index += 1
    return authors, published_at, lines[index:]


def _parts(lines: Sequence[str]) -> list[RawPart]:
    paragraphs = list(_paragraphs(lines))
    goes_on = _line_rule(paragraphs)
    return _demote_headings(
        _join_items([part for lines in paragraphs for part in _read_paragraph(lines, goes_on)])
    )


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    paragraph: list[str] = []
    for line in lines:
        if line:
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _line_rule(paragraphs: Sequence[Sequence[str]]) -> _LineRule:
    """Return the rule that tells whether a line continues in the next one, going by how lines were broken."""
    widest = max((len(line) for lines in paragraphs for line in lines), default=0)
    if widest > _WIDEST_MARGIN:
        return lambda line, following: False
    if len(paragraphs) > 1:
        return lambda line, following: True
    # No empty lines to go by: a line was wrapped if the next word would have passed the margin.
    return lambda line, following: len(line) + 1 + len(following.split(" ", 1)[0]) > widest


def _read_paragraph(lines: list[str], goes_on: _LineRule) -> Iterator[RawPart | _Item]:
    if len(lines) == 2 and lines[1][0] in "=-" and _is_rule(lines[1]) and not _is_rule(lines[0]):
        yield RawHeading(2 if lines[1][0] == "=" else 3, lines[0])
        return
    if all(line.startswith(">") for line in lines):
        if text := _unquoted(lines):
            yield Quote(text)
        return
    for group in _groups(lines, goes_on):
        text = " ".join(group)
        if item := _item(text):
            yield item
        elif _is_rule(text):
            continue
        elif len(group) == 1 and _is_heading(text):
            yield RawHeading(2, text)
        else:
            yield _paragraph(text)


def _paragraph(text: str) -> Paragraph:
    return Paragraph(escape(text, quote=False))


def _groups(lines: list[str], goes_on: _LineRule) -> Iterator[list[str]]:
    """Group the lines that make up one paragraph or item."""
    group = [lines[0]]
    for line in lines[1:]:
        if (
            _item(line) is None
            and not _is_rule(line)
            and not _is_rule(group[-1])
            and goes_on(group[-1], line)
        ):
            group.append(line)
        else:
            yield group
            group = [line]
    yield group


def _unquoted(lines: Sequence[str]) -> str:
    bare = "\n".join(line.lstrip("> ") for line in lines)
    return "\n\n".join(filter(None, map(squeeze, bare.split("\n\n"))))


def _item(text: str) -> _Item | None:
    if _is_rule(text):
        return None
    if found := _BULLET.match(text):
        return _Item(text, text[found.end() :], ordered=False)
    if found := _NUMBER.match(text):
        return _Item(text, text[found.end() :], ordered=True)
    return None


def _is_rule(line: str) -> bool:
    return len(line) <= 200 and bool(_RULE.fullmatch(line))


def _is_heading(text: str) -> bool:
    return (
        len(text) <= MAX_HEADING_LINE
        and any(map(str.isalpha, text))
        and not text.rstrip("”\u2019»\"'").endswith(_ENDS_OF_SENTENCES)
        and not text.startswith(("“", '"', "„", "«", "("))
        and "://" not in text
    )


def _join_items(parts: Sequence[RawPart | _Item]) -> list[RawPart]:
    joined: list[RawPart] = []
    items: list[_Item] = []
    for part in parts:
        if items and not (isinstance(part, _Item) and part.ordered == items[0].ordered):
            joined.append(_from_items(items))
            items = []
        if isinstance(part, _Item):
            items.append(part)
        else:
            joined.append(part)
    if items:
        joined.append(_from_items(items))
    return joined


def _from_items(items: Sequence[_Item]) -> RawPart:
    """A number on its own belongs to a heading or paragraph; a lone dash introduces speech."""
    first = items[0]
    if len(items) == 1 and first.ordered:
        return RawHeading(2, first.whole) if _is_heading(first.whole) else _paragraph(first.whole)
    if len(items) == 1 and first.whole[0] in "\u2013\u2014":
        return _paragraph(first.whole)
    return ListPart(first.ordered, tuple(ListItem(escape(item.text, quote=False)) for item in items))


def _demote_headings(parts: list[RawPart]) -> list[RawPart]:
    """A trailing heading becomes a paragraph, as do the headings of a long run of short lines."""
    kept = list(parts)
    run: list[int] = []
    for index in range(len(kept) + 1):
        if index < len(kept) and isinstance(kept[index], RawHeading):
            run.append(index)
            continue
        at_end = index == len(kept)
        demoted = run[1:] if len(run) >= _RUN_OF_HEADINGS else run[-1:] if at_end else []
        for position in demoted:
            heading = kept[position]
            if isinstance(heading, RawHeading):
                kept[position] = _paragraph(heading.text)
        run = []
    return kept
