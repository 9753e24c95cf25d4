"""The triggers that move the versions of parts, whoever changes a part or the rows that it consists of.

They leave the version of the content alone. A part's version never goes back: whoever writes an older one,
such as an instance that was loaded a while ago, has it moved instead.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from standfirst.cache.classing import DELETE, EVERY_EVENT, INSERT, UPDATE
from standfirst.parts import Condition, PartRows, VersionedPart, versioned_parts
from standfirst.triggers import literal

PREFIX: Final = "standfirst_version"
FindUnique = Callable[[Any, str], list[list[str]]]
PART_CHANGED: Final = f"{PREFIX}_part_changed"
ROW_CHANGED: Final = f"{PREFIX}_row_changed"
FUNCTIONS: Final = (PART_CHANGED, ROW_CHANGED)

# TG_ARGV holds the column of the version, the condition as a path, and the hidden columns.
_PART_CHANGED: Final = """
CREATE OR REPLACE FUNCTION {schema}.standfirst_version_part_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before jsonb;
    after CONSTANT jsonb := to_jsonb(NEW);
    moved bigint := (after ->> TG_ARGV[0])::bigint;
    old_version bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT coalesce(jsonb_path_match(after, TG_ARGV[1]::jsonpath), false) THEN
            RETURN NEW;
        END IF;
    ELSE
        before := to_jsonb(OLD);
        old_version := (before ->> TG_ARGV[0])::bigint;
        IF moved > old_version
            OR (moved = old_version AND after - TG_ARGV::text[] = before - TG_ARGV::text[])
        THEN
            RETURN NEW;
        END IF;
        moved := old_version;
    END IF;
    NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], moved + 1));
    RETURN NEW;
END $$
"""

# TG_ARGV holds the part's table and its column of the version, the column of the row that refers to the part,
# the column of the part that it refers to, the condition as a path, and the hidden columns.
_ROW_CHANGED: Final = """
CREATE OR REPLACE FUNCTION {schema}.standfirst_version_row_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moving CONSTANT text := format(
        'UPDATE %I.%I SET %I = %3$I + 1', TG_TABLE_SCHEMA, TG_ARGV[0], TG_ARGV[1]
    );
    hidden CONSTANT text[] := TG_ARGV[5:TG_NARGS - 1];
    before jsonb;
    after jsonb;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE moving;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        before := to_jsonb(OLD);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := to_jsonb(NEW);
    END IF;
    IF TG_OP = 'UPDATE' AND before - hidden = after - hidden THEN
        RETURN NULL;
    END IF;
    IF coalesce(jsonb_path_match(before, TG_ARGV[4]::jsonpath), false)
        OR coalesce(jsonb_path_match(after, TG_ARGV[4]::jsonpath), false)
    THEN
        EXECUTE moving || format(' WHERE %I IN ($1, $2)', TG_ARGV[3])
            USING (before ->> TG_ARGV[2])::bigint, (after ->> TG_ARGV[2])::bigint;
    END IF;
    RETURN NULL;
END $$
"""


def postgres_functions(schema: str) -> list[str]:
    """Return the statements that make PostgreSQL's functions."""
    return [text.format(schema=schema).strip() for text in (_PART_CHANGED, _ROW_CHANGED)]


