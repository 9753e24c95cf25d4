"""Run the suite: what ``make test`` and ``make test-all`` start inside the virtual environment.

Everything on the embedded database, and beside it, if the machine has PostgreSQL, on that: the tests of what
databases do differently or, with the long tests, all that use a database. What could not be run is said at
the end, and fails the run if CI=true and the tests depend on it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from typing import Self

import pytest

from benchmarks.load import ensure_wrk
from cms.bootstrap import ROOT, StopError, install_debian_package, say
from tests.browser.chromium import find_chromium
from tests.postgres import PostgresError, find_programs, throwaway_server

ON_POSTGRES = "database and not browser and not plugin"
FIRST_ON_POSTGRES = f"{ON_POSTGRES} and by_database and not long"
# It makes a site of its own on the embedded database, wherever the suite runs.
EMBEDDED_ONLY = "--ignore=tests/benchmarks"
MOST_PROCESSES = 4
STOP_SECONDS = 30
ON_SERVER = "Database tests on PostgreSQL"


def main(words: list[str]) -> int:
    """Run the suite with the options that the words give; return the exit code."""
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("--long", action="store_true", help="run the long tests too")
    parser.add_argument("--only-long", action="store_true", help="run the long tests alone")
    parser.add_argument("--no-postgres", action="store_true", help="leave out the second run on PostgreSQL")
    options, for_pytest = parser.parse_known_args(words)
    in_ci = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
    options.long |= options.only_long
    length = "long" if options.only_long else "" if options.long else "not long"
    outcome: dict[str, str] = {}
    failed = False

    try:
        ensure_chromium()
    except StopError as missing:
        outcome["Browser tests"] = f"NOT RUN. {missing}"
        failed = in_ci

    if options.long:
        try:
            ensure_wrk()
        except StopError as missing:
            outcome["Benchmark"] = f"NOT RUN. {missing}"
            failed |= in_ci

    with ExitStack() as until_the_end:
        second = None
        try:
            programs = None if options.no_postgres else find_programs()
            if options.no_postgres:
                outcome[ON_SERVER] = "left out, as asked for"
            elif programs is None:
                outcome[ON_SERVER] = "NOT RUN. There is no initdb on this machine."
            else:
                url = until_the_end.enter_context(throwaway_server(programs))
                words = [*for_pytest, EMBEDDED_ONLY]
                on_server = ON_POSTGRES if options.long else FIRST_ON_POSTGRES
                second = until_the_end.enter_context(
                    PytestRun(ON_SERVER, on_server, words, aside=True, DATABASE_URL=url)
                )
        except PostgresError as error:
            outcome[ON_SERVER] = f"FAILED. {error}"
            failed = True
        with PytestRun("Whole suite" if length != "long" else "Long tests", length, for_pytest) as first:
            failed |= first.has_failed(outcome)
        if second:
            failed |= second.has_failed(outcome)

    lines = ["", "=" * 80, *(f"{name}: {text}" for name, text in outcome.items()), "=" * 80, ""]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()
    return int(failed)


def ensure_chromium() -> None:
    """Have a Chromium on the machine; raise ``StopError`` where there is none and none can be installed."""
    if not find_chromium():
        install_debian_package("chromium", "Chromium, for the browser tests,")


class PytestRun:
    """pytest in a process of its own, on the tests that a marker expression chooses.

    With ``aside`` its output is kept until it is asked how it ended: two runs at once would mix their lines.
    Keywords are variables of the environment.
    """

    def __init__(
        self, name: str, expression: str, words: list[str], *, aside: bool = False, **variables: str
    ) -> None:
        processes = str(min(os.cpu_count() or 1, MOST_PROCESSES))
        command = [sys.executable, "-m", "pytest", "-q", "-n", processes]
        command += [*(["-m", expression] if expression else []), *words]
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        self.name = name
        self.start = time.monotonic()
        self.output = tempfile.TemporaryFile("w+") if aside else None  # noqa: SIM115 - closed in __exit__
        say(f"{name}{', beside the rest' if aside else ''}")
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment, **variables},
            stdout=self.output,
            stderr=subprocess.STDOUT if aside else None,
        )
        self.end: float | None = None
        # Whoever waits for the other run must not add that time to this one.
        self.watch = threading.Thread(target=self._wait, daemon=True)
        self.watch.start()

    def _wait(self) -> None:
        self.process.wait()
        self.end = time.monotonic()

    def has_failed(self, outcome: dict[str, str]) -> bool:
        """Wait for the end, add the result to the outcome, and return whether a test failed."""
        self.watch.join()
        if self.output:
            say(f"{self.name}: what pytest said")
            self.output.seek(0)
            shutil.copyfileobj(self.output, sys.stdout)
            sys.stdout.flush()
        seconds = round((self.end or time.monotonic()) - self.start)
        code = self.process.returncode
        if code == pytest.ExitCode.NO_TESTS_COLLECTED and self.output:
            outcome[self.name] = "none among the tests that were asked for"
            return False
        result = "FAILED" if code else "passed"
        outcome[self.name] = f"{result} in {seconds // 60} min {seconds % 60} s"
        return code != 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Leave nothing running: after Ctrl-C pytest has had the signal, too, and is about to end."""
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.output:
            self.output.close()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
