"""A comment's plain text as safe HTML."""

import re
import unicodedata
from typing import Final

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from standfirst.addresses import is_web_address

#: To be raised with every change of what this module makes of a text: what an older version made is kept in
#: the database, and is then made again. A test compares what it makes with what it made.
RENDERER_VERSION: Final = 1

# Only complete web addresses become links: guessing at bare domains and e-mail addresses makes links that
# nobody meant, and exposes addresses to harvesters.
_WEB_ADDRESS = re.compile(r"""https?://[^\s<>"'`\\^{}|]+""", re.IGNORECASE)
_TRAILING = ".,:;!?…*_~"
_CLOSING = {")": "(", "]": "["}
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")
# A text longer than this is folded after its first screenful: where a paragraph ends, else a line, else a
# sentence, else a word.
_SCREENFUL = 1_500
_SCREENFUL_LINES = 20
_FOLDED_FROM = 2_200
_FOLDED_FROM_LINES = 30
_PLACES_TO_FOLD = tuple(
    re.compile(pattern)
    for pattern in (r"\n[^\S\n]*\n", r"\n", r"[.!?\u2026]\S{0,2}\s|[\u3002\uff01\uff1f]", r"\s")
)
_JOINERS = "\u200d\ufe0e\ufe0f"
# Readers' links: no credit for search engines, marked as user content, no access to this window.
LINK_REL = "nofollow ugc noopener"
_MAX_ADDRESS_LENGTH = 2048


def render_body(text: str) -> SafeString:
    """Return plain text as paragraphs with line breaks, its web addresses as links, everything escaped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    paragraphs = [_render_paragraph(part) for part in _PARAGRAPH_BREAK.split(text) if part]
    return mark_safe("\n".join(paragraphs))  # noqa: S308 - every part has been escaped


def fold_text(text: str) -> tuple[str, str]:
    """Return a text's first screenful, and the rest of it: nothing, unless it is much longer than that."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    lines = text.split("\n", _SCREENFUL_LINES)
    if len(text) <= _FOLDED_FROM and text.count("\n") < _FOLDED_FROM_LINES:
        return text, ""
    end = min(_SCREENFUL, len(text) - len(lines[-1]) if len(lines) > _SCREENFUL_LINES else _SCREENFUL)
    for place in _PLACES_TO_FOLD:
        ends = [match.end() for match in place.finditer(text, 0, end)]
        # Not so early that hardly anything is shown.
        if ends and 2 * ends[-1] > end:
            return text[: ends[-1]].rstrip(), text[ends[-1] :].lstrip("\n")
    # One endless word: what belongs to one sign (an accent, a family of four) stays together.
    while end > 1 and (_belongs_to_what_is_before(text[end]) or text[end - 1] in _JOINERS):
        end -= 1
    return text[:end], text[end:]


def _belongs_to_what_is_before(character: str) -> bool:
    return character in _JOINERS or unicodedata.combining(character) != 0


def _render_paragraph(text: str) -> str:
    lines = [_link_addresses(line) for line in text.split("\n")]
    return f"<p>{'<br>'.join(lines)}</p>"


def _link_addresses(line: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _WEB_ADDRESS.finditer(line):
        address = _trim(match.group())
        if len(address) > _MAX_ADDRESS_LENGTH or not is_web_address(address):
            continue
        parts.append(conditional_escape(line[end : match.start()]))
        parts.append(format_html('<a href="{0}" rel="{1}">{0}</a>', address, LINK_REL))
        end = match.start() + len(address)
    parts.append(conditional_escape(line[end:]))
    return "".join(parts)


def _trim(address: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    end = len(address)
    opened = {bracket: address.count(bracket) for bracket in "()[]"}
    while end:
        last = address[end - 1]
        if last in _TRAILING:
            end -= 1
        elif last in _CLOSING and opened[last] > opened[_CLOSING[last]]:
            opened[last] -= 1
            end -= 1
        else:
            break
    return address[:end]
