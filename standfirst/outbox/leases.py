"""The states of a message, and the only statements that change them.

Each change is one UPDATE whose WHERE names the state, and the lease, that it starts from (compare and set):
of several workers that try at once, one changes a row. That holds on SQLite, which has one writer at a time,
as on PostgreSQL, which looks at the WHERE again once it has waited for the other's transaction.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from standfirst.outbox import conf
from standfirst.outbox.back_off import pause_after
from standfirst.outbox.models import OutboxMessage, State

# A message that was cut off twice while it was being sent may have arrived twice. It is not sent a third
# time.
MAX_INTERRUPTIONS = 2
ERROR_MAX_LENGTH = 2000
CUT_OFF = "The delivery was cut off, and its outcome is unknown."


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to deliver a message and to write the outcome. ``attempt`` counts from 1."""

    pk: int
    name: str
    uid: UUID
    kind: str
    payload: Any
    attempt: int
    interruptions: int
    created_at: datetime


def due_messages(now: datetime) -> QuerySet[OutboxMessage]:
    """Return the messages that may be taken now: those that wait, and those whose lease has run out."""
    return OutboxMessage.objects.filter(state__in=[State.WAITING, State.LEASED], due_at__lte=now)


def take_lease() -> Lease | None:
    """Take the message that has been due for longest, None if none is due.

    A lease that ran out counts as an attempt. After the second one the message is dead.
    """
    while True:
        now = timezone.now()
        message = due_messages(now).order_by("due_at", "pk").first()
        if message is None:
            return None
        was_cut_off = message.state == State.LEASED
        unchanged = OutboxMessage.objects.filter(
            pk=message.pk,
            state=message.state,
            lease=message.lease,
            attempts=message.attempts,
            due_at__lte=now,
        )
        interruptions = message.interruptions + was_cut_off
        if was_cut_off and interruptions >= MAX_INTERRUPTIONS:
            unchanged.update(
                state=State.DEAD, lease="", interruptions=interruptions, last_error=CUT_OFF, finished_at=now
            )
            continue
        name = secrets.token_hex(16)
        taken = unchanged.update(
            state=State.LEASED,
            lease=name,
            attempts=message.attempts + 1,
            interruptions=interruptions,
            due_at=now + conf.lease_time(),
            last_error=CUT_OFF if was_cut_off else message.last_error,
        )
        if taken:
            return Lease(
                pk=message.pk,
                name=name,
                uid=message.uid,
                kind=message.kind,
                payload=message.payload,
                attempt=message.attempts + 1,
                interruptions=interruptions,
                created_at=message.created_at,
            )


def settle_delivered(lease: Lease) -> bool:
    """Write that the message was delivered; return False if the lease belongs to somebody else by now."""
    return bool(
        _held(lease).update(state=State.DELIVERED, lease="", last_error="", finished_at=timezone.now())
    )


def settle_permanent(lease: Lease, *, error: str) -> bool:
    """Write that the message was refused for good; return False if the lease is lost."""
    return bool(
        _held(lease).update(
            state=State.DEAD, lease="", last_error=error[:ERROR_MAX_LENGTH], finished_at=timezone.now()
        )
    )


def settle_temporary(lease: Lease, *, error: str, max_attempts: int, is_uncertain: bool = False) -> bool:
    """Write that the attempt failed: the message waits, or is dead if this was its last one.

    ``is_uncertain`` means that it may have arrived, which counts like a delivery that was cut off. Returns
    False if the lease is lost.
    """
    now = timezone.now()
    interruptions = lease.interruptions + is_uncertain
    values: dict[str, Any] = {
        "lease": "",
        "last_error": error[:ERROR_MAX_LENGTH],
        "interruptions": interruptions,
    }
    if lease.attempt >= max_attempts or (is_uncertain and interruptions >= MAX_INTERRUPTIONS):
        values |= {"state": State.DEAD, "finished_at": now}
    else:
        values |= {"state": State.WAITING, "due_at": now + pause_after(lease.attempt)}
    return bool(_held(lease).update(**values))


def revive(*, pk: int) -> bool:
    """Have a dead message wait again, with all of its attempts; return whether it was dead."""
    return bool(
        OutboxMessage.objects.filter(pk=pk, state=State.DEAD).update(
            state=State.WAITING, attempts=0, interruptions=0, due_at=timezone.now(), finished_at=None
        )
    )


def _held(lease: Lease) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk=lease.pk, state=State.LEASED, lease=lease.name)
