"""Delivering what is due."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from standfirst.outbox import conf, leases
from standfirst.outbox.errors import (
    InvalidPayload,
    PermanentFailure,
    TemporaryFailure,
    UncertainFailure,
    UnknownKind,
)
from standfirst.outbox.kinds import DEFAULT_MAX_ATTEMPTS, Delivery, find_kind
from standfirst.outbox.models import OutboxMessage, State

# Their text says it all.
OWN_ERRORS = (InvalidPayload, PermanentFailure, TemporaryFailure, UncertainFailure, UnknownKind)

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What a pass over the outbox did: numbers of messages, and whether it stopped before the end."""

    delivered: int = 0
    failed: int = 0
    deleted: int = 0
    is_more_due: bool = False


def deliver_due(*, seconds: float | None = None, should_stop: Callable[[], bool] = lambda: False) -> Tally:
    """Deliver every message that is due, one after the other, and delete what was kept for long enough.

    No delivery begins later than ``seconds`` after the call or once ``should_stop()`` is true. What a kind
    raises is logged and kept with the message; errors of the database are raised.
    """
    tally = Tally()
    began = time.monotonic()
    while True:
        if should_stop() or (seconds is not None and time.monotonic() - began >= seconds):
            tally.is_more_due = leases.due_messages(timezone.now()).exists()
            break
        lease = leases.take_lease()
        if lease is None:
            break
        if deliver(lease):
            tally.delivered += 1
        else:
            tally.failed += 1
    tally.deleted = delete_old()
    return tally


def deliver(lease: leases.Lease) -> bool:
    """Deliver one message and write the outcome; return whether it was delivered."""
    max_attempts = DEFAULT_MAX_ATTEMPTS
    try:
        kind = find_kind(lease.kind)
        max_attempts = kind.max_attempts
        payload = kind.clean(lease.payload)
        kind.deliver(
            payload, delivery=Delivery(uid=lease.uid, attempt=lease.attempt, created_at=lease.created_at)
        )
    except (InvalidPayload, PermanentFailure) as error:
        logger.error("The message %s %s was refused for good: %s", lease.kind, lease.uid, describe(error))
        is_held = leases.settle_permanent(lease, error=describe(error))
    except Exception as error:
        logger.warning("The message %s %s was not delivered: %s", lease.kind, lease.uid, describe(error))
        is_held = leases.settle_temporary(
            lease,
            error=describe(error),
            # An unknown kind is tried again, too: while a site is updated, an old worker may still run.
            max_attempts=max_attempts,
            is_uncertain=isinstance(error, UncertainFailure),
        )
    else:
        if not leases.settle_delivered(lease):
            _log_lost(lease)
        return True
    if not is_held:
        _log_lost(lease)
    return False


def describe(error: Exception) -> str:
    """Return an error as one line of text."""
    text = " ".join(str(error).replace("\0", "").split())
    if isinstance(error, OWN_ERRORS):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def delete_old() -> int:
    """Delete the messages that were finished for as long as the settings say; return how many."""
    now = timezone.now()
    old = Q(state=State.DELIVERED, finished_at__lt=now - conf.delivered_time())
    old |= Q(state=State.DEAD, finished_at__lt=now - conf.dead_time())
    return OutboxMessage.objects.filter(old).delete()[0]


def _log_lost(lease: leases.Lease) -> None:
    logger.warning(
        "The lease of the message %s %s ran out before its outcome could be written: "
        "STANDFIRST_OUTBOX_LEASE_SECONDS must be longer than a delivery takes",
        lease.kind,
        lease.uid,
    )
