"""The triggers that move the version: made after every ``migrate``, and whether they are all there.

SQLite's migrations make tables anew, which drops triggers, and SQLite refuses to drop a column that a trigger
names. So there all go before a migration, and no answer is kept until it is over. On PostgreSQL only what
differs is made, since to drop a trigger is to wait for whoever reads its table.
"""

from contextlib import nullcontext
from types import ModuleType
from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as global_apps
from django.db import DEFAULT_DB_ALIAS, connections, router, transaction

from standfirst.cache import postgres_triggers, sqlite_triggers
from standfirst.cache.classing import MOVES_TABLE, VERSION_TABLE, Classing
from standfirst.parts import versioned_parts
from standfirst.triggers import TRIGGER_VENDORS, execute, has_triggers

LABEL = "standfirst"
Trigger = tuple[str, str]


def vendor_module(connection: Any) -> ModuleType:
    return sqlite_triggers if connection.vendor == "sqlite" else postgres_triggers


def make_triggers(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make what is missing, and take away what should not be there.

    If anything was missing, the version moves: until now, nobody saw what was written.
    """
    connection = connections[using]
    if not has_triggers(using):
        make_plain_table(connection)
        return
    vendor = vendor_module(connection)
    classing = Classing()
    # One commit on SQLite, which waits for the disk at each; on PostgreSQL one for each table that is locked.
    with transaction.atomic(using=using) if connection.vendor == "sqlite" else nullcontext():
        if connection.vendor == "sqlite":
            wanted = vendor.wanted_triggers(connection, classing)
            tables = {table for table, _name in wanted}
            vendor.make_tables(connection, sorted(filter(classing.find_rule, tables)))
        else:
            vendor.make_tables(connection, classing)
            wanted = vendor.wanted_triggers(connection, classing)
        present = vendor.find_triggers(connection)
        for trigger in present:
            if not _is_as_wanted(trigger, wanted, present):
                execute(connection, vendor.drop_statement(connection, trigger))
        missing = [trigger for trigger in wanted if not _is_as_wanted(trigger, wanted, present)]
        for trigger in missing:
            execute(connection, wanted[trigger])
        if missing:
            vendor.move(connection, "migrate")


def _is_as_wanted(trigger: Trigger, wanted: dict[Trigger, str], present: dict[Trigger, str]) -> bool:
    """Return whether a trigger is wanted and there. PostgreSQL's names say it all, and have no text."""
    return trigger in wanted and present.get(trigger) in ("", wanted[trigger])


def remake_triggers(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make what is missing if there have been triggers here, as after a migration that failed."""
    if has_triggers(using) and VERSION_TABLE in connections[using].introspection.table_names():
        make_triggers(using)


def remove_triggers(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take all triggers away."""
    connection = connections[using]
    vendor = vendor_module(connection)
    with transaction.atomic(using=using) if connection.vendor == "sqlite" else nullcontext():
        for trigger in vendor.find_triggers(connection):
            execute(connection, vendor.drop_statement(connection, trigger))


def find_missing(connection: Any) -> list[str]:
    """Return what should be there and isn't: triggers as "table: name", functions and tables by name."""
    vendor = vendor_module(connection)
    tables = set(connection.introspection.table_names())
    if not {VERSION_TABLE, MOVES_TABLE} <= tables:
        return [VERSION_TABLE]
    classing = Classing()
    wanted = vendor.wanted_triggers(connection, classing)
    present = vendor.find_triggers(connection)
    missing = [
        f"{table}: {name}" for table, name in wanted if not _is_as_wanted((table, name), wanted, present)
    ]
    if connection.vendor == "postgresql":
        missing += [statement.split("(")[0] for statement in vendor.missing_functions(connection, classing)]
    return missing


def find_unclassed(connection: Any) -> list[str]:
    """Return the tables that nobody has classed, so that they count."""
    classing = Classing()
    names = connection.introspection.table_names()
    return sorted(name for name in names if not classing.is_classed(name))


def find_unwatched(connection: Any) -> list[str]:
    """Return the tables that count and can't have triggers: another user's, or SQLite's virtual ones."""
    if connection.vendor not in TRIGGER_VENDORS:
        return []
    classing = Classing()
    names = set(connection.introspection.table_names()) - set(
        vendor_module(connection).find_tables(connection)
    )
    watched = {rows.table for part in versioned_parts().values() for rows in part.rows}
    return sorted(name for name in names if name in watched or classing.find_rule(name) is not None)


def before_migrate(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, plan: Any = (), **kwargs: Any) -> None:
    """Take the triggers away where a migration would stumble over them or leave them without their tables."""
    if sender.label != LABEL or not plan or not has_triggers(using):
        return
    if connections[using].vendor == "sqlite" or _is_taken_back(plan):
        remove_triggers(using)


def after_migrate(
    sender: AppConfig, using: str = DEFAULT_DB_ALIAS, plan: Any = (), apps: Apps = global_apps, **kwargs: Any
) -> None:
    """Make the triggers again; once the core's tables are gone, take away the rest instead."""
    if sender.label != LABEL or not router.allow_migrate(using, LABEL):
        return
    if apps.all_models.get(LABEL):
        make_triggers(using)
        if plan and has_triggers(using):
            # A table may have been dropped, with all that readers saw of it.
            vendor_module(connections[using]).move(connections[using], "migrate")
    elif _is_taken_back(plan):
        connection = connections[using]
        if has_triggers(using):
            vendor_module(connection).remove_what_is_shared(connection)
        else:
            execute(connection, f"DROP TABLE IF EXISTS {VERSION_TABLE}")


def make_plain_table(connection: Any) -> None:
    """Make the token's table on a database without triggers of ours."""
    if VERSION_TABLE in connection.introspection.table_names():
        return
    execute(connection, f"CREATE TABLE {VERSION_TABLE} (slot bigint PRIMARY KEY, token bigint NOT NULL)")
    execute(connection, f"INSERT INTO {VERSION_TABLE} (slot, token) VALUES (1, 1)")


def _is_taken_back(plan: Any) -> bool:
    """Return whether a plan takes the core's first migration back."""
    return any(
        backwards and migration.app_label == LABEL and migration.initial for migration, backwards in plan
    )
