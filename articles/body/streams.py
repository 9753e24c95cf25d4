"""The streams of a page: each knows its page, and the blocks of registered kinds are found at any depth.

A template may say ``{{ page.body }}`` or ``{{ block }}``, which hands a block its value and no context.
So the values in the streams of an article carry a mark that leads to their page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

from django.db import models
from wagtail.blocks import Block, ListBlock, StreamValue
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.blocks.struct_block import BaseStructBlock
from wagtail.fields import Creator, StreamField

from ..claims.identity import distinguish_block_ids
from .registry import PlacedBlock, find_kind

_OWNER: Final = "_standfirst_owner"


class _Owner:
    """The page of a value. A copy of the value, or one that was pickled, belongs to nobody yet."""

    def __init__(self, page: Any = None) -> None:
        self.page = page

    def __deepcopy__(self, memo: Any) -> _Owner:
        return _Owner()

    def __reduce__(self) -> tuple[type[_Owner], tuple[()]]:
        return _Owner, ()


class _OwnedStream(StreamValue):
    """The value of a stream whose blocks are marked as soon as they are made of what is stored."""

    def _prefetch_blocks(self, type_name: str) -> None:
        super()._prefetch_blocks(type_name)
        for child in self._bound_blocks:
            if child is not None and child.block_type == type_name:
                _mark(child.block, child.value, getattr(self, _OWNER))

    def _construct_stream_child(self, item: Any) -> Any:
        child = super()._construct_stream_child(item)
        _mark(child.block, child.value, getattr(self, _OWNER))
        return child


class _OwningAttribute(Creator):
    """A StreamField's attribute, which tells the stream whose it is."""

    def __get__(self, obj: Any, type: Any = None) -> Any:  # noqa: A002 - as Python names it
        value = super().__get__(obj, type)
        if obj is not None and isinstance(value, StreamValue):
            owner = getattr(value, _OWNER, None)
            if owner is None:
                _own(value, _Owner(obj))
            else:
                owner.page = obj
        return value

    def __set__(self, obj: Any, value: Any) -> None:
        super().__set__(obj, value)
        obj.__dict__.pop("reading", None)


def own_streams(model: type[models.Model]) -> None:
    """Have the streams of a page type know the page that they are read from."""
    for name in find_stream_names(model):
        setattr(model, name, _OwningAttribute(model._meta.get_field(name)))


def find_owner(value: Any) -> Any:
    """Return the page in whose stream a block's value stands, or None."""
    return getattr(getattr(value, _OWNER, None), "page", None)


def find_stream_names(model: type[models.Model]) -> tuple[str, ...]:
    """Return the names of a page type's StreamFields, the body of the article first."""
    names = [field.name for field in model._meta.fields if isinstance(field, StreamField)]
    return tuple(sorted(names, key=lambda name: name != getattr(model, "article_body", "body")))


def find_blocks(page: Any) -> list[PlacedBlock]:
    """Return the blocks of registered kinds in all streams of a page, in order, each with its key and number.

    If the kind has an identity and the nearest block of a stream has no id yet, it is given one: Wagtail
    makes missing ids on saving; made now, the id is the same throughout a preview.
    """
    found: list[PlacedBlock] = []
    for name in find_stream_names(type(page)):
        stream = getattr(page, name)
        if isinstance(stream, StreamValue):
            found += _walk_stream(stream, is_stable=True)
    numbers: dict[str, int] = {}
    for placed in found:
        numbers[placed.kind.name] = placed.number = numbers.get(placed.kind.name, 0) + 1
    identified = [placed for placed in found if placed.kind.has_identity and placed.key is not None]
    keys = distinguish_block_ids(str(placed.key) for placed in identified)
    for placed, key in zip(identified, keys, strict=True):
        placed.key = key
    return found


