"""System checks of the content's version."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.db import connections, router

from standfirst.cache import version_conf
from standfirst.cache.classing import Classing, is_named
from standfirst.cache.triggers import find_missing
from standfirst.cache.versions import content_database
from standfirst.triggers import has_triggers

_NAMES = ("STANDFIRST_CACHE_INVISIBLE_TABLES", "STANDFIRST_CACHE_VISIBLE_TABLES")


@checks.register("standfirst")
def check_table_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Report settings that class tables and are no lists of names."""
    return [
        checks.Error(
            f"{name} is {value!r}.",
            hint=f"Set {name} to a list of names of tables. A * may end a name.",
            id="standfirst.E020",
        )
        for name in _NAMES
        if not _is_list_of_names(value := version_conf.read(name))
    ]


@checks.register("standfirst")
def check_without_triggers(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report that the database doesn't move the version, and what follows from it."""
    using = content_database()
    if has_triggers(using):
        return []
    if version_conf.works_without_triggers():
        text = f"On the database “{using}” only changes through Django's models move the content's version."
        hint = "Others are seen once an answer's time is up. Only SQLite and PostgreSQL have the triggers."
    else:
        text = f"No answer is kept: the database “{using}” is neither SQLite nor PostgreSQL."
        hint = "Use one of these, or read what STANDFIRST_CACHE_WITHOUT_TRIGGERS does."
    return [checks.Warning(text, hint=hint, id="standfirst.W020")]


@checks.register("standfirst")
def check_databases(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Report models that are read from another database than pages: their changes move another token."""
    if len(settings.DATABASES) < 2:
        return []
    using, classing = content_database(), Classing()
    elsewhere = sorted(
        model._meta.label
        for model in apps.get_models()
        if classing.find_rule(model._meta.db_table) is not None and router.db_for_read(model) != using
    )
    if not elsewhere:
        return []
    return [
        checks.Warning(
            f"Kept answers don't follow changes of {', '.join(elsewhere)}: pages are read from “{using}”.",
            hint="Name their tables in STANDFIRST_CACHE_INVISIBLE_TABLES if no answer depends on them.",
            id="standfirst.W021",
        )
    ]


@checks.register(checks.Tags.database)
def check_triggers(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report missing triggers (only ``check --database`` and ``migrate`` look)."""
    # No error, which would keep `migrate` from mending it.
    return [
        checks.Warning(
            f"The database “{using}” lacks what moves the content's version: {', '.join(missing[:5])}",
            hint="Run migrate: it makes what is missing. Until then no answer is kept.",
            id="standfirst.W022",
        )
        for using in databases or ()
        if has_triggers(using) and router.allow_migrate(using, "standfirst")
        if _is_migrated(using) and (missing := find_missing(connections[using]))
    ]


@checks.register(checks.Tags.database)
def check_table_names(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report classed tables that no database has (only ``check --database`` and ``migrate`` look)."""
    if any(not _is_list_of_names(version_conf.read(name)) for name in _NAMES):
        return []
    migrated = [using for using in databases or () if _is_migrated(using)]
    if not migrated:
        return []
    tables = {table for using in migrated for table in connections[using].introspection.table_names()}
    return [
        checks.Warning(
            f"{setting} names {name!r}, which no table is called.",
            hint="A name may be misspelt, or its app no longer installed. A * stands at the end alone.",
            id="standfirst.W023",
        )
        for setting in _NAMES
        for name in version_conf.read(setting)
        if not any(is_named(table, [name]) for table in tables)
    ]


def _is_list_of_names(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) and name for name in value)


def _is_migrated(using: str) -> bool:
    """Return whether the core's tables are there: ``migrate`` runs the checks before it makes them."""
    return "standfirst_outboxmessage" in connections[using].introspection.table_names()
