"""The fingerprint of everything that the API's answer about a body is made of.

A body that was rendered beforehand is true as long as nothing of it has changed: the page's own content, the
rows of the sources, images and files that it names, the addresses of the pages that it links to, the words of
the language, the settings, the code. All of it is compared on reading, so it doesn't matter who changed what
in which way. What can't be compared has no fingerprint, and is made anew for each answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import get_language
from wagtail.blocks import StreamValue

from .. import conf
from ..enums import CalloutKind, Certainty, Direction, Relation
from ..page_types import adds_fields
from .registry import BlockKind, find_kind
from .streams import child_blocks, find_stream_names

if TYPE_CHECKING:
    from wagtail.blocks import Block

    from standfirst.canonical import PublicAddresses

    from .gathering import Gathered
    from .naming import Named
    from .reading import Reading

# What decides what becomes of rich text and of pictures.
_LIBRARIES: Final = ("django", "wagtail", "nh3", "pydantic")
_OUR_KINDS: Final = f"{__package__}.kinds."


def take_fingerprint(
    page: Any,
    *,
    names: Named,
    gathered: Gathered,
    targets: Mapping[int, Any],
    addresses: PublicAddresses,
) -> str | None:
    """Return the fingerprint of what the answer about a page's body is made of, in the language in use.

    ``targets`` are the pages that the body may link to. None if something in it can't be compared: an alias
    goes by its original, a document's address is the document's, and fields of a site's own are the site's.
    """
    if page.alias_of_id or names.has_other_links or adds_fields(page):
        return None
    linked = sorted(
        (page_id, addresses.of_page(targets[page_id]).url)
        for page_id in names.linked_pages
        if page_id in targets
    )
    materials = [
        _stamp(),
        _describe_blocks(type(page)),
        get_language(),
        _list_words(),
        conf.image_widths(),
        conf.words_per_minute(),
        str(page.translation_key),
        page.locale.language_code,
        page.standfirst,
        page.hero_image_id,
        page.hero_alt,
        [_read_stored(page, name) for name in find_stream_names(type(page))],
        gathered.describe(page, names),
        addresses.files_root,
        linked,
    ]
    return sha256(json.dumps(materials).encode()).hexdigest()


def can_be_kept(reading: Reading) -> bool:
    """Return whether all of a body is of our own kinds: what others make of a block is theirs to know."""
    placed = [reading.find_child(child) for child in reading.stream]
    return all(block is not None and is_our_kind(block.kind) for block in placed) and all(
        is_our_kind(block.kind) for block in reading.blocks
    )


def is_our_kind(kind: BlockKind) -> bool:
    return type(kind).__module__.startswith(_OUR_KINDS)


def _read_stored(page: Any, name: str) -> Any:
    stream = getattr(page, name)
    return list(stream.raw_data) if isinstance(stream, StreamValue) else None


def _list_words() -> list[str]:
    words = [str(word) for group in (Certainty, Direction, Relation, CalloutKind) for word in group.labels]
    return words + [str(level.meaning) for level in Certainty]


@cache
def _describe_blocks(page_type: type[Any]) -> list[str]:
    """Return the classes of all blocks that the streams of a page type can hold, and their kinds."""
    lines: list[str] = []
    for name in find_stream_names(page_type):
        _describe(page_type._meta.get_field(name).stream_block, name, lines, depth=0)
    return lines


def _describe(block: Block, path: str, lines: list[str], *, depth: int) -> None:
    kind = find_kind(block)
    classes = [type(part) for part in (block, kind) if part is not None]
    lines.append(" ".join([path, *(f"{part.__module__}.{part.__qualname__}" for part in classes)]))
    for child in child_blocks(block) if depth < 8 else ():
        _describe(child, f"{path}.{child.name}", lines, depth=depth + 1)


@cache
def _stamp() -> str:
    """Return a digest of our own code, and the releases of the libraries: a process never changes them."""
    digest = sha256(" ".join(version(name) for name in _LIBRARIES).encode())
    for file in sorted(_list_modules()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _list_modules() -> Iterable[Path]:
    return Path(__file__).resolve().parent.parent.rglob("*.py")
