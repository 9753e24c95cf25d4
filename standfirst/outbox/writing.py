"""How messages get into the outbox."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.db import router, transaction
from django.utils import timezone
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from standfirst.outbox.kinds import find_kind

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# A name space of our own (RFC 9562, section 6.6), made once at random.
_NAMESPACE = UUID("4a6a9df0-6f0a-4c0e-9d0c-6f6b1d5f6c1e")


def enqueue(
    *, kind: str, payload: Mapping[str, Any] | BaseModel, key: str = "", delay: timedelta = timedelta(0)
) -> UUID:
    """Write a message in the transaction that is open, and return its uid.

    It is delivered once the transaction is committed, ``delay`` from now at the earliest; if that is rolled
    back, there is no message. ``key`` says what a message of this kind is about, such as which e-mail to
    whom: as long as a message with the same key is kept, a second one is not written.

    Raises ``UnknownKind`` and ``InvalidPayload``.
    """
    from standfirst.outbox.models import OutboxMessage  # So that apps.py of a site can import this package.

    found = find_kind(kind)
    values = found.clean(payload).model_dump(mode="json")
    uid = uuid5(_NAMESPACE, f"{kind}\0{key}") if key else uuid7()
    using = router.db_for_write(OutboxMessage)
    OutboxMessage.objects.using(using).bulk_create(
        [OutboxMessage(uid=uid, kind=kind, payload=values, due_at=timezone.now() + delay)],
        ignore_conflicts=bool(key),
    )
    connection = transaction.get_connection(using)
    if not _is_starting(connection):
        transaction.on_commit(_start, using=using, robust=True)
    return uid


def _start() -> None:
    from standfirst.outbox.starting import start_delivery

    start_delivery()


def _is_starting(connection: "BaseDatabaseWrapper") -> bool:
    """Return whether the open transaction will start a delivery already: one is enough for all its messages.

    A savepoint that is rolled back takes its own entries of this list with it, and with them its messages.
    """
    return any(entry[1] is _start for entry in connection.run_on_commit)
