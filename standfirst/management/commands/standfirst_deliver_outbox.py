"""``manage.py standfirst_deliver_outbox``: delivers outgoing messages where no worker does."""

import logging
import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from standfirst.cache.purging import purge_changed_content
from standfirst.outbox.delivering import Tally, deliver_due

logger = logging.getLogger(__name__)

DEFAULT_INTERVAL = 5.0


def _seconds(text: str) -> float:
    """Return a number of seconds above 0. Raises ``ArgumentTypeError``."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < threading.TIMEOUT_MAX:
        raise ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


class Command(BaseCommand):
    """Deliver what is due, once or until told to stop; notice first if caches have to be purged."""

    help = (
        "Delivers the outgoing messages that are due, such as e-mails, and deletes what was kept long enough."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stopped = threading.Event()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until stopped by SIGTERM or SIGINT")
        parser.add_argument(
            "--interval",
            type=_seconds,
            default=DEFAULT_INTERVAL,
            metavar="SECONDS",
            help="with --loop: the pause before looking again (default: %(default)s)",
        )
        parser.add_argument(
            "--seconds",
            type=_seconds,
            metavar="SECONDS",
            help="begin no delivery later than this after the start of a pass",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make one pass, or one after the other; a signal ends it between two deliveries."""
        self._verbosity = options["verbosity"]
        with self._stopping_at_signals():
            if not options["loop"]:
                self._report(self._deliver(options["seconds"]))
                return
            while not self._stopped.is_set():
                self._pass(options["seconds"])
                self._stopped.wait(options["interval"])

    def _pass(self, seconds: float | None) -> None:
        """Make a pass; if it fails, because the database is away, it is logged and tried again."""
        close_old_connections()  # A database server may have dropped an idle connection.
        try:
            self._report(self._deliver(seconds))
        except Exception:
            logger.exception("The delivery of outgoing messages failed")
        finally:
            close_old_connections()

    def _deliver(self, seconds: float | None) -> Tally:
        purge_changed_content()
        return deliver_due(seconds=seconds, should_stop=self._stopped.is_set)

    def _report(self, tally: Tally) -> None:
        if self._verbosity and (tally.delivered or tally.failed):
            self.stdout.write(f"Delivered: {tally.delivered}. Not delivered: {tally.failed}.")

    @contextmanager
    def _stopping_at_signals(self) -> Iterator[None]:
        """Have SIGTERM and SIGINT end the command between two deliveries.

        Another command that calls this one may have handlers: these are called, too, and put back.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def stop(number: int, frame: FrameType | None) -> None:
            self._stopped.set()
            outer = before[signal.Signals(number)]
            if callable(outer) and outer is not signal.default_int_handler:
                outer(number, frame)

        for number in before:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, signal.SIG_DFL if handler is None else handler)
