"""What the installed apps offer: how they meet without knowing each other.

An app registers its offers in ``AppConfig.ready``; whoever needs one asks here, and gets nothing if the app
isn't installed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from standfirst.visibility import Viewer

if TYPE_CHECKING:
    # It needs models, which can't be imported while apps are loading.
    from standfirst.anchors import Anchor, AnchorProvider, Key, Place


class CommentCounter(Protocol):
    """Counts what readers wrote."""

    def count_by_page(self, pages: Collection[Any], *, viewer: Viewer) -> Mapping[int, int]:
        """Return the number of comments that the viewer sees under each page, by the page's id.

        A page that takes no comments is left out. The number of queries doesn't grow with the pages.
        """
        ...

    def count_by_anchor(self, pages: Collection[Any], *, viewer: Viewer) -> Mapping[int, Mapping[str, int]]:
        """Return, by the page's id and by anchor, how many of these comments are about a part of the page."""
        ...


Condition = tuple[str, Literal["=", ">"], str | int]
"""A column, how it compares, and with what; true and false are ints."""


@dataclass(frozen=True, slots=True)
class PartRows:
    """A table whose rows belong to parts: ``column``, a whole number, refers to the part's ``refers_to``.

    A row is shown if any of the conditions in ``shown`` holds, or if there are none. Nobody sees anything of
    the ``hidden`` columns.
    """

    table: str
    column: str
    refers_to: str = "id"
    hidden: tuple[str, ...] = ()
    shown: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionedPart:
    """A kind of part that has versions of its own: where the database holds them.

    See ``offer_versioned_part``.
    """

    kind: str
    table: str
    key_column: str
    version_column: str
    hidden: tuple[str, ...] = ()
    shown: tuple[Condition, ...] = ()
    rows: tuple[PartRows, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassedTables:
    """Tables, by name, that public answers depend on, and those that none depends on."""

    visible: set[str]
    invisible: set[str]


@dataclass
class _Offers:
    routers: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    problem_codes: dict[str, str] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    comment_counter: CommentCounter | None = None
    anchors: "list[AnchorProvider]" = field(default_factory=list)
    last_anchors: "list[AnchorProvider]" = field(default_factory=list)
    parameters: dict[str, None] = field(default_factory=dict)
    versioned_parts: dict[str, VersionedPart] = field(default_factory=dict)
    classed_tables: ClassedTables = field(default_factory=lambda: ClassedTables(set(), set()))


_offers = _Offers()


def offer_router(path: str, *, tags: Mapping[str, str] | None = None) -> None:
    """Add a django-ninja router to the delivery API. ``path`` is dotted: "standfirst.comments.api.router".

    ``tags`` says in a sentence what operations with each of the router's tags are about.
    """
    if path not in _offers.routers:
        _offers.routers.append(path)
    _offers.tags.update(tags or {})


def describe_tag(name: str) -> str:
    """Return what operations with a tag are about, "" if no app says so."""
    return _offers.tags.get(name, "")


def offered_routers() -> tuple[str, ...]:
    """Return the dotted paths of the installed apps' routers, in the order of INSTALLED_APPS."""
    return tuple(_offers.routers)


def offer_problem_codes(codes: Mapping[str, str]) -> None:
    """Name the codes of an app's refusals, each with a sentence for the API's documentation."""
    _offers.problem_codes.update(codes)


def offered_problem_codes() -> Mapping[str, str]:
    return dict(_offers.problem_codes)


def offer_examples(path: str) -> None:
    """Add examples of answers to the API's documentation.

    ``path`` is the dotted path of a function that returns a mapping: by an operation's id, an instance of
    the schema that the operation answers with when all is well.
    """
    if path not in _offers.examples:
        _offers.examples.append(path)


def offered_examples() -> tuple[str, ...]:
    """Return the dotted paths of the functions that return the installed apps' examples."""
    return tuple(_offers.examples)


def offer_parameters(*names: str) -> None:
    """Name query parameters that an app's pages read: answers to requests with others are not kept."""
    _offers.parameters.update(dict.fromkeys(names))


def offered_parameters() -> tuple[str, ...]:
    return tuple(_offers.parameters)


def offer_comment_counter(counter: CommentCounter) -> None:
    """Let other apps ask how many comments there are."""
    _offers.comment_counter = counter


def count_comments(pages: Iterable[Any], *, viewer: Viewer) -> Mapping[int, int] | None:
    """Return ``CommentCounter.count_by_page``; None if no installed app takes comments."""
    counter = _offers.comment_counter
    return None if counter is None else counter.count_by_page(list(pages), viewer=viewer)


def count_comments_by_anchor(
    pages: Iterable[Any], *, viewer: Viewer
) -> Mapping[int, Mapping[str, int]] | None:
    """Return ``CommentCounter.count_by_anchor``; None if no installed app takes comments."""
    counter = _offers.comment_counter
    return None if counter is None else counter.count_by_anchor(list(pages), viewer=viewer)


def offer_anchors(provider: "AnchorProvider", *, is_last: bool = False) -> None:
    """Say what parts of pages are called, how they are graded and where they are.

    Providers are asked in the order of INSTALLED_APPS, those that are last after all others.
    """
    (_offers.last_anchors if is_last else _offers.anchors).append(provider)


def find_anchors(places: "Iterable[Place]", *, with_editors: bool = False) -> "dict[Key, Anchor]":
    """Return what parts of pages are now, by the page's id and the anchor; what is gone is left out.

    Without an app that knows of such parts, nothing is found. The number of queries doesn't grow with the
    places.
    """
    from standfirst.anchors import ask_for_anchors

    providers = [*_offers.anchors, *_offers.last_anchors]
    return ask_for_anchors(providers, places, with_editors=with_editors)


def offer_versioned_part(
    kind: str,
    *,
    table: str,
    key_column: str,
    version_column: str,
    hidden: Iterable[str] = (),
    shown: Iterable[Condition] = (),
    rows: Iterable[PartRows] = (),
) -> None:
    """Have kept answers checked by versions of one more kind, such as that of a discussion.

    The version of a part, a whole number, rises with every change to a column of its row that isn't
    ``hidden``, and with every change to its ``rows`` that readers can see: triggers see to that, in the same
    transaction. What else a part depends on has to move it, too. A new row of a part moves it if any of the
    conditions in ``shown`` holds or there are none; otherwise the row is taken to say the same as none.

    Whoever reads a part for an answer calls ``standfirst.cache.noting.note`` with the kind, the key and the
    version, before reading what hangs on the part. What isn't there has version 0.
    """
    _offers.versioned_parts[kind] = VersionedPart(
        kind, table, key_column, version_column, tuple(hidden), tuple(shown), tuple(rows)
    )


def versioned_parts() -> Mapping[str, VersionedPart]:
    """Return the kinds of parts that have versions of their own, by name."""
    return _offers.versioned_parts


def class_tables(*, visible: Iterable[str] = (), invisible: Iterable[str] = ()) -> None:
    """Say of an app's tables whether a public answer can depend on them. A * may end a name.

    Those that nobody has classed count as visible.
    """
    _offers.classed_tables.visible.update(visible)
    _offers.classed_tables.invisible.update(invisible)


def classed_tables() -> ClassedTables:
    """Return what the installed apps have said of their tables."""
    return _offers.classed_tables
