"""A worker that is killed while it sends: real processes, a real mail server, SIGKILL."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cms.bootstrap import ROOT
from tests.cms.serving import environment_of, manage
from tests.databases import write_migrated_site
from tests.examples import IN_CI
from tests.standfirst.outbox.mail_server import GOODBYE, GREETING, TEXT, MailServer

pytestmark = pytest.mark.long
START_SECONDS = 60
COMMAND = ("standfirst_deliver_outbox",)
WORKER = ("db_worker", "--backend=outbox", "--no-reload", "--no-startup-delay")
SCHEDULER = ("run_scheduler",)

WRITE = """
from django.db import transaction
from standfirst.outbox import enqueue
with transaction.atomic():
    enqueue(kind="mail", payload={"to": "ada@example.org", "subject": "Hello", "text": "Hello."})
"""


@dataclass(frozen=True)
class Site:
    """A site with a database of its own, whose e-mails go to a server of ours."""

    environment: dict[str, str]
    server: MailServer
    database: Path

    def execute(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Run a statement of SQL."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def fate(self) -> tuple[object, ...]:
        """Return the state of the only message, and the number of its attempts."""
        (row,) = self.execute("SELECT state, attempts FROM standfirst_outboxmessage")
        return row

    def kill_while_sending(self, step: str, words: tuple[str, ...]) -> None:
        """Start a process that delivers, and kill it where the server keeps it waiting."""
        self.server.hold_at = step
        self.server.held.clear()
        worker = subprocess.Popen([sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment)
        try:
            assert self.server.held.wait(START_SECONDS), "Nothing was sent."
        finally:
            worker.kill()
        assert worker.wait(START_SECONDS) == -signal.SIGKILL
        self.server.hold_at = ""
        # What five minutes do.
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        self.execute("UPDATE standfirst_outboxmessage SET due_at = ? WHERE state = 'leased'", now)


@pytest.fixture
def site(django_db_setup: None, tmp_path: Path) -> Iterator[Site]:
    """Return a site in which somebody has just committed an e-mail."""
    write_migrated_site(tmp_path, IN_CI)
    with MailServer() as server:
        environment = environment_of(tmp_path, STANDFIRST_EMAIL_URL=f"smtp://127.0.0.1:{server.port}")
        manage(environment, "shell", "--verbosity=0", "-c", WRITE)
        yield Site(environment, server, tmp_path / "standfirst.sqlite3")


@pytest.mark.parametrize(("step", "sent"), [(GREETING, 1), (TEXT, 2), (GOODBYE, 2)])
def test_killed_once(site: Site, step: str, sent: int) -> None:
    """It is sent again: a message that had arrived arrives twice, any other once."""
    site.kill_while_sending(step, COMMAND)
    assert site.fate() == ("leased", 1)
    manage(site.environment, *COMMAND)
    assert site.fate() == ("delivered", 2)
    assert len(site.server.received) == sent
    assert len({received["Message-ID"] for received in site.server.received}) == 1


def test_killed_twice(site: Site) -> None:
    """It is not sent a third time, and somebody can see why."""
    for _ in range(2):
        site.kill_while_sending(TEXT, COMMAND)
    manage(site.environment, *COMMAND)
    assert site.fate() == ("dead", 2)
    assert len(site.server.received) == 2


def test_the_worker_of_the_project(site: Site) -> None:
    """The task that the commit started is lost with the worker; the scheduler delivers the message."""
    site.kill_while_sending(TEXT, WORKER)
    manage(site.environment, *SCHEDULER, "--once")
    assert site.fate() == ("delivered", 2)
    assert len(site.server.received) == 2


def test_a_worker_that_is_told_to_stop(site: Site) -> None:
    """It ends the delivery that it has begun: nothing is sent twice for a restart."""
    site.server.hold_at = TEXT
    worker = subprocess.Popen([sys.executable, "manage.py", *COMMAND], cwd=ROOT, env=site.environment)
    try:
        assert site.server.held.wait(START_SECONDS)
        worker.send_signal(signal.SIGTERM)
        site.server.hold_at = ""
        site.server.release()
        assert worker.wait(START_SECONDS) == 0
    finally:
        worker.kill()
        worker.wait()
    assert site.fate() == ("delivered", 1)
    assert len(site.server.received) == 1
