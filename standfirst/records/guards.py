"""The triggers that keep records as they are, whoever asks the database.

They are made after every ``migrate`` that changed anything, and taken away before it from the tables that it
may change: SQLite's migrations make tables anew, which drops triggers, and a data migration must be able to
do its work. They fire for each row, so PostgreSQL's TRUNCATE passes.
"""

from typing import TYPE_CHECKING, Any, Final, cast

from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS, connections, models

from standfirst.triggers import TRIGGER_VENDORS, execute, has_triggers, literal

if TYPE_CHECKING:
    from collections.abc import Iterable

PERMIT_SETTING: Final = "standfirst.purge"
PERMIT_TABLE: Final = "standfirst_purge_permit"
_PREFIX: Final = "standfirst_keep"
_FUNCTION: Final = "standfirst_keep_record"

# TG_ARGV holds the names of the personal columns. Everything else of a row is compared as a whole, so that
# the function needs to know no table.
_CREATE_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    personal text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF current_setting('{PERMIT_SETTING}', true) = 'open' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a record of % can only be purged', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (to_jsonb(NEW) - TG_ARGV::text[]) IS DISTINCT FROM (to_jsonb(OLD) - TG_ARGV::text[]) THEN
        RAISE EXCEPTION 'a record of % can''t be changed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    FOREACH personal IN ARRAY TG_ARGV::text[] LOOP
        IF (to_jsonb(NEW) ->> personal) IS DISTINCT FROM (to_jsonb(OLD) ->> personal)
           AND coalesce(to_jsonb(NEW) ->> personal, '') <> '' THEN
            RAISE EXCEPTION 'a record of % can only be redacted', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$
"""


def make_guards(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, plan: Any = (), **kwargs: Any) -> None:
    """Make the triggers of an app's records, if they are missing or a migration has run (post_migrate)."""
    connection = connections[using]
    if not has_triggers(using):
        return
    for model in _records_of(sender, connection):
        if not plan and is_guarded(connection, model):
            continue
        _remove(connection, model)
        for statement in _statements(connection, model):
            execute(connection, statement)
    if any(backwards for _migration, backwards in plan) and not _all_records(connection):
        _remove_what_guards_share(connection)


def remove_guards(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, plan: Any = (), **kwargs: Any) -> None:
    """Take the triggers away from the records of an app that a migration is about to change (pre_migrate)."""
    connection = connections[using]
    if not has_triggers(using):
        return
    if any(migration.app_label == sender.label for migration, _backwards in plan):
        for model in _records_of(sender, connection):
            _remove(connection, model)


def is_guarded(connection: Any, model: type[models.Model]) -> bool:
    """Return whether the database guards a model's table."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            names = [f"{_PREFIX}_{event}_{table}" for event in ("update", "delete", "insert")]
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s, %s)", names
            )
            return bool(cursor.fetchone()[0] == len(names))
        cursor.execute(
            "SELECT 1 FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgname = %s AND tgenabled <> 'D'",
            [connection.ops.quote_name(table), _FUNCTION],
        )
        return cursor.fetchone() is not None


def find_unguarded(connection: Any) -> "list[type[models.Model]]":
    """Return the records that have a table on this database and whose triggers are missing."""
    if connection.vendor not in TRIGGER_VENDORS:
        return []
    return [model for model in _all_records(connection) if not is_guarded(connection, model)]


def _all_records(connection: Any) -> "list[type[models.Model]]":
    return [model for app in apps.get_app_configs() for model in _records_of(app, connection)]


def _records_of(app: AppConfig, connection: Any) -> "list[type[models.Model]]":
    """Return the app's records that have a table on this database."""
    from standfirst.records.models import Record  # That module needs the doors, and they this one.

    found = [
        model
        for model in app.get_models()
        if issubclass(model, Record) and model._meta.managed and not model._meta.proxy
    ]
    tables = set(connection.introspection.table_names()) if found else set()
    return [model for model in found if model._meta.db_table in tables]


def _remove(connection: Any, model: type[models.Model]) -> None:
    quote = connection.ops.quote_name
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        execute(connection, f"DROP TRIGGER IF EXISTS {_FUNCTION} ON {quote(table)}")
        return
    for event in ("update", "delete", "insert"):
        execute(connection, f"DROP TRIGGER IF EXISTS {quote(f'{_PREFIX}_{event}_{table}')}")


def _remove_what_guards_share(connection: Any) -> None:
    """Take away what the last record has left, as where the apps are uninstalled."""
    what = f"TABLE IF EXISTS {PERMIT_TABLE}"
    if connection.vendor == "postgresql":
        what = f"FUNCTION IF EXISTS {_FUNCTION}()"
    execute(connection, f"DROP {what}")


def _statements(connection: Any, model: type[models.Model]) -> "Iterable[str]":
    quote = connection.ops.quote_name
    table = model._meta.db_table
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    names: tuple[str, ...] = getattr(model, "personal_fields", ())
    personal = [column for column in _columns(model, names) if column in columns]
    if connection.vendor == "postgresql":
        yield _CREATE_FUNCTION
        arguments = ", ".join(literal(column) for column in personal)
        yield (
            f"CREATE TRIGGER {_FUNCTION} BEFORE UPDATE OR DELETE ON {quote(table)} "
            f"FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}({arguments})"
        )
        return
    yield f"CREATE TABLE IF NOT EXISTS {PERMIT_TABLE} (id integer PRIMARY KEY)"
    changed = [
        f"OLD.{quote(column)} IS NOT NEW.{quote(column)}" for column in columns if column not in personal
    ]
    refilled = [
        f"(OLD.{column} IS NOT NEW.{column} AND NEW.{column} <> '')" for column in map(quote, personal)
    ]
    # REPLACE deletes the row in the way without firing the trigger that guards it.
    same = [
        " AND ".join(f"{quote(column)} = NEW.{quote(column)}" for column in unique)
        for unique in _unique_columns(model)
        if set(unique) <= set(columns)
    ]
    replaced = [f"EXISTS (SELECT 1 FROM {quote(table)} WHERE {equal})" for equal in same]  # noqa: S608
    for event, condition, what in (
        ("update", " OR ".join([*changed, *refilled]), "changed"),
        ("delete", f"NOT EXISTS (SELECT 1 FROM {PERMIT_TABLE})", "deleted, only purged"),  # noqa: S608
        ("insert", " OR ".join(replaced), "replaced"),
    ):
        message = literal(f"a record of {table} can't be {what}")
        yield (
            f"CREATE TRIGGER {quote(f'{_PREFIX}_{event}_{table}')} BEFORE {event.upper()} ON {quote(table)} "
            f"FOR EACH ROW WHEN {condition} BEGIN SELECT RAISE(ABORT, {message}); END"
        )


def _unique_columns(model: type[models.Model]) -> "list[list[str]]":
    """Return the sets of columns that no two rows have alike."""
    options = model._meta
    names = [[field.name] for field in options.local_concrete_fields if field.primary_key or field.unique]
    names += [list(constraint.fields) for constraint in options.total_unique_constraints]
    names += [list(together) for together in options.unique_together]
    return [_columns(model, together) for together in names]


def _columns(model: type[models.Model], names: "Iterable[str]") -> list[str]:
    return [str(cast("models.Field[Any, Any]", model._meta.get_field(name)).column) for name in names]
