"""What tells people that messages don't leave."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from standfirst.outbox import conf
from standfirst.outbox.models import OutboxMessage, State


@dataclass(frozen=True, slots=True)
class Trouble:
    """Numbers of messages that are overdue, since when, and that were given up."""

    overdue: int
    overdue_since: datetime | None
    dead: int


def find_trouble(now: datetime) -> Trouble:
    """Return what an administrator should know of the outbox, in one query."""
    overdue = _overdue(now)
    found = OutboxMessage.objects.filter(overdue | Q(state=State.DEAD)).aggregate(
        overdue=Count("pk", filter=overdue),
        since=Min("due_at", filter=overdue),
        dead=Count("pk", filter=Q(state=State.DEAD)),
    )
    return Trouble(overdue=found["overdue"], overdue_since=found["since"], dead=found["dead"])


def count_overdue(now: datetime) -> int:
    """Return how many messages are due for longer than the setting allows: nothing takes them."""
    return OutboxMessage.objects.filter(_overdue(now)).count()


def _overdue(now: datetime) -> Q:
    return Q(state__in=[State.WAITING, State.LEASED], due_at__lt=now - conf.overdue_time())
