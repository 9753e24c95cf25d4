"""Messages are written in the caller's transaction, and start a delivery once that is committed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pydantic import BaseModel

from standfirst import outbox
from standfirst.outbox import InvalidPayload, UnknownKind, conf, enqueue, kinds, register, starting
from standfirst.outbox.delivering import deliver_due
from standfirst.outbox.models import OutboxMessage
from tests.standfirst.outbox.conftest import Postcard, PostcardPayload

Write = Callable[..., OutboxMessage]
CARD: dict[str, Any] = {"kind": "postcard", "payload": {"text": "Hello"}}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list with an entry for each delivery that is started: the number of messages then."""
    found: list[int] = []
    monkeypatch.setattr(starting, "start_delivery", lambda: found.append(OutboxMessage.objects.count()))
    return found


@pytest.mark.django_db(transaction=True)
class TestTransaction:
    def test_a_commit_leaves_one(self, postcard: Postcard, started: list[int]) -> None:
        with transaction.atomic():
            uid = enqueue(**CARD)
            assert started == []
        assert OutboxMessage.objects.get().uid == uid
        assert started == [1]

    def test_a_delayed_one_waits(self, postcard: Postcard, started: list[int]) -> None:
        before = timezone.now()
        enqueue(**CARD, delay=timedelta(minutes=5))
        due_at = OutboxMessage.objects.get().due_at
        assert timedelta(minutes=5) <= due_at - before < timedelta(minutes=6)
        assert deliver_due().delivered == 0
        OutboxMessage.objects.update(due_at=before)
        assert deliver_due().delivered == 1

    def test_a_rollback_leaves_none(self, postcard: Postcard, started: list[int]) -> None:
        with transaction.atomic():
            enqueue(**CARD)
            transaction.set_rollback(True)
        assert not OutboxMessage.objects.exists()
        assert started == []

    def test_without_a_transaction_it_is_committed_at_once(
        self, postcard: Postcard, started: list[int]
    ) -> None:
        enqueue(**CARD)
        assert started == [1]

    def test_many_start_one_delivery(self, postcard: Postcard, started: list[int]) -> None:
        with transaction.atomic():
            enqueue(**CARD)
            with transaction.atomic():
                enqueue(**CARD)
            enqueue(**CARD)
        assert started == [3]

    def test_after_a_savepoint_that_was_rolled_back(self, postcard: Postcard, started: list[int]) -> None:
        with transaction.atomic():
            with transaction.atomic():
                enqueue(**CARD)
                transaction.set_rollback(True)
            enqueue(**CARD)
        assert started == [1]

    def test_a_delivery_that_cannot_be_started_harms_nobody(
        self, postcard: Postcard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(backend: object) -> bool:
            raise RuntimeError("the store of tasks is away")

        monkeypatch.setattr(starting, "is_immediate", fail)
        with transaction.atomic():
            enqueue(**CARD)
        assert OutboxMessage.objects.count() == 1
        assert "the store of tasks is away" in caplog.text


@pytest.mark.django_db
class TestKey:
    def test_the_same_occasion_is_one_message(self, postcard: Postcard) -> None:
        first = enqueue(**CARD, key="a comment")
        assert enqueue(kind="postcard", payload={"text": "Again"}, key="a comment") == first
        assert OutboxMessage.objects.get().payload == {"text": "Hello"}

    def test_other_occasions_are_others(self, postcard: Postcard) -> None:
        assert enqueue(**CARD, key="a") != enqueue(**CARD, key="b")
        enqueue(**CARD)
        enqueue(**CARD)
        assert OutboxMessage.objects.count() == 4

    def test_it_depends_on_the_kind(self, postcard: Postcard) -> None:
        mail = {"to": "a@example.org", "subject": "x", "text": ""}
        assert enqueue(kind="mail", payload=mail, key="a") != enqueue(**CARD, key="a")

    def test_one_query(self, postcard: Postcard) -> None:
        for key in ("", "a", "a"):
            with CaptureQueriesContext(connection) as queries:
                enqueue(**CARD, key=key)
            assert len(queries) == 1


class TestPayload:
    def test_a_model_is_taken(self, db: None, postcard: Postcard) -> None:
        enqueue(kind="postcard", payload=PostcardPayload(text="Hi"))
        assert OutboxMessage.objects.get().payload == {"text": "Hi"}

    @pytest.mark.parametrize("payload", [{}, {"text": 1}, {"text": "a", "more": "secret"}])
    def test_a_wrong_one_is_refused(self, db: None, postcard: Postcard, payload: dict[str, Any]) -> None:
        with pytest.raises(InvalidPayload) as refusal:
            enqueue(kind="postcard", payload=payload)
        assert "secret" not in str(refusal.value)
        assert not OutboxMessage.objects.exists()

    def test_an_unknown_kind_is_refused(self, db: None) -> None:
        with pytest.raises(UnknownKind, match="carrier-pigeon"):
            enqueue(kind="carrier-pigeon", payload={})

    def test_a_model_says_what_json_holds(self, db: None, postcard: Postcard) -> None:
        class Other(BaseModel):
            text: str
            more: int = 1

        with pytest.raises(InvalidPayload, match="more"):
            enqueue(kind="postcard", payload=Other(text="x"))


class TestRegistry:
    def test_a_name_has_one_kind(self, postcard: Postcard) -> None:
        register(Postcard())  # The same again, as if an app's ready() runs twice.

        class Impostor(Postcard):
            pass

        with pytest.raises(ValueError, match="postcard"):
            register(Impostor())

    @pytest.mark.parametrize("length", [0, 101])
    def test_names_have_a_length(self, postcard: Postcard, length: int) -> None:
        class Long(Postcard):
            name = "x" * length

        with pytest.raises(ValueError, match="100"):
            register(Long())

    def test_the_longest_name(self, postcard: Postcard) -> None:
        class Long(Postcard):
            name = "x" * 100

        register(Long())
        assert kinds.find_kind("x" * 100).name

    def test_mail_is_there(self) -> None:
        assert "mail" in [kind.name for kind in kinds.all_kinds()]

    def test_the_package_needs_no_models_to_be_imported(self) -> None:
        """So an app's module apps.py can import it at its top."""
        assert set(outbox.__all__) <= set(vars(outbox))


def test_a_message_is_named_without_its_content(write: Write) -> None:
    message = write("A secret")
    assert str(message) == f"postcard {message.uid}"
    OutboxMessage.objects.update(kind="gone")
    assert OutboxMessage.objects.get().kind_label == "gone"
    assert message.kind_label == "Postcard"


def test_defaults(settings: Any) -> None:
    assert conf.lease_time().total_seconds() == 300
    settings.STANDFIRST_OUTBOX_LEASE_SECONDS = 20
    assert conf.lease_time().total_seconds() == 20
