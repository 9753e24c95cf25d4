"""What the stored form of a page's streams names: sources, images, pages that its texts link to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models
from wagtail.blocks import Block, ListBlock, StreamValue
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.blocks.struct_block import BaseStructBlock
from wagtail.images.blocks import ImageBlock, ImageChooserBlock

from .kinds.claim import ClaimBlock
from .streams import find_stream_names

_LINK: Final = re.compile(r"<a\s[^>]*linktype=\"page\"[^>]*>")
_ID: Final = re.compile(r"\bid=\"(\d{1,18})\"")


@dataclass(kw_only=True)
class Named:
    """Ids, as they are stored: what a script wrote instead may be among them."""

    sources: list[Any] = field(default_factory=list)
    images: list[Any] = field(default_factory=list)
    linked_pages: set[int] = field(default_factory=set)
    # Whether a text links to something else of the site, such as a document.
    has_other_links: bool = False


def read_names(page: Any) -> Named:
    """Return what the streams of a page name. Reads what is stored, without making blocks of it."""
    named = Named()
    for name in find_stream_names(type(page)):
        stream = getattr(page, name)
        if isinstance(stream, StreamValue) and stream.is_lazy:
            _read(stream.stream_block, list(stream.raw_data), named)
    return named


def read_cited_ids(page_model: type[models.Model], content: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what the claims of a revision's content name as sources: ids, or what a script wrote instead.

    Wagtail stores what an API or a script sends as it is: whatever can't be a stream is skipped.
    """
    named = Named()
    for name in find_stream_names(page_model):
        stored = content.get(name)
        try:
            stored = json.loads(stored) if isinstance(stored, str) else stored
        except ValueError:
            continue
        stream_field: Any = page_model._meta.get_field(name)
        _read(stream_field.stream_block, stored, named)
    yield from named.sources


def _read(block: Block, stored: Any, named: Named) -> None:
    if isinstance(stored, str):
        if "linktype" in stored:
            links = _LINK.findall(stored)
            named.has_other_links |= len(links) < stored.count("linktype")
            for link in links:
                named.linked_pages.update(int(found) for found in _ID.findall(link))
    elif isinstance(block, BaseStreamBlock):
        for child in _dicts(stored):
            inner = block.child_blocks.get(child.get("type"))
            if inner is not None:
                _read(inner, child.get("value"), named)
    elif isinstance(block, ListBlock):
        for item in stored if isinstance(stored, list) else ():
            # A list's items are wrapped with their ids, except in content older than those ids.
            is_wrapped = isinstance(item, dict) and item.get("type") == "item" and "value" in item
            _read(block.child_block, item["value"] if is_wrapped else item, named)
    elif isinstance(block, ImageChooserBlock):
        named.images.append(stored)
    elif isinstance(block, ImageBlock):
        named.images.append(stored.get("image") if isinstance(stored, dict) else stored)
    elif isinstance(block, ClaimBlock) and isinstance(stored, dict):
        for citation in _dicts(stored.get("citations")):
            value = citation.get("value", citation)
            if isinstance(value, dict):
                named.sources.append(value.get("source"))
    elif isinstance(block, BaseStructBlock) and isinstance(stored, dict):
        for name, inner in block.child_blocks.items():
            _read(inner, stored.get(name), named)


def _dicts(items: Any) -> Iterator[dict[str, Any]]:
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))
