"""The kinds of blocks that a body can hold: ours, and those that a site registers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol, get_args, get_origin

from django.core.exceptions import ImproperlyConfigured
from django.utils.html import strip_tags
from pydantic import Field

from .items import BlockItem, CustomBlockItem

if TYPE_CHECKING:
    from uuid import UUID

    from django.utils.safestring import SafeString
    from wagtail.blocks import Block

    from standfirst.canonical import PublicAddresses

    from ..enums import Certainty, Direction, Relation
    from ..importing import Part
    from ..models import Source
    from .items import ArticlePicture, CertaintyGrade, CitedSource, ClaimCitationItem, EvidenceDirection
    from .pictures import Picture
    from .reading import Reading


@dataclass(kw_only=True)
class PlacedBlock:
    """A block of a registered kind at its place in a page's body.

    ``block`` is the definition and ``value`` the content, in which a draft may lack anything. ``id`` is that
    of the nearest block of a stream. ``key`` identifies the block on its page for as long as that one stays:
    its id, and the names of the fields below it; None where nothing is stable, as in a list. ``number``
    counts the blocks of the kind from 1, and ``html`` and ``pictures`` are what the kind asked for
    (``rich_texts``, ``images``).
    """

    kind: BlockKind
    block: Block
    value: Any
    id: str = ""
    key: str | None = None
    number: int = 1
    html: Sequence[SafeString] = ()
    pictures: Sequence[Picture | None] = ()
    annotation: Any = None
    # The child of a stream that the block is, if it isn't a field or an item of another.
    child: Any = None


class ItemWriter(Protocol):
    """What a kind can ask for when it writes what the API says of a block."""

    # How the addresses of pages and files are written.
    addresses: PublicAddresses
    # What a site adds to claims, by their uids.
    claim_fields: Mapping[UUID, Mapping[str, Any]]

    def comments_about(self, claim_uid: UUID) -> int | None:
        """Return the number of comments about a claim of the page; None if the page takes none."""
        ...

    def source(self, source: Source) -> CitedSource: ...

    def picture(self, picture: Picture) -> ArticlePicture: ...

    def certainty(self, certainty: Certainty) -> CertaintyGrade: ...

    def direction(self, direction: Direction | None) -> EvidenceDirection | None: ...

    def citation(self, number: int, source: Source, relation: Relation) -> ClaimCitationItem: ...

    def blocks(self, stream: Iterable[Any], reading: Reading) -> list[BlockItem]:
        """Return the items of the blocks of a stream, such as one inside a block."""


class BlockKind:
    """Everything that is known of one kind of block.

    A subclass names its block and its item, and overrides what else it has to say. Every method takes drafts,
    in which any value may be missing.
    """

    # What the API calls it, and its name in the body of our articles, where it is stored with each block.
    name: ClassVar[str]
    block: ClassVar[type[Block]]
    item: ClassVar[type[BlockItem]]
    # Where the editor's menu has it: the heading, and the place under it, lowest first.
    group: ClassVar[Any] = ""
    order: ClassVar[int] = 100
    # Whether the body of our own articles can hold it. A page type of a site chooses for itself.
    in_articles: ClassVar[bool] = True
    # Whether something outside the page refers to such a block, so that it needs an id before it is saved.
    has_identity: ClassVar[bool] = False
    # Whether what is stored is rich text, in which an editor's marks may be nested in another order.
    stores_html: ClassVar[bool] = False

    def make_block(self) -> Block:
        """Return the block as the body of our articles offers it."""
        return self.block(group=self.group)

    def item_type(self) -> type[BlockItem]:
        """Return the item's type in the API's document."""
        return self.item

    def rich_texts(self, value: Any) -> Sequence[str]:
        """Return the stored rich texts of a block: they are cleaned, their links read, for all at once."""
        return ()

    def images(self, value: Any) -> Sequence[tuple[Any, str]]:
        """Return the images of a block with their alternative texts; their files are read for all at once."""
        return ()

    def annotate(self, placed: PlacedBlock, reading: Reading) -> Any:
        """Return what the block's template needs to know of the whole body.

        Called for each block in the order of the body; ``reading`` is what has been read before it.
        """
        return None

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> BlockItem:
        """Return what the API says of the block."""
        raise NotImplementedError

    def texts(self, placed: PlacedBlock) -> Iterable[str]:
        """Return the words of the block as plain texts: they are counted for the reading time."""
        return [strip_tags(str(text)) for text in placed.block.get_searchable_content(placed.value)]

    def from_part(self, part: Part) -> Any:
        """Return a part of an imported file as this kind stores it, None if another kind holds it."""
        return None


_kinds: dict[str, BlockKind] = {}
_by_block: dict[type[Block], BlockKind] = {}
_used: set[str] = set()


def register_kind(kind: BlockKind) -> None:
    """Add a kind of block to the registry.

    Call it in the ``ready`` of an app, or in a module that the app's models import: the types of the API are
    made when its addresses are loaded, and the body of our articles when the first of them is used. Raises
    ``ImproperlyConfigured`` after that, for a name that is taken, and for an item whose ``type`` isn't the
    name.
    """
    if _used:
        raise ImproperlyConfigured(
            f"The kind of block “{kind.name}” is registered too late: {min(_used)} is in use. "
            "Register it in the ready() of your AppConfig."
        )
    if kind.name in _kinds or kind.name == "custom":
        raise ImproperlyConfigured(f"There is a kind of block “{kind.name}” already.")
    if _read_literal(kind.item) != kind.name:
        raise ImproperlyConfigured(
            f"{kind.item.__name__} is the item of the kind “{kind.name}”: "
            f'give it type: Literal["{kind.name}"].'
        )
    items: list[type[BlockItem]] = [CustomBlockItem, *(known.item for known in _kinds.values())]
    if any(known.__name__ == kind.item.__name__ for known in items):
        raise ImproperlyConfigured(f"There is an item called {kind.item.__name__} already.")
    if kind.block in _by_block:
        raise ImproperlyConfigured(f"{kind.block.__name__} is the block of a kind already.")
    _kinds[kind.name] = kind
    _by_block[kind.block] = kind


def list_kinds() -> list[BlockKind]:
    """Return all kinds, in the order of the editor's menu."""
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def find_kind(block: Block) -> BlockKind | None:
    """Return the kind of a block, whatever its name in a stream; a subclass is of the kind of its parent."""
    return next((_by_block[parent] for parent in type(block).__mro__ if parent in _by_block), None)


def make_article_blocks() -> list[tuple[str, Block]]:
    """Return the blocks of our articles by name. No kind can be registered afterwards."""
    _used.add("the body of articles")
    return [(kind.name, kind.make_block()) for kind in list_kinds() if kind.in_articles]


def make_item_type() -> Any:
    """Return the type of all items, told apart by ``type``. No kind can be registered afterwards."""
    _used.add("the API's document")
    items = [kind.item_type() for kind in list_kinds()]
    return Annotated[reduce(or_, [*items, CustomBlockItem]), Field(discriminator="type")]


def _read_literal(item: type[BlockItem]) -> Any:
    annotation = item.model_fields["type"].annotation
    if get_origin(annotation) is Literal and len(get_args(annotation)) == 1:
        return get_args(annotation)[0]
    return None
