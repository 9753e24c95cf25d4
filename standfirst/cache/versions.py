"""The version of everything that readers can see, and of the parts that have versions of their own."""

import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import swapper
from django.db import DatabaseError, connections, router

from standfirst import parts as offers
from standfirst.cache import moves, postgres_triggers, sqlite_triggers, version_conf
from standfirst.cache.classing import VERSION_TABLE
from standfirst.cache.noting import PartKey
from standfirst.cache.triggers import find_missing, vendor_module
from standfirst.triggers import TRIGGER_VENDORS

logger = logging.getLogger("standfirst.cache")

#: Seconds after which triggers that were missing are looked for again.
RETRY_SECONDS: Final = 5.0
#: Seconds for which PostgreSQL's triggers are taken to be as they were: to count them takes a while.
INSPECTION_SECONDS: Final = 1.0
MOVER_MAX_LENGTH: Final = 200
# What a row of the statement tells; kinds of parts are numbered from _PART on.
_TOKEN, _STATE, _READING, _PART = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Version:
    """``content`` moves with every committed change that isn't known to be invisible.

    It is random, and never the same twice. ``parts`` are the versions of parts, 0 for one that isn't there.
    """

    content: int
    parts: Mapping[PartKey, int]


@dataclass(frozen=True, slots=True)
class _Inspection:
    """What was found when the triggers were last looked for: whether all were there, and in which state.

    ``state`` is a number that is another as soon as a trigger goes: SQLite's version of the schema, or on
    PostgreSQL the number of triggers. ``functions`` are the ids of PostgreSQL's functions.
    """

    state: int
    is_complete: bool
    at: float
    functions: tuple[int, ...] = ()


_UNINSPECTED: Final = _Inspection(state=0, is_complete=True, at=0)
_inspections: dict[tuple[str, ...], _Inspection] = {}
#: The token that this process has seen last.
_seen: dict[tuple[str, ...], int] = {}


def read_version(parts: Collection[PartKey] = ()) -> Version | None:
    """Return the version as of now, by one statement; None where versions can't be trusted.

    That is before ``migrate`` has made the triggers, while it works, if one is missing, in a transaction that
    can only be rolled back, and on other databases than SQLite and PostgreSQL unless the site wants it.
    """
    connection = connections[content_database()]
    if connection.needs_rollback:
        return None
    has_triggers = connection.vendor in TRIGGER_VENDORS
    if not has_triggers and not version_conf.works_without_triggers():
        return None
    try:
        for attempt in range(2):
            inspection = _find_inspection(connection, anew=attempt > 0) if has_triggers else _UNINSPECTED
            if not inspection.is_complete:
                return None
            state, version = _read(connection, inspection, parts)
            if version is None:
                return None
            if state is None or state == inspection.state:
                _note_move(connection, version.content)
                return version
    except DatabaseError:
        # Such as a table that is gone. If the database is away, whoever makes the answer will find out.
        _inspections.pop(_place(connection), None)
    return None


def bump_version(reason: str) -> None:
    """Move the version, so that every kept answer is made anew: for what the database doesn't see.

    The counters and the log have the reason. Use few different ones: each is counted for itself.
    """
    connection = connections[router.db_for_write(_page_model())]
    move(connection, f"bump_version: {reason}"[:MOVER_MAX_LENGTH])
    logger.info("The version of the content was moved on request: %s", reason)


def are_versions_exact() -> bool:
    """Return whether the database itself moves the version, with each change and in its transaction."""
    return connections[content_database()].vendor in TRIGGER_VENDORS


def content_database() -> str:
    """Return the alias of the database that pages are read from, whose token counts."""
    return str(router.db_for_read(_page_model()))


def move(connection: Any, mover: str) -> None:
    """Move the token on behalf of somebody."""
    if connection.vendor in TRIGGER_VENDORS:
        vendor_module(connection).move(connection, mover)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {VERSION_TABLE} SET token = %s WHERE slot = 1", [secrets.randbits(62)])


