"""The sources that a body cites, read from its stored form."""

import json
from collections.abc import Iterator
from typing import Any


def read_cited_ids(body: Any) -> Iterator[Any]:
    """Yield what the claims of a body name as sources: ids, or whatever a script wrote instead."""
    try:
        blocks = json.loads(body) if isinstance(body, str) else body
    except ValueError:
        return
    for block in _dicts(blocks):
        claim = block.get("value")
        if block.get("type") != "claim" or not isinstance(claim, dict):
            continue
        for citation in _dicts(claim.get("citations")):
            # A list's items are wrapped with their ids, except in content older than those ids.
            value = citation.get("value", citation)
            if isinstance(value, dict):
                yield value.get("source")


def _dicts(items: Any) -> Iterator[dict[str, Any]]:
    """Yield the dictionaries of a list: Wagtail stores what an API or a script sends as it is."""
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))
