"""The body of an article: its kinds of blocks, and what readers see of it.

What a site needs to add a kind, or to put claims into a StreamField of its own, is imported from here.
"""

from . import kinds  # noqa: F401 - registers ours
from .blocks import ArticleBodyBlock
from .items import BlockItem, CustomBlockItem
from .kinds.claim import ClaimBlock
from .placing import InBody
from .reading import Reading
from .registry import BlockKind, ItemWriter, PlacedBlock, register_kind

__all__ = [
    "ArticleBodyBlock",
    "BlockItem",
    "BlockKind",
    "ClaimBlock",
    "CustomBlockItem",
    "InBody",
    "ItemWriter",
    "PlacedBlock",
    "Reading",
    "register_kind",
]