def _read(
    connection: Any, inspection: _Inspection, parts: Collection[PartKey]
) -> tuple[int | None, Version | None]:
    """Return the state of the triggers, if it was asked for, and the version, None if there is no token."""
    keys: dict[str, list[int]] = defaultdict(list)
    for kind, key in parts:
        keys[kind].append(key)
    statement, values = _token_statement(connection, inspection)
    kinds = list(keys)
    for number, kind in enumerate(kinds):
        part = offers.versioned_parts().get(kind)
        if part is None:
            return None, None
        quote = connection.ops.quote_name
        column = quote(part.key_column)
        places = ", ".join(["%s"] * len(keys[kind]))
        statement += (
            f" UNION ALL SELECT {_PART + number}, {column}, {quote(part.version_column)} "
            f"FROM {quote(part.table)} WHERE {column} IN ({places})"
        )
        values += keys[kind]
    content: int | None = None
    state: int | None = None
    found: dict[PartKey, int] = dict.fromkeys(parts, 0)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for what, key, value in cursor.fetchall():
            if what == _TOKEN:
                content = None if value is None else int(value)
            elif what == _STATE:
                state = int(value)
            elif what >= _PART:
                found[kinds[what - _PART], key] = int(value)
    return state, None if content is None else Version(content=content, parts=found)


def _token_statement(connection: Any, inspection: _Inspection) -> tuple[str, list[Any]]:
    if connection.vendor not in TRIGGER_VENDORS:
        return f"SELECT {_TOKEN}, 0, token FROM {VERSION_TABLE} WHERE slot = 1", []
    if connection.vendor == "sqlite":
        return (
            f"SELECT {_TOKEN}, 0, token FROM {VERSION_TABLE} WHERE slot = {sqlite_triggers.SLOT} "
            f"UNION ALL SELECT {_STATE}, 0, schema_version FROM pragma_schema_version()"
        ), []
    statement = f"SELECT {_TOKEN}, 0, sum(token) FROM {VERSION_TABLE}"
    values: list[Any] = []
    now = time.monotonic()
    if now - inspection.at > INSPECTION_SECONDS:
        statement += (
            f" UNION ALL SELECT {_STATE}, 0, count(*) FROM pg_trigger "
            "WHERE tgfoid = ANY(%s) AND tgenabled IN ('O', 'A') AND tgparentid = 0"
        )
        values.append(list(inspection.functions))
        _inspections[_place(connection)] = replace(inspection, at=now)
    if connection.in_atomic_block or not connection.get_autocommit():
        # What this transaction writes from now on has to move the version again.
        statement += (
            f" UNION ALL SELECT {_READING}, 0, nextval('{postgres_triggers.READS}') "
            f"WHERE coalesce(current_setting('{postgres_triggers.MARK}', true), '') <> ''"
        )
    return statement, values


def _find_inspection(connection: Any, *, anew: bool = False) -> _Inspection:
    """Return what was found when the triggers were looked for, which is done now if need be."""
    place = _place(connection)
    known = _inspections.get(place)
    if known and not anew and (known.is_complete or time.monotonic() - known.at < RETRY_SECONDS):
        return known
    functions: tuple[int, ...] = ()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA schema_version")
            state = cursor.fetchone()[0]
        else:
            cursor.execute(
                "SELECT p.oid::bigint, (SELECT count(*) FROM pg_trigger WHERE tgfoid = p.oid "
                "AND tgenabled IN ('O', 'A') AND tgparentid = 0) FROM pg_proc p "
                "WHERE p.pronamespace = current_schema()::regnamespace AND p.proname = ANY(%s)",
                [list(postgres_triggers.FUNCTIONS)],
            )
            rows = cursor.fetchall()
            functions = tuple(oid for oid, _number in rows)
            state = sum(number for _oid, number in rows)
    missing = find_missing(connection)
    if missing and not (known and not known.is_complete):
        logger.warning(
            "No answer is kept, because the database “%s” lacks what moves the version of the content; "
            "migrate makes it. Missing: %s",
            connection.alias,
            ", ".join(missing[:5]) + (" and more" if len(missing) > 5 else ""),
        )
    if known and not known.is_complete and not missing:
        # If nobody but us noticed, as where triggers were disabled, what was written meanwhile moved nothing.
        bump_version("triggers were missing")
    found = _Inspection(state=state, is_complete=not missing, at=time.monotonic(), functions=functions)
    _inspections[place] = found
    return found


def _note_move(connection: Any, content: int) -> None:
    """Write to the log what has moved the token since this process last saw it, if anybody reads that."""
    if logger.isEnabledFor(logging.INFO) and _seen.get(_place(connection)) != content:
        _seen[_place(connection)] = content
        moves.log_moves(connection)


def _place(connection: Any) -> tuple[str, ...]:
    """Return what tells a database from others."""
    settings = connection.settings_dict
    return (connection.alias, str(settings["NAME"]), str(settings.get("HOST")), str(settings.get("PORT")))


def _page_model() -> Any:
    return swapper.load_model("wagtailcore", "Page")
