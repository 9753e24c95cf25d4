"""What the tests of the outbox share: a kind of message whose deliveries a test directs."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pydantic import BaseModel, ConfigDict

from standfirst.outbox import Delivery, Kind, enqueue, kinds, register
from standfirst.outbox.models import OutboxMessage, State
from tests.standfirst.outbox.mail_server import MailServer, send_to


class PostcardPayload(BaseModel):
    """A test's payload."""

    model_config = ConfigDict(extra="forbid")
    text: str


class Postcard(Kind[PostcardPayload]):
    """Notes what it delivers; raises what ``outcomes`` holds for the next delivery, if anything."""

    name = "postcard"
    label = "Postcard"
    payload_model = PostcardPayload
    max_attempts = 3

    def __init__(self) -> None:
        self.delivered: list[tuple[str, Delivery]] = []
        self.outcomes: list[Exception | None] = []

    def deliver(self, payload: PostcardPayload, *, delivery: Delivery) -> None:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        self.delivered.append((payload.text, delivery))


@pytest.fixture
def postcard(monkeypatch: pytest.MonkeyPatch) -> Postcard:
    """Return a kind that is registered for one test."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kind = Postcard()
    register(kind)
    return kind


@pytest.fixture
def write(db: None, postcard: Postcard) -> Callable[..., OutboxMessage]:
    """Return a function that writes a postcard, and then sets columns of it."""

    def write(text: str = "Hello", **columns: Any) -> OutboxMessage:
        uid = enqueue(kind="postcard", payload={"text": text})
        OutboxMessage.objects.filter(uid=uid).update(**columns)
        return OutboxMessage.objects.get(uid=uid)

    return write


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """Run a mail server that Django sends to."""
    with MailServer() as server:
        send_to(settings, server.port)
        yield server


def make_due(message: OutboxMessage) -> None:
    """Have a pause be over, or a lease run out."""
    OutboxMessage.objects.filter(pk=message.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def reload(message: OutboxMessage) -> OutboxMessage:
    return OutboxMessage.objects.get(pk=message.pk)


def state(message: OutboxMessage) -> State:
    return State(reload(message).state)


def insert(number: int, **columns: Any) -> None:
    """Add messages to the table."""
    values: dict[str, Any] = {"kind": "postcard", "payload": {"text": "Hello"}, **columns}
    OutboxMessage.objects.bulk_create(OutboxMessage(**values) for _ in range(number))