def postgres_calls(tables: Iterable[str]) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield the triggers that should be on PostgreSQL: table, moment, function and its arguments.

    Like the others they name no column.
    """
    for part, rows in _find_offered(tables):
        if rows is None:
            arguments = [part.version_column, _as_path(part.shown), *part.hidden]
            yield part.table, f"BEFORE {INSERT} OR {UPDATE}", PART_CHANGED, arguments
            continue
        arguments = [part.table, part.version_column, rows.column, rows.refers_to]
        arguments += [_as_path(rows.shown), *rows.hidden]
        for moment in (f"AFTER {' OR '.join(EVERY_EVENT)}", "AFTER TRUNCATE"):
            yield rows.table, moment, ROW_CHANGED, arguments


def sqlite_triggers(
    connection: Any, tables: Iterable[str], find_unique: FindUnique
) -> Iterator[tuple[str, str, str]]:
    """Yield the triggers that should be on SQLite: table, name, and the statement that makes it.

    ``find_unique`` returns the sets of columns of a table that no two rows have alike.
    """
    for part, rows in _find_offered(tables):
        table = rows.table if rows else part.table
        what = f"rows_of_{part.table}_by_{rows.column}" if rows else "part"
        moments = (
            _row_moments(connection, part, rows, find_unique) if rows else _part_moments(connection, part)
        )
        for moment, condition, statement in moments:
            name = f"{PREFIX}_{what}_{moment.split()[-1].lower()}_{moment.split()[0].lower()}_{table}"
            quote = connection.ops.quote_name
            yield (
                table,
                name,
                (
                    f"CREATE TRIGGER {quote(name)} {moment} ON {quote(table)} FOR EACH ROW "
                    f"WHEN {condition} BEGIN {statement}; END"
                ),
            )


def _find_offered(tables: Iterable[str]) -> Iterator[tuple[VersionedPart, PartRows | None]]:
    """Yield each kind of part whose tables are there: first with None, for itself, then with its rows."""
    present = set(tables)
    for part in versioned_parts().values():
        if part.table in present:
            yield part, None
            for rows in part.rows:
                if rows.table in present:
                    yield part, rows


def _part_moments(connection: Any, part: VersionedPart) -> Iterator[tuple[str, str, str]]:
    quote = connection.ops.quote_name
    version = quote(part.version_column)
    update = f"UPDATE {quote(part.table)} SET {version} = %s.{version} + 1 WHERE rowid = NEW.rowid"
    yield f"AFTER {INSERT}", _is_shown(quote, "NEW", part.shown), update % "NEW"
    changed = _differs(connection, part.table, {part.version_column, *part.hidden})
    is_unmoved = f"NEW.{version} < OLD.{version} OR (NEW.{version} = OLD.{version} AND ({changed}))"
    yield f"AFTER {UPDATE}", is_unmoved, update % "OLD"


def _row_moments(
    connection: Any, part: VersionedPart, rows: PartRows, find_unique: FindUnique
) -> Iterator[tuple[str, str, str]]:
    quote = connection.ops.quote_name
    version, column = quote(part.version_column), quote(rows.column)
    update = f"UPDATE {quote(part.table)} SET {version} = {version} + 1 WHERE {quote(rows.refers_to)} IN (%s)"
    was_shown, is_shown = (_is_shown(quote, row, rows.shown) for row in ("OLD", "NEW"))
    yield f"AFTER {INSERT}", is_shown, update % f"NEW.{column}"
    changed = _differs(connection, rows.table, rows.hidden)
    condition = f"({was_shown} OR {is_shown}) AND ({changed})"
    yield f"AFTER {UPDATE}", condition, update % f"OLD.{column}, NEW.{column}"
    yield f"AFTER {DELETE}", was_shown, update % f"OLD.{column}"
    # REPLACE deletes the rows in the way without firing the trigger of DELETE.
    in_the_way = " OR ".join(
        "(" + " AND ".join(f"{quote(name)} = NEW.{quote(name)}" for name in names) + ")"
        for names in find_unique(connection, rows.table)
    )
    replaced = f"SELECT {column} FROM {quote(rows.table)} WHERE {in_the_way}"
    yield f"BEFORE {INSERT}", f"EXISTS ({replaced})", update % replaced


def _differs(connection: Any, table: str, hidden: Iterable[str]) -> str:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    return " OR ".join(f"OLD.{quote(name)} IS NOT NEW.{quote(name)}" for name in names if name not in hidden)


def _is_shown(quote: Any, row: str, conditions: Iterable[Condition]) -> str:
    """Return a condition in SQLite's words, true if there is none."""
    found = [f"{row}.{quote(column)} {sign} {_as_literal(value)}" for column, sign, value in conditions]
    return f"({' OR '.join(found) or '1'})"


def _as_literal(value: str | int) -> str:
    return literal(value) if isinstance(value, str) else str(int(value))


def _as_path(conditions: Iterable[Condition]) -> str:
    """Return a condition on a row in PostgreSQL's words for JSON, true if there is none."""
    found = [
        f"$.{json.dumps(column)} {'==' if sign == '=' else sign} {json.dumps(value)}"
        for column, sign, value in conditions
    ]
    return " || ".join(found) or "true"
