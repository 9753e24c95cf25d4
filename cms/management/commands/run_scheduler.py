"""``manage.py run_scheduler``: runs what is due, every minute."""

import logging
import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 60
# What is due every minute: management commands with their arguments.
EVERY_MINUTE: tuple[tuple[str, ...], ...] = (
    ("publish_scheduled",),
    # What the worker was not told of, or could not deliver at the first attempt. Not for long: pages are due,
    # too.
    ("standfirst_deliver_outbox", "--seconds=5", "--verbosity=0"),
    ("prune_db_task_results", "--backend=outbox", "--min-age-days=1", "--verbosity=0"),
)


class Command(BaseCommand):
    """Run what is due every minute, until told to stop."""

    help = (
        "Publishes and unpublishes pages at their set times and delivers e-mails to be tried again: "
        "runs what is due every minute until stopped."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stopped = threading.Event()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the due commands now and every minute after; SIGTERM and SIGINT end it between two commands."""
        if options["once"]:
            self._run_due()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopped.is_set():
            self._run_due()
            self._stopped.wait(INTERVAL_SECONDS)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopped.set()

    def _run_due(self) -> None:
        """Run each due command; one that fails is logged and tried again in a minute."""
        for name, *arguments in EVERY_MINUTE:
            if self._stopped.is_set():
                return
            close_old_connections()  # A database server may have dropped an idle connection.
            try:
                call_command(name, *arguments)
            except Exception:
                logger.exception("The scheduled command %s failed", name)
            finally:
                close_old_connections()
