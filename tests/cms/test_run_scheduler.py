"""The project's clock."""

import pytest
from django.core.management import call_command

from cms.management.commands import run_scheduler


@pytest.fixture(autouse=True)
def keep_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the connections of the tests alone."""
    monkeypatch.setattr(run_scheduler, "close_old_connections", lambda: None)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the commands that the scheduler calls."""
    names: list[str] = []
    monkeypatch.setattr(run_scheduler, "call_command", names.append)
    return names


def test_publishes_what_is_due(calls: list[str]) -> None:
    """Scheduled pages are published by every round."""
    call_command("run_scheduler", once=True)
    assert calls == ["publish_scheduled"]


def test_a_failure_is_logged_and_survived(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A command that fails neither ends the scheduler nor passes unnoticed."""

    def fail(name: str) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(run_scheduler, "call_command", fail)
    call_command("run_scheduler", once=True)
    assert "publish_scheduled failed" in caplog.text
