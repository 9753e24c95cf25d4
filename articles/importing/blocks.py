"""Lists as the rich text editor writes them, and digests that tell whether a block was edited."""

import hashlib
import json
from typing import Any

from .article import ListPart
from .rich_text_lines import read_lines


def list_html(part: ListPart) -> str:
    """Return the list as the rich text editor writes it."""
    name = "ol" if part.ordered else "ul"
    items = "".join(f"<li>{item.html}{''.join(map(list_html, item.children))}</li>" for item in part.items)
    return f"<{name}>{items}</{name}>"


def digest(block_type: str, value: Any, *, is_html: bool) -> str:
    """Return a digest of a block that stays the same when the editor saves it untouched.

    ``is_html`` says whether the value is rich text.

    Saving in the admin adds keys to paragraphs and empty fields to blocks, nests a text's marks in an order
    of its own, and writes line ends as CRLF; none of that counts.
    """
    canonical = _canonical(value, is_html=is_html)
    text = json.dumps(canonical, ensure_ascii=False, sort_keys=True, default=str)
    return f"{block_type}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


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
