"""What becomes of a message: every way from written to delivered, given up or deleted."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from standfirst.outbox import PermanentFailure, UncertainFailure, kinds, leases
from standfirst.outbox.back_off import FIRST_PAUSE, LONGEST_PAUSE, longest_pause_after, pause_after
from standfirst.outbox.delivering import delete_old, deliver_due
from standfirst.outbox.leases import (
    revive,
    settle_delivered,
    settle_permanent,
    settle_temporary,
    take_lease,
)
from standfirst.outbox.models import OutboxMessage, State
from tests.examples import RUN_TWICE, examples
from tests.standfirst.outbox.conftest import Postcard, insert, make_due, reload, state

Write = Callable[..., OutboxMessage]


class TestDelivery:
    def test_success(self, write: Write, postcard: Postcard) -> None:
        message = write("Hello")
        tally = deliver_due()
        assert (tally.delivered, tally.failed, tally.is_more_due) == (1, 0, False)
        ((text, delivery),) = postcard.delivered
        assert text == "Hello"
        assert (delivery.uid, delivery.attempt, delivery.created_at) == (message.uid, 1, message.created_at)
        message = reload(message)
        assert (message.state, message.attempts, message.lease) == (State.DELIVERED, 1, "")
        assert message.finished_at is not None
        deliver_due()
        assert len(postcard.delivered) == 1

    def test_a_failure_is_tried_again_later(self, write: Write, postcard: Postcard) -> None:
        message = write()
        postcard.outcomes = [OSError("the network\nis away"), None]
        before = timezone.now()
        assert deliver_due().failed == 1
        message = reload(message)
        assert (message.state, message.attempts, message.lease) == (State.WAITING, 1, "")
        assert message.last_error == "OSError: the network is away"
        assert before + FIRST_PAUSE / 2 <= message.due_at <= timezone.now() + FIRST_PAUSE
        assert deliver_due().delivered == 0  # It isn't due yet.
        make_due(message)
        assert deliver_due().delivered == 1
        message = reload(message)
        assert (message.attempts, message.last_error) == (2, "")
        assert postcard.delivered[0][1].attempt == 2

    def test_after_the_last_attempt_it_is_given_up(self, write: Write, postcard: Postcard) -> None:
        message = write()
        postcard.outcomes = [OSError("no")] * postcard.max_attempts
        for attempt in range(1, postcard.max_attempts + 1):
            assert state(message) == State.WAITING
            make_due(message)
            deliver_due()
            assert reload(message).attempts == attempt
        assert state(message) == State.DEAD
        assert reload(message).finished_at is not None

    def test_a_permanent_failure_is_given_up_at_once(self, write: Write, postcard: Postcard) -> None:
        message = write()
        postcard.outcomes = [PermanentFailure("no such house")]
        deliver_due()
        message = reload(message)
        assert (message.state, message.attempts, message.last_error) == (State.DEAD, 1, "no such house")

    def test_what_is_no_longer_valid_is_given_up_at_once(self, write: Write, postcard: Postcard) -> None:
        message = write(payload={"text": 5})
        deliver_due()
        assert state(message) == State.DEAD
        assert reload(message).last_error.startswith("text: ")
        assert postcard.delivered == []

    def test_an_unknown_kind_is_tried_again(self, write: Write, postcard: Postcard) -> None:
        """While a site is updated, a worker may still run the code before."""
        message = write()
        del kinds._kinds["postcard"]
        deliver_due()
        assert state(message) == State.WAITING
        kinds.register(postcard)
        make_due(message)
        deliver_due()
        assert state(message) == State.DELIVERED

    def test_what_may_have_arrived_is_tried_once_more(self, write: Write, postcard: Postcard) -> None:
        message = write()
        postcard.outcomes = [UncertainFailure("hung up"), UncertainFailure("hung up again")]
        deliver_due()
        assert state(message) == State.WAITING
        make_due(message)
        deliver_due()
        message = reload(message)
        assert (message.state, message.interruptions) == (State.DEAD, 2)
        assert message.last_error == "hung up again"

    def test_one_failure_stops_no_other(self, write: Write, postcard: Postcard) -> None:
        messages = [write(str(number)) for number in range(3)]
        postcard.outcomes = [None, ValueError(), None]
        tally = deliver_due()
        assert (tally.delivered, tally.failed) == (2, 1)
        assert [state(message) for message in messages] == [State.DELIVERED, State.WAITING, State.DELIVERED]
        assert reload(messages[1]).last_error == "ValueError"

    def test_the_first_due_is_first(self, write: Write, postcard: Postcard) -> None:
        now = timezone.now()
        write("second", due_at=now - timedelta(minutes=1))
        write("third", due_at=now)
        write("first", due_at=now - timedelta(minutes=2))
        write("not yet", due_at=now + timedelta(minutes=1))
        deliver_due()
        assert [text for text, _ in postcard.delivered] == ["first", "second", "third"]

    def test_it_stops_when_told(self, write: Write, postcard: Postcard) -> None:
        write()
        write()
        tally = deliver_due(should_stop=lambda: len(postcard.delivered) == 1)
        assert (tally.delivered, tally.is_more_due) == (1, True)
        assert deliver_due(seconds=0).is_more_due
        assert len(postcard.delivered) == 1

    def test_the_log_names_the_message_but_not_its_content(
        self, write: Write, postcard: Postcard, caplog: pytest.LogCaptureFixture
    ) -> None:
        message = write("A secret")
        postcard.outcomes = [OSError("away"), PermanentFailure("gone")]
        deliver_due()
        make_due(message)
        deliver_due()
        assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.ERROR]
        assert caplog.text.count(str(message.uid)) == 2
        assert "secret" not in caplog.text

    def test_queries_per_message(self, write: Write, postcard: Postcard) -> None:
        """To find one, to take it and to write the outcome; the others are the end of the pass."""
        counts = []
        for number in (1, 10, 100):
            insert(number)
            with CaptureQueriesContext(connection) as queries:
                deliver_due()
            counts.append(len(queries) - 3 * number)
        assert counts == [counts[0]] * 3


class TestLease:
    def test_it_keeps_others_away(self, write: Write) -> None:
        message = write()
        lease = take_lease()
        assert lease is not None
        assert take_lease() is None
        message = reload(message)
        assert (message.state, message.lease) == (State.LEASED, lease.name)
        remaining = message.due_at - timezone.now()
        assert timedelta(seconds=290) < remaining <= timedelta(seconds=300)

    def test_one_that_ran_out_counts_as_an_attempt(self, write: Write) -> None:
        message = write()
        first = take_lease()
        make_due(message)
        second = take_lease()
        assert first is not None
        assert second is not None
        assert (first.attempt, second.attempt) == (1, 2)
        assert first.name != second.name
        assert reload(message).last_error == leases.CUT_OFF

    def test_after_the_second_it_is_not_sent_a_third_time(self, write: Write, postcard: Postcard) -> None:
        message = write()
        for _ in range(2):
            assert take_lease() is not None
            make_due(message)
        deliver_due()
        assert postcard.delivered == []
        message = reload(message)
        assert (message.state, message.attempts, message.interruptions) == (State.DEAD, 2, 2)

    def test_one_that_was_cut_off_may_still_fail_and_succeed(self, write: Write, postcard: Postcard) -> None:
        message = write()
        take_lease()
        make_due(message)
        postcard.outcomes = [OSError()]
        deliver_due()
        assert state(message) == State.WAITING
        make_due(message)
        deliver_due()
        assert state(message) == State.DELIVERED

    def test_a_lost_lease_writes_nothing(
        self, write: Write, postcard: Postcard, caplog: pytest.LogCaptureFixture
    ) -> None:
        message = write()
        slow = take_lease()
        make_due(message)
        other = take_lease()
        assert slow is not None
        assert other is not None
        assert not settle_delivered(slow)
        assert not settle_permanent(slow, error="x")
        assert not settle_temporary(slow, error="x", max_attempts=3)
        assert reload(message).lease == other.name
        assert settle_delivered(other)
        assert not settle_delivered(other)

    def test_who_is_slow_but_alone_may_still_write(self, write: Write) -> None:
        message = write()
        slow = take_lease()
        assert slow is not None
        make_due(message)
        assert settle_delivered(slow)

    def test_a_lease_that_is_lost_while_delivering_is_logged(
        self, write: Write, postcard: Postcard, caplog: pytest.LogCaptureFixture
    ) -> None:
        message = write()

        def take_meanwhile(*args: Any, **kwargs: Any) -> None:
            make_due(message)
            assert take_lease() is not None

        postcard.deliver = take_meanwhile  # type: ignore[method-assign]
        deliver_due()
        assert "STANDFIRST_OUTBOX_LEASE_SECONDS" in caplog.text
        assert state(message) == State.LEASED

    def test_a_long_error_is_cut(self, write: Write, postcard: Postcard) -> None:
        message = write()
        postcard.outcomes = [PermanentFailure("x" * 5000)]
        deliver_due()
        assert len(reload(message).last_error) == leases.ERROR_MAX_LENGTH


class TestRevival:
    def test_it_has_all_attempts_again(self, write: Write, postcard: Postcard) -> None:
        message = write(state=State.DEAD, attempts=3, interruptions=2, finished_at=timezone.now())
        assert revive(pk=message.pk)
        assert not revive(pk=message.pk)
        message = reload(message)
        assert (message.state, message.attempts, message.interruptions) == (State.WAITING, 0, 0)
        deliver_due()
        assert state(message) == State.DELIVERED
        assert not revive(pk=message.pk)


class TestRetention:
    @pytest.mark.parametrize(("ending", "days"), [(State.DELIVERED, 7), (State.DEAD, 90)])
    def test_both_sides_of_the_rule(self, write: Write, ending: State, days: int) -> None:
        age = timedelta(days=days)
        old = write(state=ending, finished_at=timezone.now() - age - timedelta(minutes=1))
        new = write(state=ending, finished_at=timezone.now() - age + timedelta(minutes=1))
        assert delete_old() == 1
        assert list(OutboxMessage.objects.all()) == [new]
        assert old != new

    def test_settings(self, write: Write, settings: Any) -> None:
        settings.STANDFIRST_OUTBOX_DELIVERED_DAYS = 0
        settings.STANDFIRST_OUTBOX_DEAD_DAYS = 1
        write(state=State.DELIVERED, finished_at=timezone.now())
        write(state=State.DEAD, finished_at=timezone.now() - timedelta(days=2))
        assert delete_old() == 2

    def test_what_waits_is_kept(self, write: Write, postcard: Postcard) -> None:
        message = write(due_at=timezone.now() + timedelta(days=1), created_at=timezone.now() - timedelta(400))
        assert deliver_due().deleted == 0
        assert state(message) == State.WAITING

    def test_a_pass_deletes(self, write: Write) -> None:
        write(state=State.DELIVERED, finished_at=timezone.now() - timedelta(days=8))
        assert deliver_due().deleted == 1


class TestBackOff:
    def test_it_doubles_up_to_six_hours(self) -> None:
        pauses = [longest_pause_after(attempts).total_seconds() for attempts in range(1, 13)]
        assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600]
        assert longest_pause_after(10_000) == LONGEST_PAUSE

    @given(st.integers(0, 2000))
    def test_it_is_between_half_and_all(self, attempts: int) -> None:
        assert longest_pause_after(attempts) / 2 <= pause_after(attempts) <= longest_pause_after(attempts)

    def test_all_attempts_take_days(self) -> None:
        pauses = [longest_pause_after(attempts) for attempts in range(1, kinds.DEFAULT_MAX_ATTEMPTS)]
        assert timedelta(days=2) < sum(pauses, timedelta()) < timedelta(days=3)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "columns",
    [
        {"state": "nonsense"},
        {"state": State.LEASED},
        {"lease": "x"},
        {"state": State.DELIVERED},
        {"state": State.DEAD},
        {"finished_at": timezone.now()},
        {"state": State.LEASED, "lease": "x", "finished_at": timezone.now()},
    ],
)
def test_the_database_holds_no_other_states(write: Write, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write(**columns)


ACTS = ("deliver", "fail", "refuse", "uncertain", "crash", "crash late", "wait")


class TestMachine(TestCase):
    """Whatever happens, in whatever order."""

    @given(st.lists(st.sampled_from(ACTS), max_size=14), st.integers(1, 6))
    @settings(max_examples=examples(100), deadline=None, suppress_health_check=RUN_TWICE)
    def test_once_at_least_and_twice_at_most(self, acts: list[str], max_attempts: int) -> None:
        """A message arrives once or twice, or somebody can see that it was given up. It never vanishes.

        "crash" stops a worker before it sent anything, "crash late" after the message has arrived and before
        that is written down.
        """
        OutboxMessage.objects.all().delete()
        message = OutboxMessage.objects.create(kind="postcard", payload={"text": "x"})
        arrived = attempts = unknown = 0
        for act in acts:
            if act == "wait":
                make_due(message)
                continue
            lease = take_lease()
            if lease is None:
                continue
            attempts += 1
            assert lease.attempt == attempts
            assert take_lease() is None
            if act == "deliver":
                arrived += 1
                assert settle_delivered(lease)
            elif act == "fail":
                assert settle_temporary(lease, error="x", max_attempts=max_attempts)
            elif act == "refuse":
                assert settle_permanent(lease, error="x")
            elif act == "uncertain":
                arrived += 1
                unknown += 1
                assert settle_temporary(lease, error="x", max_attempts=max_attempts, is_uncertain=True)
            else:
                unknown += 1
                arrived += act == "crash late"
                make_due(message)
            assert unknown <= leases.MAX_INTERRUPTIONS
            assert arrived <= 2
            message = reload(message)
            assert (message.lease != "") == (message.state == State.LEASED)
            if message.state == State.DELIVERED:
                assert act == "deliver"
            if message.state == State.DEAD:
                assert act != "deliver"
        # However it was left, workers bring it to an end, and nothing is sent a third time.
        for _ in range(max_attempts + 3):
            make_due(message)
            lease = take_lease()
            if lease is not None:
                arrived += 1
                assert settle_delivered(lease)
        assert state(message) in {State.DELIVERED, State.DEAD}
        assert arrived <= 2
        assert arrived >= 1 or state(message) == State.DEAD
