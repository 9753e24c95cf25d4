"""The triggers that move the version on SQLite.

There is one writer at a time, so one row holds the token. Where a rule has no condition, a trigger names no
column: SQLite refuses to drop one that a trigger names.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from standfirst.cache.classing import (
    DELETE,
    EVERY_EVENT,
    INSERT,
    MOVES_TABLE,
    UPDATE,
    VERSION_TABLE,
    Classing,
    Rule,
)
from standfirst.cache.part_triggers import PREFIX, sqlite_triggers
from standfirst.triggers import execute, literal

SLOT = 1
Trigger = tuple[str, str]
"""A table and a trigger's name."""

_FIND_TABLES = """
SELECT name FROM pragma_table_list
WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
"""
_FIND_TRIGGERS = (
    f"SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB '{PREFIX}_*'"
)


def find_tables(connection: Any) -> list[str]:
    """Return the tables that can have triggers: no virtual ones, nor those that such a one keeps."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_TABLES)
        return [name for (name,) in cursor.fetchall()]


def find_triggers(connection: Any) -> dict[Trigger, str]:
    """Return our triggers that are there, with the statements that made them."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_TRIGGERS)
        return {(table, name): sql for table, name, sql in cursor.fetchall()}


def wanted_triggers(connection: Any, classing: Classing) -> dict[Trigger, str]:
    """Return the triggers that should be there, with the statements that make them."""
    wanted = {}
    tables = find_tables(connection)
    for table in tables:
        rule = classing.find_rule(table)
        if rule is not None:
            for name, statement in _statements(connection, table, rule, classing.page_table):
                wanted[table, name] = statement
    for table, name, statement in sqlite_triggers(connection, tables, _find_unique_columns):
        wanted[table, name] = statement
    return wanted


def drop_statement(connection: Any, trigger: Trigger) -> str:
    return f"DROP TRIGGER IF EXISTS {connection.ops.quote_name(trigger[1])}"


def make_tables(connection: Any, movers: Iterable[str]) -> None:
    """Make the tables of the token and of the counters, and the rows that the triggers write to."""
    execute(
        connection,
        f"CREATE TABLE IF NOT EXISTS {VERSION_TABLE} (slot integer PRIMARY KEY, token bigint NOT NULL)",
    )
    execute(
        connection,
        f"CREATE TABLE IF NOT EXISTS {MOVES_TABLE} (slot bigint NOT NULL, mover varchar(200) NOT NULL, "
        "number bigint NOT NULL, last_at datetime NULL, PRIMARY KEY (slot, mover)) WITHOUT ROWID",
    )
    execute(
        connection,
        f"INSERT INTO {VERSION_TABLE} (slot, token) SELECT {SLOT}, random() "
        f"WHERE NOT EXISTS (SELECT 1 FROM {VERSION_TABLE})",
    )
    with connection.cursor() as cursor:
        for mover in movers:
            cursor.execute(f"INSERT OR IGNORE INTO {MOVES_TABLE} VALUES ({SLOT}, %s, 0, NULL)", [mover])


def remove_what_is_shared(connection: Any) -> None:
    execute(connection, f"DROP TABLE IF EXISTS {VERSION_TABLE}")
    execute(connection, f"DROP TABLE IF EXISTS {MOVES_TABLE}")


def move(connection: Any, mover: str) -> None:
    """Move the token on behalf of somebody."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT OR IGNORE INTO {MOVES_TABLE} VALUES ({SLOT}, %s, 0, NULL)", [mover])
    for statement in _moving(mover):
        execute(connection, statement)


def _moving(mover: str) -> Iterator[str]:
    yield f"UPDATE {VERSION_TABLE} SET token = random() WHERE slot = {SLOT}"
    yield (
        f"UPDATE {MOVES_TABLE} SET number = number + 1, last_at = strftime('%Y-%m-%d %H:%M:%f', 'now') "
        f"WHERE slot = {SLOT} AND mover = {literal(mover)}"
    )


def _statements(connection: Any, table: str, rule: Rule, page_table: str) -> Iterator[tuple[str, str]]:
    """Yield the names of a table's triggers, and the statements that make them."""
    quote = connection.ops.quote_name
    body = "; ".join(_moving(table))

    def make(name: str, moment: str, condition: str) -> tuple[str, str]:
        name = f"{PREFIX}_{name}_{table}"
        when = f" WHEN {condition}" if condition else ""
        return name, (
            f"CREATE TRIGGER {quote(name)} {moment} ON {quote(table)} FOR EACH ROW{when} BEGIN {body}; END"
        )

    for event in EVERY_EVENT:
        if event in rule.events:
            condition = _condition(connection, table, event, rule, page_table)
            yield make(event.lower(), f"AFTER {event}", condition)
    if rule.is_page or rule.page_column or INSERT not in rule.events:
        # REPLACE deletes the row in the way without firing the trigger of DELETE.
        replaced = " OR ".join(
            f"EXISTS (SELECT 1 FROM {quote(table)} WHERE {_equal(quote, columns)})"
            for columns in _find_unique_columns(connection, table)
        )
        yield make("replace", "BEFORE INSERT", replaced)


def _condition(connection: Any, table: str, event: str, rule: Rule, page_table: str) -> str:
    quote = connection.ops.quote_name
    rows = {INSERT: ["NEW"], UPDATE: ["OLD", "NEW"], DELETE: ["OLD"]}[event]
    conditions = []
    if rule.is_page:
        conditions.append(" OR ".join(f"{row}.live OR {row}.numchild > 0" for row in rows))
    if rule.page_column:
        pages = ", ".join(f"{row}.{quote(rule.page_column)}" for row in rows)
        key = quote(connection.introspection.get_primary_key_column(connection.cursor(), page_table))
        conditions.append(
            f"EXISTS (SELECT 1 FROM {quote(page_table)} WHERE {key} IN ({pages}) AND (live OR numchild > 0))"
        )
    if event == UPDATE and rule.hidden:
        with connection.cursor() as cursor:
            columns = [
                column.name for column in connection.introspection.get_table_description(cursor, table)
            ]
        changed = [
            f"OLD.{quote(column)} IS NOT NEW.{quote(column)}"
            for column in columns
            if column not in rule.hidden
        ]
        if rule.is_page:
            # Wagtail's sitemap shows this date of a page that has no other.
            date = "latest_revision_created_at"
            changed.append(f"(NEW.last_published_at IS NULL AND OLD.{date} IS NOT NEW.{date})")
        conditions.append(" OR ".join(changed))
    return " AND ".join(f"({condition})" for condition in conditions)


def _equal(quote: Any, columns: Iterable[str]) -> str:
    return " AND ".join(f"{quote(column)} = NEW.{quote(column)}" for column in columns)


def _find_unique_columns(connection: Any, table: str) -> list[list[str]]:
    """Return the sets of columns that no two rows have alike, the primary key among them."""
    with connection.cursor() as cursor:
        key = [connection.introspection.get_primary_key_column(cursor, table)]
        cursor.execute(
            "SELECT list.name, info.name FROM pragma_index_list(%s) AS list, "
            "pragma_index_info(list.name) AS info "
            'WHERE list."unique" ORDER BY list.name, info.seqno',
            [table],
        )
        indexes: dict[str, list[str | None]] = {}
        for index, column in cursor.fetchall():
            indexes.setdefault(index, []).append(column)
    # An index of an expression has no name of a column.
    return [key, *([str(c) for c in columns] for columns in indexes.values() if None not in columns)]
