"""The settings of the outbox, read when they are used."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings

DEFAULTS: Final[dict[str, Any]] = {
    # The backend of Django tasks, by its name in TASKS, that deliveries are started on after a commit.
    "STANDFIRST_OUTBOX_TASKS_BACKEND": "default",
    # Seconds after which a delivery that has not ended counts as cut off. Must be longer than any takes.
    "STANDFIRST_OUTBOX_LEASE_SECONDS": 300,
    # Days for which delivered messages are kept.
    "STANDFIRST_OUTBOX_DELIVERED_DAYS": 7,
    # Days for which messages that were given up are kept, for somebody to retry them.
    "STANDFIRST_OUTBOX_DEAD_DAYS": 90,
    # Minutes that a message may be overdue before the admin and a check say that nothing delivers.
    "STANDFIRST_OUTBOX_OVERDUE_MINUTES": 15,
}


def read(name: str) -> Any:
    return getattr(settings, name, DEFAULTS[name])


def tasks_backend() -> str:
    return str(read("STANDFIRST_OUTBOX_TASKS_BACKEND"))


def lease_time() -> timedelta:
    return timedelta(seconds=int(read("STANDFIRST_OUTBOX_LEASE_SECONDS")))


def delivered_time() -> timedelta:
    """Return for how long delivered messages are kept."""
    return timedelta(days=int(read("STANDFIRST_OUTBOX_DELIVERED_DAYS")))


def dead_time() -> timedelta:
    """Return for how long messages that were given up are kept."""
    return timedelta(days=int(read("STANDFIRST_OUTBOX_DEAD_DAYS")))


def overdue_time() -> timedelta:
    """Return how late a message may be before that is reported."""
    return timedelta(minutes=int(read("STANDFIRST_OUTBOX_OVERDUE_MINUTES")))
