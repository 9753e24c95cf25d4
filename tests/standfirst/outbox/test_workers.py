"""Who delivers: the command, the task after a commit, and several at once."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from standfirst.management.commands import standfirst_deliver_outbox as command
from standfirst.outbox import Delivery, PermanentFailure, checks, starting, tasks
from standfirst.outbox.delivering import deliver_due
from standfirst.outbox.models import OutboxMessage, State
from tests.standfirst.outbox.conftest import Postcard, PostcardPayload, insert, state

Write = Callable[..., OutboxMessage]


@pytest.fixture(autouse=True)
def keep_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the connections of the tests alone."""
    monkeypatch.setattr(command, "close_old_connections", lambda: None)


def run(*words: str) -> str:
    output = StringIO()
    call_command("standfirst_deliver_outbox", *words, stdout=output)
    return output.getvalue()


class TestCommand:
    def test_one_pass(self, write: Write, postcard: Postcard) -> None:
        write()
        write()
        postcard.outcomes = [None, PermanentFailure("no")]
        assert run() == "Delivered: 1. Not delivered: 1.\n"
        assert run() == ""

    def test_it_can_be_silent(self, write: Write) -> None:
        write()
        assert run("--verbosity=0") == ""

    def test_it_keeps_to_its_time(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        given: list[float | None] = []
        monkeypatch.setattr(
            command, "deliver_due", lambda **options: given.append(options["seconds"]) or deliver_due()
        )
        run()
        run("--seconds=5")
        assert given == [None, 5.0]

    @pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon"])
    @pytest.mark.parametrize("option", ["seconds", "interval"])
    def test_numbers_that_are_none(self, option: str, text: str) -> None:
        with pytest.raises(CommandError, match=option):
            run(f"--{option}={text}")

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_the_loop_between_two_deliveries(
        self, write: Write, postcard: Postcard, number: signal.Signals
    ) -> None:
        messages = [write(), write()]
        before = signal.getsignal(number)

        def deliver(payload: PostcardPayload, *, delivery: Delivery) -> None:
            signal.raise_signal(number)

        postcard.deliver = deliver  # type: ignore[method-assign]
        run("--loop")
        assert [state(message) for message in messages] == [State.DELIVERED, State.WAITING]
        assert signal.getsignal(number) is before

    def test_who_calls_it_hears_of_the_signal_too(self, write: Write, postcard: Postcard) -> None:
        write()
        heard: list[int] = []
        before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
        try:
            postcard.deliver = lambda payload, delivery: signal.raise_signal(signal.SIGTERM)  # type: ignore[method-assign, misc]
            run()
        finally:
            signal.signal(signal.SIGTERM, before)
        assert heard == [signal.SIGTERM]

    def test_the_loop_survives_a_failure(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        passes = 0

        def fail(**options: Any) -> None:
            nonlocal passes
            passes += 1
            if passes == 2:
                signal.raise_signal(signal.SIGTERM)
            raise RuntimeError("the database is away")

        monkeypatch.setattr(command, "deliver_due", fail)
        run("--loop", "--interval=0.001")
        assert passes == 2
        assert len(caplog.records) == 2

    def test_it_runs_in_a_thread(self, postcard: Postcard, monkeypatch: pytest.MonkeyPatch) -> None:
        """Only the main thread may have handlers of signals."""
        passes: list[Any] = []

        def note(**options: Any) -> Any:
            passes.append(options)
            return command.Tally()

        monkeypatch.setattr(command, "deliver_due", note)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        assert len(passes) == 1


@pytest.mark.django_db
class TestTask:
    def test_a_worker_is_told(self) -> None:
        starting.start_delivery()
        task = DBTaskResult.objects.get()
        assert task.backend_name == "outbox"
        assert task.task_path == "standfirst.outbox.tasks.deliver_outbox"
        assert json.dumps(task.args_kwargs) == '{"args": [], "kwargs": {}}'

    def test_the_worker_delivers(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        # What it changes of the process, it changes for good.
        monkeypatch.setattr(db_worker.Command, "configure_logging", lambda self, verbosity: None)
        monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda self: None)
        monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)
        message = write()
        starting.start_delivery()
        call_command("db_worker", "--backend=outbox", "--batch", "--no-reload", "--no-startup-delay")
        assert state(message) == State.DELIVERED
        assert DBTaskResult.objects.get().status == "SUCCESSFUL"

    def test_it_hands_over_what_it_has_no_time_for(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write()
        monkeypatch.setattr(tasks, "SECONDS", 0)
        tasks.deliver_outbox.call()
        assert DBTaskResult.objects.count() == 1
        monkeypatch.setattr(tasks, "SECONDS", 5)
        tasks.deliver_outbox.call()
        assert DBTaskResult.objects.count() == 1

    def test_no_reader_waits_for_a_mail_server(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        """A backend that runs tasks in the request gets none."""
        from django_tasks.backends.immediate import ImmediateBackend

        message = write()
        backend = ImmediateBackend("default", {})
        assert starting.is_immediate(backend)
        monkeypatch.setattr(type(tasks.deliver_outbox), "get_backend", lambda self: backend)
        starting.start_delivery()
        assert state(message) == State.WAITING


class TestChecks:
    @pytest.mark.parametrize(
        ("name", "lowest"),
        [("LEASE_SECONDS", 10), ("DELIVERED_DAYS", 0), ("DEAD_DAYS", 1), ("OVERDUE_MINUTES", 1)],
    )
    def test_numbers(self, settings: Any, name: str, lowest: int) -> None:
        assert checks.check_outbox_settings(None) == []
        for value in (lowest - 1, "5", 5.0, True, None):
            setattr(settings, f"STANDFIRST_OUTBOX_{name}", value)
            (found,) = checks.check_outbox_settings(None)
            assert found.id == "standfirst.E010"
            assert f"at least {lowest}" in str(found.hint)
        setattr(settings, f"STANDFIRST_OUTBOX_{name}", lowest)
        assert checks.check_outbox_settings(None) == []

    def test_the_backend(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        import sys

        import standfirst.outbox

        assert checks.check_tasks_backend(None) == []
        monkeypatch.delitem(sys.modules, "standfirst.outbox.tasks")
        monkeypatch.delattr(standfirst.outbox, "tasks")
        settings.STANDFIRST_OUTBOX_TASKS_BACKEND = "nonsense"
        (found,) = checks.check_tasks_backend(None)
        assert found.id == "standfirst.E011"
        assert "nonsense" in found.msg

    def test_nobody_delivers(self, write: Write) -> None:
        now = timezone.now()
        write(due_at=now - timedelta(minutes=14))
        write(due_at=now - timedelta(days=1), state=State.DEAD, finished_at=now)
        assert checks.check_overdue(None, databases=["default"]) == []
        write(due_at=now - timedelta(minutes=16))
        write(due_at=now - timedelta(minutes=16), state=State.LEASED, lease="x")
        (found,) = checks.check_overdue(None, databases=["default"])
        assert found.id == "standfirst.W010"
        assert found.msg.startswith("2 ")
        assert checks.check_overdue(None, databases=[]) == []
        assert checks.check_overdue(None) == []

    def test_before_the_first_migration(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection.introspection, "table_names", list)
        assert checks.check_overdue(None, databases=["default"]) == []


# This project's SQLite takes the lock when a transaction begins; Django's default does when it first writes.
MODES = ["IMMEDIATE", "DEFERRED"] if connection.vendor == "sqlite" else ["of the server"]
WORKERS = 4


@pytest.mark.django_db(transaction=True)
class TestSeveralAtOnce:
    @pytest.fixture(autouse=True, params=MODES)
    def transaction_mode(
        self, request: pytest.FixtureRequest, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[None]:
        if connection.vendor == "sqlite":
            monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", request.param)
            connection.close()
        yield
        connection.close()

    def at_once(self) -> list[int]:
        """Have several workers deliver at the same time; return how many messages each delivered."""
        barrier = Barrier(WORKERS)

        def work(_: int) -> int:
            try:
                barrier.wait(timeout=30)
                return deliver_due().delivered
            finally:
                connection.close()

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(work, range(WORKERS)))

    def test_each_message_is_delivered_once(self, postcard: Postcard) -> None:
        for number in range(40):
            insert(1, payload={"text": str(number)})
        assert sum(self.at_once()) == 40
        assert sorted(int(text) for text, _ in postcard.delivered) == list(range(40))
        assert set(OutboxMessage.objects.values_list("state", "attempts")) == {(State.DELIVERED, 1)}

    def test_leases_that_ran_out_are_taken_once_too(self, postcard: Postcard) -> None:
        past = timezone.now() - timedelta(seconds=1)
        insert(20, state=State.LEASED, lease="of a dead worker", attempts=1, due_at=past)
        insert(5, state=State.LEASED, lease="of another", attempts=2, interruptions=1, due_at=past)
        assert sum(self.at_once()) == 20
        assert len(postcard.delivered) == 20
        assert OutboxMessage.objects.filter(state=State.DEAD, interruptions=2).count() == 5
