"""System checks of records."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models

from standfirst.records.guards import find_unguarded
from standfirst.records.models import Record
from standfirst.triggers import has_triggers


@checks.register("standfirst")
def check_records(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Report records whose definition the triggers would make unusable."""
    return [message for model in apps.get_models() for message in check_record(model)]


def check_record(model: type[models.Model]) -> Iterator[checks.CheckMessage]:
    """Yield what is wrong with a model if it is a record."""
    if not issubclass(model, Record):
        return
    for name in model.personal_fields:
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            field = None
        if field is None or not (field.null or field.empty_strings_allowed):
            yield checks.Error(
                f"{model._meta.label} has “{name}” in personal_fields, which is no field that can be empty.",
                hint="Name fields with null=True, or texts.",
                id="standfirst.E001",
            )
    for field in model._meta.local_fields:
        if not isinstance(field, models.ForeignKey):
            continue
        on_delete = field.remote_field.on_delete
        is_personal = field.name in model.personal_fields
        if on_delete is models.CASCADE or (on_delete is models.SET_NULL and not is_personal):
            yield checks.Error(
                f"The database will refuse to delete what {model._meta.label}.{field.name} refers to.",
                hint="Use on_delete=PURGE, or SET_NULL with the field's name in personal_fields.",
                obj=field,
                id="standfirst.E002",
            )


@checks.register("standfirst")
def check_vendors(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Report databases on which only Django, and no trigger, refuses to change records."""
    return [
        checks.Warning(
            f"The database “{alias}” doesn't guard records: only SQLite and PostgreSQL have the triggers.",
            hint="Django still refuses to change records, SQL doesn't. Use one of these if that matters.",
            id="standfirst.W001",
        )
        for alias in settings.DATABASES
        if not has_triggers(alias)
    ]


@checks.register(checks.Tags.database)
def check_guards(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report tables of records whose triggers are missing (only ``check --database`` and ``migrate`` ask)."""
    return [
        # No error, which would keep `migrate` from mending it.
        checks.Warning(
            f"The database “{alias}” doesn't guard the records of {model._meta.label}.",
            hint="Run migrate: it makes the triggers that are missing.",
            id="standfirst.W002",
        )
        for alias in databases or ()
        for model in find_unguarded(connections[alias])
    ]
