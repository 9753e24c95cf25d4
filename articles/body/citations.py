"""The sources that the claims of a page cite, read from the stored form of its streams."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models
from wagtail.blocks import Block, ListBlock
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.blocks.struct_block import BaseStructBlock

from .kinds.claim import ClaimBlock
from .streams import find_stream_names


def read_cited_ids(page_model: type[models.Model], content: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what the claims of a revision's content name as sources: ids, or what a script wrote instead.

    Wagtail stores what an API or a script sends as it is: whatever can't be a stream is skipped.
    """
    for name in find_stream_names(page_model):
        stored = content.get(name)
        try:
            stored = json.loads(stored) if isinstance(stored, str) else stored
        except ValueError:
            continue
        field: Any = page_model._meta.get_field(name)
        yield from _read(field.stream_block, stored)


def _read(block: Block, stored: Any) -> Iterator[Any]:
    if isinstance(block, BaseStreamBlock):
        for child in _dicts(stored):
            inner = block.child_blocks.get(child.get("type"))
            if inner is not None:
                yield from _read(inner, child.get("value"))
    elif isinstance(block, ListBlock):
        for item in stored if isinstance(stored, list) else ():
            # A list's items are wrapped with their ids, except in content older than those ids.
            is_wrapped = isinstance(item, dict) and item.get("type") == "item" and "value" in item
            yield from _read(block.child_block, item["value"] if is_wrapped else item)
    elif isinstance(block, ClaimBlock) and isinstance(stored, dict):
        for citation in _dicts(stored.get("citations")):
            value = citation.get("value", citation)
            if isinstance(value, dict):
                yield value.get("source")
    elif isinstance(block, BaseStructBlock) and isinstance(stored, dict):
        for name, inner in block.child_blocks.items():
            yield from _read(inner, stored.get(name))


def _dicts(items: Any) -> Iterator[dict[str, Any]]:
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))
