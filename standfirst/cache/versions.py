"""The version of everything that readers can see, and of the parts that have versions of their own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from standfirst.cache.noting import PartKey


@dataclass(frozen=True, slots=True)
class Version:
    """``content`` moves with every committed change that isn't known to be invisible.

    It is random, and never the same twice. ``parts`` are the versions of parts, 0 for one that isn't there.
    """

    content: int
    parts: Mapping[PartKey, int]


def read_version(parts: Collection[PartKey] = ()) -> Version | None:
    """Return the version as of now, by one statement; None where versions can't be trusted."""
    return None


def bump_version(reason: str) -> None:
    """Move the version by hand, so that every kept answer is made anew."""
