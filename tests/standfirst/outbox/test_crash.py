"""A worker that is killed while it sends: real processes, a real mail server, SIGKILL."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cms.bootstrap import ROOT
from tests.cms.serving import environment_of, manage
from tests.standfirst.outbox.mail_server import DATA, GOODBYE, GREETING, RECIPIENT, TEXT, MailServer

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
# What five minutes do.
LET_LEASES_RUN_OUT = """
from django.utils import timezone
from standfirst.models import OutboxMessage
OutboxMessage.objects.filter(state="leased").update(due_at=timezone.now())
"""
SHOW = """
from standfirst.models import OutboxMessage
print(*[f"{message.state}:{message.attempts}" for message in OutboxMessage.objects.all()])
"""


@dataclass(frozen=True)
class Site:
    """A site with a database of its own, whose e-mails go to a server of ours."""

    environment: dict[str, str]
    server: MailServer

    def run(self, program: str) -> str:
        """Run a program in the site's shell; return what it printed."""
        return manage(self.environment, "shell", "--verbosity=0", "-c", program).strip()

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
        self.run(LET_LEASES_RUN_OUT)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with MailServer() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        site = Site(environment_of(tmp_path, STANDFIRST_EMAIL_URL=url), server)
        manage(site.environment, "migrate", "--verbosity=0")
        site.run(WRITE)
        yield site


@pytest.mark.parametrize(
    ("step", "sent"), [(GREETING, 1), (RECIPIENT, 1), (DATA, 1), (TEXT, 2), (GOODBYE, 2)]
)
def test_killed_once(site: Site, step: str, sent: int) -> None:
    """It is sent again: a message that had arrived arrives twice, any other once."""
    site.kill_while_sending(step, COMMAND)
    assert site.run(SHOW) == "leased:1"
    manage(site.environment, *COMMAND)
    assert site.run(SHOW) == "delivered:2"
    assert len(site.server.received) == sent
    assert len({received["Message-ID"] for received in site.server.received}) == 1


def test_killed_twice(site: Site) -> None:
    """It is not sent a third time, and somebody can see why."""
    for _ in range(2):
        site.kill_while_sending(TEXT, COMMAND)
    manage(site.environment, *COMMAND)
    assert site.run(SHOW) == "dead:2"
    assert len(site.server.received) == 2


def test_the_worker_of_the_project(site: Site) -> None:
    """The task that the commit started is lost with the worker; the scheduler delivers the message."""
    site.kill_while_sending(TEXT, WORKER)
    manage(site.environment, *SCHEDULER, "--once")
    assert site.run(SHOW) == "delivered:2"
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
    assert site.run(SHOW) == "delivered:1"
    assert len(site.server.received) == 1
