"""The parts of an imported file as blocks of a body."""

from typing import Any

from ..importing import Part
from ..importing.blocks import digest
from .registry import list_kinds


def block_of(part: Part) -> tuple[str, Any]:
    """Return the name of the kind that holds a part in the body of our articles, and the value as it is
    stored.

    Raises ``LookupError`` if no kind takes it.
    """
    for kind in list_kinds():
        value = kind.from_part(part) if kind.in_articles else None
        if value is not None:
            return kind.name, value
    raise LookupError(f"No kind of block takes a {type(part).__name__}.")


def digest_block(block_type: str, value: Any) -> str:
    """Return a digest of a stored block that stays the same when the editor saves it untouched."""
    html = {kind.name for kind in list_kinds() if kind.stores_html}
    return digest(block_type, value, is_html=block_type in html)
