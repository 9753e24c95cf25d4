"""The parts of an article as values of the body's blocks, and digests that tell whether one was edited."""

import hashlib
import json
import re
from typing import Any

from .article import Heading, ListPart, Paragraph, Part, Quote, Table
from .rich_text_lines import read_lines

_NUMERIC = re.compile(r"[<>≤≥≈~±+\u2212-]?\s?\d[\d\s.,]*(?:[%‰]|\s?[±\u2013-]\s?\d[\d.,]*)?")


def block_of(part: Part) -> tuple[str, Any]:
    """Return the type of the body's block that holds `part`, and its value as the database stores it."""
    match part:
        case Heading():
            return "heading", {"level": f"h{part.level}", "text": part.text}
        case Paragraph():
            return "paragraph", f"<p>{part.html}</p>"
        case ListPart():
            return "paragraph", list_html(part)
        case Quote():
            return "quote", {"text": part.text, "attribution": part.attribution}
        case Table():
            return "table", _typed_table(part)


def list_html(part: ListPart) -> str:
    """Return the list as the rich text editor writes it."""
    name = "ol" if part.ordered else "ul"
    items = "".join(f"<li>{item.html}{''.join(map(list_html, item.children))}</li>" for item in part.items)
    return f"<{name}>{items}</{name}>"


def digest(block_type: str, value: Any) -> str:
    """Return a digest of a block that stays the same when the editor saves it untouched.

    Saving in the admin adds keys to paragraphs and empty fields to blocks, nests a text's marks in an order
    of its own, and writes line ends as CRLF; none of that counts.
    """
    canonical = _canonical(value, is_html=block_type == "paragraph")
    text = json.dumps(canonical, ensure_ascii=False, sort_keys=True, default=str)
    return f"{block_type}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _typed_table(table: Table) -> dict[str, Any]:
    rows = table.rows[1:] if table.has_header_row else table.rows
    columns = []
    for index in range(len(table.rows[0])):
        cells = [row[index] for row in rows if row[index]]
        is_number = bool(cells) and all(map(_NUMERIC.fullmatch, cells))
        heading = table.rows[0][index] if table.has_header_row else ""
        columns.append({"type": "number" if is_number else "text", "heading": heading})
    return {
        "columns": columns,
        "rows": [{"values": list(row)} for row in rows],
        "caption": table.caption,
    }


def _canonical(value: Any, *, is_html: bool) -> Any:
    match value:
        case dict():
            kept = {key: _canonical(item, is_html=is_html) for key, item in value.items()}
            return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
        case list():
            return [_canonical(item, is_html=is_html) for item in value]
        case str():
            return read_lines(value) if is_html else value.replace("\r\n", "\n").strip()
    return value
