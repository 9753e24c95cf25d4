"""What has moved the version: counters by table."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from standfirst.cache.classing import MOVES_TABLE

logger = logging.getLogger("standfirst.cache")

_logged: dict[str, dict[str, int]] = {}


@dataclass(frozen=True, slots=True)
class Moves:
    """How often a table has moved the version, or ``bump_version`` for a reason, and when last.

    On PostgreSQL the first table of a transaction counts, once; on SQLite every row that was changed.
    """

    mover: str
    number: int
    last_at: datetime | None


def read_moves(connection: Any) -> list[Moves]:
    """Return the counters, the largest first; none on a database without triggers."""
    if MOVES_TABLE not in connection.introspection.table_names():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT mover, sum(number), max(last_at) FROM {MOVES_TABLE} "
            "GROUP BY mover HAVING sum(number) > 0 ORDER BY sum(number) DESC, mover"
        )
        return [Moves(mover, int(number), _as_moment(last)) for mover, number, last in cursor.fetchall()]


def log_moves(connection: Any) -> None:
    """Write to the log what has moved the version since it was last written there."""
    counted = {row.mover: row.number for row in read_moves(connection)}
    before = _logged.get(connection.alias)
    _logged[connection.alias] = counted
    if before is not None:
        text = _describe(before, counted)
        if text:
            logger.info("The version of the content has moved: %s", text)


def _describe(before: Mapping[str, int], counted: Mapping[str, int]) -> str:
    added = {mover: number - before.get(mover, 0) for mover, number in counted.items()}
    return ", ".join(f"{mover} {number:+}" for mover, number in added.items() if number)


def _as_moment(value: Any) -> datetime | None:
    """Return a moment as the database's driver gives it: on SQLite a text."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value if value is None else value.astimezone(UTC)
