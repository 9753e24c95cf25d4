"""What a site's migrations write down of our blocks, in a StreamField of the site's own."""

from typing import Any

from wagtail.blocks import Block

from standfirst.plain_migrations import WORDS_OF_FIELDS

_WORDS = {"label", *WORDS_OF_FIELDS}


class PlainInMigrations:
    """A mixin for a block of ours: migrations know it as the blocks of Wagtail that it is made of, wordless.

    Otherwise a release that mends a sentence would have every site make a migration, and one that moves the
    class would break those that it has.
    """

    def deconstruct_with_lookup(self, lookup: Any) -> tuple[str, Any, dict[str, Any]]:
        path, args, options = super().deconstruct_with_lookup(_PlainLookup(lookup))  # type: ignore[misc]
        return _wagtail_path(self, path), args, options


class _PlainLookup:
    """Wagtail's table of the blocks of a migration, into which blocks below ours go without words."""

    def __init__(self, lookup: Any) -> None:
        self._lookup = lookup

    def add_block(self, block: Block) -> Any:
        return self._lookup.add_block(_Plain(block))


class _Plain:
    """A block below one of ours, as the table asks it."""

    def __init__(self, block: Block) -> None:
        self._block = block

    def deconstruct_with_lookup(self, lookup: Any) -> tuple[str, Any, dict[str, Any]]:
        path, args, options = self._block.deconstruct_with_lookup(_PlainLookup(lookup))
        kept = {name: value for name, value in options.items() if name not in _WORDS}
        return _wagtail_path(self._block, path), args, kept


def _wagtail_path(block: Any, path: str) -> str:
    """Return the path of a block's class, or that of the class of Wagtail that it extends."""
    if path.startswith("wagtail."):
        return path
    parent = next(part for part in type(block).__mro__ if part.__module__.startswith("wagtail."))
    return f"{parent.__module__}.{parent.__qualname__}"
