"""Moves what a page type keeps in a field of its own into the body of articles."""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from django.db import models, transaction
from django.utils.html import strip_tags
from wagtail.blocks import Block, ListBlock
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.blocks.struct_block import BaseStructBlock
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock
from wagtail.fields import StreamField
from wagtail.models import Revision

from standfirst.write_lock import writing

# A page and its revisions get the same ids for the same texts, whoever moves them.
_NAMESPACE: Final = UUID("0f9a6f0e-58c5-5d6f-8f0b-3f0d9c6a2b11")
_HEADING: Final = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>", re.DOTALL | re.IGNORECASE)
_EMBED: Final = re.compile(r"<embed\b|<hr\b", re.IGNORECASE)


class BodyMoveRefusedError(Exception):
    """Something can't be moved, and nothing was written. ``problems`` counts what, in words."""

    def __init__(self, problems: Counter[str]) -> None:
        super().__init__("; ".join(f"{problem} ({count})" for problem, count in problems.most_common()))
        self.problems = problems


@dataclass(kw_only=True)
class BodyMoveReport:
    """What was moved, or would be: pages, revisions and blocks; and pages that have a body already."""

    pages: int = 0
    revisions: int = 0
    blocks: int = 0
    skipped: int = 0
    problems: Counter[str] = field(default_factory=Counter)


def move_body(
    *,
    model: Any,
    source: str,
    target: str = "body",
    names: Mapping[str, str] | None = None,
    check: bool = False,
) -> BodyMoveReport:
    """Copy a field of all pages of a type, and of their revisions, into the stream ``target`` of the pages.

    ``source`` is a StreamField or a field of rich text. ``names`` says what a block is called in the target,
    if that differs. What the target has already stays, and so does the source. With ``check``, nothing is
    written.

    Raises ``BodyMoveRefusedError`` if the target can't hold something; nothing is written then.
    """
    mover = _Mover(model=model, source=source, target=target, names=names or {})
    with transaction.atomic() if check else writing():
        for page in model._default_manager.select_for_update(of=("self",)).order_by("pk"):
            mover.read_page(page)
        if mover.report.problems:
            raise BodyMoveRefusedError(mover.report.problems)
        if not check:
            mover.write()
    return mover.report


class _Mover:
    def __init__(self, *, model: Any, source: str, target: str, names: Mapping[str, str]) -> None:
        self.source = model._meta.get_field(source)
        self.target = model._meta.get_field(target)
        self.names = names
        self.model = model
        self.report = BodyMoveReport()
        self._pages: list[tuple[Any, list[dict[str, Any]]]] = []
        self._revisions: list[tuple[int, list[dict[str, Any]]]] = []

    def read_page(self, page: Any) -> None:
        """Work out what becomes of a page and its revisions."""
        if getattr(page, self.target.name):
            self.report.skipped += 1
        else:
            blocks = self._convert(self.source.get_prep_value(self.source.value_from_object(page)), page.pk)
            if blocks:
                self.report.pages += 1
                self.report.blocks += len(blocks)
                self._pages.append((page.pk, blocks))
        for revision in Revision.page_revisions.filter(object_id=str(page.pk)).only("content"):
            if _load(revision.content.get(self.target.name)):
                continue
            blocks = self._convert(revision.content.get(self.source.name), page.pk)
            if blocks:
                self.report.revisions += 1
                self._revisions.append((revision.pk, blocks))

    def write(self) -> None:
        """Write what was worked out. Saving a page indexes its claims."""
        for pk, blocks in self._pages:
            page = self.model._default_manager.get(pk=pk)
            setattr(page, self.target.name, self.target.to_python(blocks))
            page.save(clean=False, update_fields=[self.target.name])
        for pk, blocks in self._revisions:
            revision = Revision.objects.get(pk=pk)
            revision.content[self.target.name] = json.dumps(blocks)
            revision.save(update_fields=["content"])

    def _convert(self, stored: Any, page_id: int) -> list[dict[str, Any]]:
        if isinstance(self.source, StreamField):
            old = [item for item in _load(stored) if isinstance(item, dict)]
        else:
            old = list(_split(stored if isinstance(stored, str) else "", page_id))
        return [self._convert_block(item) for item in old]

    def _convert_block(self, item: Mapping[str, Any]) -> dict[str, Any]:
        old = str(item.get("type"))
        name, value = self.names.get(old, old), item.get("value")
        block = self.target.stream_block.child_blocks.get(name)
        if block is None:
            self.report.problems[f"a block “{old}”: {self.target.name} has no block “{name}”"] += 1
        else:
            # A text becomes the text of a block that has more than that, such as a heading's level.
            if isinstance(block, BaseStructBlock) and isinstance(value, str) and "text" in block.child_blocks:
                value = {"text": value}
            if isinstance(value, str) and _EMBED.search(value):
                self.report.problems[f"a rule, picture or film in the text of “{old}”"] += 1
            elif not _fits(block, value):
                self.report.problems[f"a block “{old}”: “{name}” has other fields"] += 1
        return {"type": name, "value": value, "id": item.get("id") or str(uuid4())}


def _load(stored: Any) -> list[Any]:
    try:
        loaded = json.loads(stored) if isinstance(stored, str) and stored else stored
    except ValueError:
        return []
    return loaded if isinstance(loaded, list) else []


def _split(text: str, page_id: int) -> Iterator[dict[str, Any]]:
    """Yield the headings of a rich text, and what stands between them."""
    parts: list[tuple[str, Any]] = []
    end = 0
    for match in _HEADING.finditer(text):
        level = "h2" if int(match[1]) <= 2 else "h3"
        words = html.unescape(strip_tags(match[2])).strip()
        parts += [("paragraph", text[end : match.start()]), ("heading", {"level": level, "text": words})]
        end = match.end()
    parts.append(("paragraph", text[end:]))
    for position, (name, value) in enumerate(parts):
        if name == "heading" or strip_tags(value).strip() or _EMBED.search(value):
            yield {"type": name, "value": value, "id": str(uuid5(_NAMESPACE, f"{page_id}:{position}"))}


def _fits(block: Block, value: Any) -> bool:
    """Return whether a block can hold a stored value without losing a part of it."""
    if isinstance(block, BaseStreamBlock):
        return isinstance(value, list) and all(
            isinstance(item, dict)
            and item.get("type") in block.child_blocks
            and _fits(block.child_blocks[item["type"]], item.get("value"))
            for item in value
        )
    if isinstance(block, BaseStructBlock):
        return isinstance(value, dict) and all(
            name in block.child_blocks and _fits(block.child_blocks[name], inner)
            for name, inner in value.items()
        )
    if isinstance(block, ListBlock):
        return isinstance(value, list) and all(
            _fits(block.child_block, item["value"] if isinstance(item, dict) and "value" in item else item)
            for item in value
        )
    if isinstance(block, BaseTypedTableBlock):
        return value is None or isinstance(value, dict)
    return not isinstance(value, dict | list)


def find_movable_fields(model: type[models.Model]) -> list[str]:
    """Return the names of the fields that can be moved: streams and texts."""
    return [part.name for part in model._meta.fields if isinstance(part, StreamField | models.TextField)]
