"""The ways past the triggers: what opens them, and the line that each use leaves in the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections, models, transaction
from django.db.models.deletion import CASCADE, Collector
from wagtail.log_actions import get_active_log_context

from standfirst.records.guards import PERMIT_SETTING, PERMIT_TABLE

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@contextmanager
def open_permit(using: str) -> Iterator[None]:
    """Let records be deleted on a database, within a transaction that begins here or has begun before.

    On PostgreSQL the permit is a setting of the transaction, on SQLite a row that is gone again before the
    transaction can commit. So no other connection ever sees it, and a crash leaves none. Permits nest.
    """
    connection = connections[using]
    with transaction.atomic(using=using):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT current_setting('{PERMIT_SETTING}', true)")
                before = cursor.fetchone()[0] or ""
                cursor.execute(f"SELECT set_config('{PERMIT_SETTING}', 'open', true)")
            yield
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT set_config('{PERMIT_SETTING}', %s, true)", [before])
        elif connection.vendor == "sqlite" and _has_permit_table(connection):
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {PERMIT_TABLE} DEFAULT VALUES")
                permit = cursor.lastrowid
            yield
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {PERMIT_TABLE} WHERE id = %s", [permit])  # noqa: S608
        else:
            yield


def PURGE(collector: Collector, field: Any, sub_objs: Any, using: str) -> None:  # noqa: N802 - as CASCADE
    """Delete records along with what they are about: an ``on_delete`` for foreign keys of records.

    It cascades, with the door open while everything that was collected is deleted, and the log says for each
    kind of record how many went and because of what.
    """
    CASCADE(collector, field, sub_objs, using)
    if not hasattr(collector, "purges_records"):
        setattr(collector, "purges_records", True)  # noqa: B010 - Django's class doesn't know it
        setattr(collector, "delete", _with_open_door(collector))  # noqa: B010


def _with_open_door(collector: Collector) -> Any:
    """Return the collector's ``delete``, opening the door before and logging what went through it."""
    delete = collector.delete
    using = collector.using
    # Worked out before it is deleted, when it still has its key.
    reason = _describe(getattr(collector, "origin", None))

    def delete_with_records() -> tuple[int, dict[str, int]]:
        with open_permit(using):
            total, deleted = delete()
            for label, number in sorted(deleted.items()):
                model = apps.get_model(label) if _is_record(label) else None
                if model is not None:
                    log_door("purge", model, number=number, reason=reason, actor=None, using=using)
        return total, deleted

    return delete_with_records


def log_door(
    door: str,
    model: type[models.Model],
    *,
    number: int,
    reason: str,
    actor: "User | None",
    using: str,
) -> None:
    """Add a line to the log if any record went through a door.

    Without an actor, it is the user of the request that Wagtail's admin is working on, if any.
    """
    if not number:
        return
    if actor is None:
        user = get_active_log_context().user
        # Perhaps it is the user who is being deleted.
        actor = user if user is not None and type(user)._base_manager.filter(pk=user.pk).exists() else None
    log = apps.get_model("standfirst", "RecordLogEntry")
    log._base_manager.using(using).create(
        door=door, record=model._meta.label_lower, number=number, reason=reason[:200], actor=actor
    )


def _has_permit_table(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = %s", [PERMIT_TABLE])
        return cursor.fetchone() is not None


def _is_record(label: str) -> bool:
    from standfirst.records.models import Record  # That module needs this one.

    try:
        return issubclass(apps.get_model(label), Record)
    except LookupError:
        return False


def _describe(origin: Any) -> str:
    if isinstance(origin, models.Model):
        return f"{origin._meta.label_lower} {origin.pk} was deleted"
    if isinstance(origin, models.QuerySet):
        return f"several of {origin.model._meta.label_lower} were deleted"
    return ""