def find_lost_claims(block: Block) -> Iterator[str]:
    """Yield the places below a block where a claim, or what else has an identity, stands in a list.

    A place is the names of the blocks that lead there, joined by full stops.
    """
    return (place for place, in_list in _find_identified(block) if in_list)


def find_identified(block: Block) -> Iterator[str]:
    """Yield the places below a block where a claim, or what else has an identity, can stand."""
    return (place for place, _in_list in _find_identified(block))


def may_hold_kinds(block: Block) -> bool:
    """Return whether a block of a registered kind can stand somewhere below this one."""
    known = block.__dict__.get("_standfirst_may_hold_kinds")
    if known is None:
        known = any(find_kind(child) or may_hold_kinds(child) for child in child_blocks(block))
        block._standfirst_may_hold_kinds = known
    return bool(known)


def child_blocks(block: Block) -> Iterable[Block]:
    """Return the definitions of the blocks directly below a block."""
    if isinstance(block, ListBlock):
        return [block.child_block]
    if isinstance(block, BaseStructBlock | BaseStreamBlock):
        return list(block.child_blocks.values())
    return []


def _find_identified(block: Block, *, path: str = "", in_list: bool = False) -> Iterator[tuple[str, bool]]:
    for child in child_blocks(block):
        # A list's item has no name of its own.
        place = path if isinstance(block, ListBlock) else ".".join(filter(None, [path, child.name]))
        kind = find_kind(child)
        is_in_list = in_list or isinstance(block, ListBlock)
        if kind is not None and kind.has_identity:
            yield place, is_in_list
        yield from _find_identified(child, path=place, in_list=is_in_list)


def _walk_stream(stream: Iterable[Any], *, is_stable: bool) -> Iterator[PlacedBlock]:
    for child in stream or ():
        yield from _walk(child.block, child.value, child=child, path=(), is_stable=is_stable)


def _walk(
    block: Block, value: Any, *, child: Any, path: tuple[str, ...], is_stable: bool
) -> Iterator[PlacedBlock]:
    """Yield a block and those below it; ``path`` names the fields between it and the stream's ``child``."""
    kind = find_kind(block)
    if kind is not None:
        if kind.has_identity and is_stable:
            child.id = child.id or str(uuid4())
        key = ".".join([child.id, *path]) if child.id and is_stable else None
        yield PlacedBlock(
            kind=kind,
            block=block,
            value=value,
            id=child.id or "",
            key=key,
            child=child if value is child.value and not path else None,
        )
    if value is None or not may_hold_kinds(block):
        return
    if isinstance(block, BaseStreamBlock):
        yield from _walk_stream(value, is_stable=is_stable)
    elif isinstance(block, BaseStructBlock):
        for name, inner in block.child_blocks.items():
            yield from _walk(inner, value.get(name), child=child, path=(*path, name), is_stable=is_stable)
    elif isinstance(block, ListBlock):
        for item in value.bound_blocks:
            yield from _walk(item.block, item.value, child=child, path=path, is_stable=False)


def _own(stream: StreamValue, owner: _Owner) -> None:
    # The class changes in place: the stream is made by Wagtail, in many places.
    if stream.__class__ is StreamValue:
        stream.__class__ = _OwnedStream
    setattr(stream, _OWNER, owner)
    for child in stream._bound_blocks:
        if child is not None:
            _mark(child.block, child.value, owner)


def _mark(block: Block, value: Any, owner: _Owner) -> None:
    if isinstance(value, StreamValue):
        _own(value, owner)
        return
    if find_kind(block) is not None:
        with suppress(AttributeError):  # A plain text or None carries no mark.
            setattr(value, _OWNER, owner)
    if value is None or not may_hold_kinds(block):
        return
    if isinstance(block, BaseStructBlock):
        for name, inner in block.child_blocks.items():
            _mark(inner, value.get(name), owner)
    elif isinstance(block, ListBlock):
        for item in value.bound_blocks:
            _mark(item.block, item.value, owner)
