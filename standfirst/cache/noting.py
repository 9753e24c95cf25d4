"""What an answer reads: the parts that have versions of their own, and when time itself changes the answer.

Whoever reads such a part says so before it reads what hangs on it. So what is kept with an answer is never
newer than the answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

PartKey = tuple[str, int]
"""The kind of a part, as offered by ``standfirst.parts.offer_versioned_part``, and its key."""


@dataclass(slots=True)
class Noted:
    """What was noted while an answer was made.

    ``parts`` holds the version of each part as it was first read, 0 for one that isn't there. ``ends_at`` is
    the moment from which the answer is another without any change to the database, None if there is none.
    """

    parts: dict[PartKey, int] = field(default_factory=dict)
    ends_at: datetime | None = None
    outer: "Noted | None" = None


_noted: Final[ContextVar[Noted | None]] = ContextVar("standfirst_noted", default=None)


@contextmanager
def noting() -> Iterator[Noted]:
    """Collect what is read within. What an inner one collects, the outer ones collect, too."""
    noted = Noted(outer=_noted.get())
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note(kind: str, key: int, version: int) -> None:
    """Say that a part was read at a version, 0 if it isn't there. The first version counts.

    Call it before you read what hangs on the part. Outside ``noting`` nothing happens.
    """
    noted = _noted.get()
    while noted is not None:
        noted.parts.setdefault((kind, key), version)
        noted = noted.outer


def note_end(moment: datetime) -> None:
    """Say that the answer changes at a moment by itself. The earliest counts."""
    noted = _noted.get()
    while noted is not None:
        if noted.ends_at is None or moment < noted.ends_at:
            noted.ends_at = moment
        noted = noted.outer
