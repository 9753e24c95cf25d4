"""Invisible characters in pasted text."""

import re

from standfirst.shortening import shorten as shorten_line

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufffc\ufffe\uffff\ud800-\udfff]"
)
_SPACES = re.compile(r"[^\S\n]+")


def tidy_characters(text: str) -> str:
    """Return `text` with one kind of line end and without control and zero-width characters.

    Joiners (U+200C, U+200D) and direction marks stay: several scripts and emoji need them.
    """
    return _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))


def squeeze(text: str) -> str:
    """Return `text` on one line, each run of white space (no-break spaces included) as one space."""
    return " ".join(text.split())


def squeeze_line(text: str) -> str:
    """Like `squeeze`, but keep line ends, with no space beside them."""
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))


def shorten(text: str, length: int = 60) -> str:
    """Return the beginning of `text` on one line, at most `length` characters with its ellipsis."""
    return shorten_line(squeeze(text), length)
