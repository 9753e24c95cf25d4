"""The inline HTML that a paragraph may hold, built token by token and sanitised once more at the end."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal

import nh3

from .characters import squeeze

INLINE_TAGS = frozenset({"b", "i", "a", "sup", "sub", "br"})
URL_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_DIGITS = {
    "sup": str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻"),
    "sub": str.maketrans("0123456789+-\u2212", "₀₁₂₃₄₅₆₇₈₉₊₋₋"),
}
_NUMERAL = re.compile(r"[0-9+\u2212-]{1,20}")
_SPACE_RUN = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of inline content: a run of text, the start or end of an element, or a line break."""

    kind: Literal["text", "start", "end", "break"]
    # The text, the name of the element, or what the break is in plain text (a line end if empty).
    value: str = ""
    href: str = ""


BREAK = Token("break")
# The break between two paragraphs; if only inline content fits, it is a break like any other.
GAP = Token("break", "\n\n")
_SPACE = Token("text", " ")


def text_token(text: str) -> Token:
    return Token("text", text)


def plain_text(tokens: Iterable[Token]) -> str:
    """Return the words alone, on one line."""
    return squeeze("".join(" " if kind == "break" else text for kind, text in _readable(tokens)))


def plain_lines(tokens: Iterable[Token]) -> str:
    """Return the words alone, with the line breaks, and an empty line between paragraphs."""
    text = "".join(
        text or "\n" if kind == "break" else _SPACE_RUN.sub(" ", text) for kind, text in _readable(tokens)
    )
    paragraphs = (
        "\n".join(line for line in map(squeeze, paragraph.split("\n")) if line)
        for paragraph in text.split(GAP.value)
    )
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _readable(tokens: Iterable[Token]) -> Iterator[tuple[str, str]]:
    """Yield the texts and breaks; superscript and subscript digits become characters: m² stays m²."""
    raised = ""
    for token in tokens:
        if token.value in _DIGITS and token.kind in {"start", "end"}:
            raised = token.value if token.kind == "start" else ""
        elif token.kind == "text":
            is_number = raised and _NUMERAL.fullmatch(token.value)
            yield "text", token.value.translate(_DIGITS[raised]) if is_number else token.value
        elif token.kind == "break":
            yield "break", token.value


def render(tokens: Iterable[Token]) -> str:
    """Return the inline HTML of `tokens`, white space folded, empty elements and outer breaks dropped.

    Returns an empty string if there is no text in it.
    """
    folded = _drop_empty(_fold(list(tokens)))
    if not plain_text(folded):
        return ""
    return clean_inline("".join(map(_html, folded)))


def clean_inline(html: str) -> str:
    """Return `html` with the paragraph's own inline elements only."""
    return nh3.clean(
        html,
        tags=set(INLINE_TAGS),
        attributes={"a": {"href"}},
        url_schemes=set(URL_SCHEMES),
        link_rel=None,
    ).replace("<br>", "<br/>")


def _fold(tokens: list[Token]) -> list[Token]:
    """Fold white space across elements: one space or one break between words, none at the ends.

    The space between two words is put outside the elements between them: `<b>a </b>b` is `<b>a</b> b`.
    """
    folded: list[Token] = []
    separator: Token | None = None
    has_words = False
    for token in tokens:
        if token.kind == "break":
            separator = BREAK
        elif token.kind == "text":
            if separator is None and token.value[:1].isspace():
                separator = _SPACE
            words = squeeze(token.value)
            if not words:
                continue
            if has_words and separator is not None:
                folded.insert(_before_open_elements(folded), separator)
            folded.append(text_token(words))
            has_words = True
            separator = _SPACE if token.value[-1].isspace() else None
        else:
            folded.append(token)
    return folded


def _before_open_elements(tokens: list[Token]) -> int:
    index = len(tokens)
    while index and tokens[index - 1].kind == "start":
        index -= 1
    return index


def _drop_empty(tokens: list[Token]) -> list[Token]:
    kept: list[Token] = []
    for token in tokens:
        if token.kind == "end" and kept and kept[-1].kind == "start":
            kept.pop()
        else:
            kept.append(token)
    return kept


def _html(token: Token) -> str:
    match token.kind:
        case "text":
            return escape(token.value, quote=False)
        case "break":
            return "<br/>"
        case "end":
            return f"</{token.value}>"
        case _:
            href = f' href="{escape(token.href)}"' if token.href else ""
            return f"<{token.value}{href}>"
