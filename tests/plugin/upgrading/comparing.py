"""What a site has lost by an upgrade: the difference of two snapshots."""

from collections.abc import Iterator, Mapping
from typing import Any

Snapshot = Mapping[str, Any]


def find_losses(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Yield what the later snapshot lacks or has otherwise. It may have more: tables, columns, rows."""
    yield from _find_lost_rows(before["rows"], after["rows"])
    for kind in ("answers", "statuses"):
        yield from _find_changes(before[kind], after[kind], kind)


def _find_lost_rows(before: Snapshot, after: Snapshot) -> Iterator[str]:
    for table, rows in before.items():
        if table not in after:
            yield f"The table {table} is gone."
            continue
        for key, row in rows.items():
            if key not in after[table]:
                yield f"Row {key} of {table} is gone."
                continue
            for column, value in row.items():
                if column not in after[table][key]:
                    yield f"The column {table}.{column} is gone."
                elif (now := after[table][key][column]) != value:
                    yield f"{table}.{column} of row {key} was {value!r}, and is {now!r}."


def _find_changes(before: Any, after: Any, place: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            if name in after:
                yield from _find_changes(value, after[name], f"{place} {name}")
            else:
                yield f"{place} has no {name} any more."
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _find_changes(old, new, f"{place} {number}")
    elif before != after:
        yield f"{place} was {before!r}, and is {after!r}."
