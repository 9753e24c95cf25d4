"""The reference that readers see, written from CSL-JSON in the manner of the Vancouver style.

The result is plain text. Markup in an imported record is either dropped (the few tags that CSL allows in
titles) or kept as text, which the templates escape.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

# Citing Medicine (2nd ed., ch. 1): list the first six authors, then "et al.".
_LISTED_AUTHORS: Final = 6
# The tags of CSL-JSON's rich text (CSL 1.0.2, "HTML-like formatting tags").
_CSL_MARKUP: Final = re.compile(r"</?(?:i|b|sup|sub|sc|span)(?:\s[^<>]*)?>", re.IGNORECASE)
_SPACES: Final = re.compile(r"\s+")
_EN_DASH: Final = "\u2013"
# First and last page, such as "e12-e19". What has more hyphens than one may be the number of a page.
_PAGE_RANGE: Final = re.compile(
    r"(?P<first>[A-Za-z]*\d+[A-Za-z]*)\s*-{1,2}\s*(?P<last>[A-Za-z]*\d+[A-Za-z]*)"
)


def plain(value: object) -> str:
    """Return a CSL value as one line of plain text; "" for what is neither text nor a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return _SPACES.sub(" ", _CSL_MARKUP.sub("", str(value))).strip()


def _initials(given: str) -> str:
    words = re.split(r"[\s.\-\u2010]+", given)
    return "".join(word[0].upper() for word in words if word)


def format_name(name: Mapping[str, Any]) -> str:
    """Return a CSL name as ``Family AB``; an organisation's name as it is."""
    literal = plain(name.get("literal"))
    if literal:
        return literal
    particle = plain(name.get("non-dropping-particle"))
    family = " ".join(part for part in (particle, plain(name.get("family"))) if part)
    suffix = plain(name.get("suffix"))
    return " ".join(part for part in (family, _initials(plain(name.get("given"))), suffix) if part)


def format_names(names: object) -> str:
    """Return a list of CSL names, shortened to six and *et al.*; "" for what is not such a list."""
    if not isinstance(names, Sequence) or isinstance(names, str):
        return ""
    formatted = [text for name in names if isinstance(name, Mapping) and (text := format_name(name))]
    listed = formatted[:_LISTED_AUTHORS]
    if len(formatted) > _LISTED_AUTHORS:
        listed.append("et al")
    return ", ".join(listed)


def read_year(issued: object) -> int | None:
    """Return the year of a CSL date, or None if it has none that can be read."""
    if not isinstance(issued, Mapping):
        return None
    parts = issued.get("date-parts")
    candidate: object = None
    if isinstance(parts, Sequence) and parts and isinstance(parts[0], Sequence) and parts[0]:
        candidate = parts[0][0]
    text = plain(candidate) or plain(issued.get("raw")) or plain(issued.get("literal"))
    match = re.search(r"\b(\d{4})\b", text)
    return int(match.group(1)) if match else None


def _sentence(text: str) -> str:
    """Return text that ends with a full stop, unless it ends with a mark of its own."""
    return text if not text or text[-1] in ".?!…" else f"{text}."


def _join(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)


def _format_pages(pages: str) -> str:
    """Return pages with an en dash in each range."""
    parts = (part.strip() for part in pages.split(","))
    return ", ".join(
        f"{match['first']}{_EN_DASH}{match['last']}" if (match := _PAGE_RANGE.fullmatch(part)) else part
        for part in parts
    )


def _published(csl: Mapping[str, Any], date: str) -> str:
    """Return date, volume, issue and pages with the marks between them.

    An issue without a volume keeps the semicolon, "2002;(401):230"; pages that have neither follow the date,
    "2002:1" (ICMJE, samples of formatted references).
    """
    volume, issue = plain(csl.get("volume")), plain(csl.get("issue"))
    pages = _format_pages(plain(csl.get("page"))) or plain(csl.get("number"))
    place = volume + (f"({issue})" if issue else "")
    dated = ";".join(part for part in (date, place) if part)
    return ":".join(part for part in (dated, pages) if part)


def format_reference(csl: Mapping[str, Any]) -> str:
    """Return the reference of a work as one line of plain text, without identifiers.

    Never raises for a missing or odd value: imported CSL-JSON has null dates, empty names and numbers for
    text.
    """
    year = read_year(csl.get("issued"))
    container, publisher = plain(csl.get("container-title")), plain(csl.get("publisher"))
    date = str(year) if year else ""
    if container:
        tail = _join([_sentence(container), _sentence(_published(csl, date))])
    else:
        imprint = "; ".join(part for part in (publisher, date) if part)
        tail = _sentence(imprint)
    return _join([_sentence(format_names(csl.get("author"))), _sentence(plain(csl.get("title"))), tail])
