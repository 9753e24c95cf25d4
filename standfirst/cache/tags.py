"""Surrogate keys: names of what an answer is about, by which a CDN can be told to forget it.

Every public answer is about ``standfirst``, which stands for everything, and about its site. What else it is
about, whoever draws it says with ``note_tag``; the parts that it read are named without that.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from standfirst.cache import conf
from standfirst.cache.noting import PartKey

EVERYTHING: Final = "standfirst"
# Instead of the names of an answer that is about too many things; purged along with each of them.
MANY: Final = "standfirst-many"
# Proxies refuse long headers: nginx has 4 or 8 KiB for all of them together, and this is sent twice.
MAX_LENGTH: Final = 1000
# Headers whose names are parted by spaces, Fastly's and Varnish's; Cloudflare and Akamai use commas.
_SPACED: Final = frozenset({"surrogate-key", "xkey"})

_collected: Final[ContextVar[dict[str, None] | None]] = ContextVar("standfirst_tags", default=None)


@contextmanager
def collecting() -> Iterator[dict[str, None]]:
    """Collect what the answer that is made within is about, in the order in which it is said."""
    tags: dict[str, None] = {}
    token = _collected.set(tags)
    try:
        yield tags
    finally:
        _collected.reset(token)


def note_tag(kind: str, key: object = "") -> None:
    """Say that the answer is about something: ``note_tag("page", 12)``. Elsewhere, nothing happens.

    Raises ``ValueError`` for what can't stand in a header.
    """
    tags = _collected.get()
    if tags is not None:
        tags[make_tag(kind, key)] = None


def make_tag(kind: str, key: object = "") -> str:
    """Return the name of something, such as ``page:12``. Raises ``ValueError`` as ``note_tag`` does."""
    tag = f"{kind}:{key}" if key != "" else kind
    if not tag or not tag.isascii() or any(character <= " " or character in ",\x7f" for character in tag):
        raise ValueError(f"{tag!r} can't be the name of something: no spaces, no commas, ASCII alone.")
    return tag


def tag_parts(parts: Iterable[PartKey]) -> list[str]:
    """Return the names of parts that have versions of their own."""
    return [make_tag(kind, key) for kind, key in parts]


def make_headers(tags: Collection[str], names: Iterable[str]) -> dict[str, str]:
    """Return the headers, of these names, that say what an answer is about."""
    listed = [EVERYTHING, *dict.fromkeys(tag for tag in tags if tag != EVERYTHING)]
    if sum(map(len, listed)) + len(listed) > MAX_LENGTH:
        # The site's own name stays: it is among the first.
        listed = [EVERYTHING, MANY, *(tag for tag in listed if tag.startswith("site:"))]
    return {name: (" " if name.lower() in _SPACED else ",").join(listed) for name in names}


def can_be_purged() -> bool:
    """Return whether the answer that is being made will carry names by which caches are purged."""
    return _collected.get() is not None and bool(conf.tag_backends()) and bool(conf.rules().tag_headers)
