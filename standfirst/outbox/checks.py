"""System checks of the outbox."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import router
from django.utils import timezone

from standfirst.outbox import conf

# The setting, and the smallest number that it may be.
_NUMBERS = {
    "STANDFIRST_OUTBOX_LEASE_SECONDS": 10,
    "STANDFIRST_OUTBOX_DELIVERED_DAYS": 0,
    "STANDFIRST_OUTBOX_DEAD_DAYS": 1,
    "STANDFIRST_OUTBOX_OVERDUE_MINUTES": 1,
}


@checks.register("standfirst")
def check_outbox_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report settings of the outbox that are not whole numbers in their range."""
    return [
        checks.Error(
            f"{name} is {value!r}.",
            hint=f"Set {name} to a whole number of at least {lowest}.",
            id="standfirst.E010",
        )
        for name, lowest in _NUMBERS.items()
        if type(value := conf.read(name)) is not int or value < lowest
    ]


@checks.register("standfirst")
def check_tasks_backend(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Report that no delivery can be started on the backend of tasks that the setting names."""
    try:
        from standfirst.outbox import tasks  # noqa: F401 - the backend is looked up when it is imported
    except Exception as error:
        return [
            checks.Error(
                f"No task can be put on the backend {conf.tasks_backend()!r}: {error}",
                hint="STANDFIRST_OUTBOX_TASKS_BACKEND must name one of TASKS that has the queue “default”.",
                id="standfirst.E011",
            )
        ]
    return []


@checks.register(checks.Tags.database)
def check_overdue(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report messages that nobody delivers (only ``check --database`` looks)."""
    from standfirst.outbox.models import OutboxMessage
    from standfirst.outbox.watching import count_overdue

    using = router.db_for_read(OutboxMessage)
    if using not in (databases or ()) or not _has_table(using):
        return []
    number = count_overdue(timezone.now())
    if not number:
        return []
    return [
        checks.Warning(
            f"{number} outgoing messages should have been delivered by now.",
            hint="Run a worker for Django tasks, or “manage.py standfirst_deliver_outbox” every minute.",
            id="standfirst.W010",
        )
    ]


def _has_table(using: str) -> bool:
    """Return whether the table is there: ``migrate`` runs the checks before it makes it."""
    from django.db import connections

    from standfirst.outbox.models import OutboxMessage

    return OutboxMessage._meta.db_table in connections[using].introspection.table_names()
