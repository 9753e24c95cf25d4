"""The project's clock."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from cms.management.commands import run_scheduler
from standfirst.outbox import enqueue


@pytest.fixture(autouse=True)
def keep_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the connections of the tests alone."""
    monkeypatch.setattr(run_scheduler, "close_old_connections", lambda: None)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the commands that the scheduler calls."""
    names: list[str] = []
    monkeypatch.setattr(run_scheduler, "call_command", lambda name, *arguments: names.append(name))
    return names


def test_publishes_what_is_due(calls: list[str]) -> None:
    """Scheduled pages are published by every round, and messages delivered that nobody else has."""
    call_command("run_scheduler", once=True)
    assert calls == ["publish_scheduled", "standfirst_deliver_outbox", "prune_db_task_results"]


@pytest.mark.django_db
def test_delivers_what_waits_and_forgets_tasks_that_are_done() -> None:
    """The commands exist and take what they are given."""
    old = timezone.now() - timedelta(days=2)
    for finished_at in (old, timezone.now()):
        task = DBTaskResult.objects.create(
            args_kwargs={},
            task_path="x",
            backend_name="outbox",
            run_after=old,
            status="SUCCESSFUL",
            finished_at=finished_at,
        )
    payload = {"to": "ada@example.org", "subject": "Hello", "text": "Hello."}
    enqueue(kind="mail", payload=payload)
    call_command("run_scheduler", once=True)
    assert [sent.subject for sent in mail.outbox] == ["Hello"]
    assert list(DBTaskResult.objects.all()) == [task]


def test_a_failure_is_logged_and_survived(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A command that fails neither ends the scheduler nor passes unnoticed."""

    def fail(name: str, *arguments: str) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(run_scheduler, "call_command", fail)
    call_command("run_scheduler", once=True)
    assert "publish_scheduled failed" in caplog.text
    assert "standfirst_deliver_outbox failed" in caplog.text
