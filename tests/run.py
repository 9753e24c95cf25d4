"""Run the suite: what ``make test`` and ``make test-all`` start inside the virtual environment.

First everything on the embedded database, then the database tests again on PostgreSQL where the machine has
it. What could not be run is said at the end, and fails the run when CI=true and the tests depend on it.
"""

import argparse
import os
import subprocess
import sys
import time

from benchmarks.load import ensure_wrk
from cms.bootstrap import ROOT, StopError, install_debian_package, say
from tests.browser.chromium import find_chromium
from tests.postgres import PostgresError, find_programs, throwaway_server

NOT_ON_POSTGRES = "not browser and not plugin"
# It makes a site of its own on the embedded database, wherever the suite runs.
EMBEDDED_ONLY = "--ignore=tests/benchmarks"
MOST_PROCESSES = 4


def main(words: list[str]) -> int:
    """Run the suite with the options that the words give; return the exit code."""
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("--long", action="store_true", help="run the long tests too")
    parser.add_argument("--no-postgres", action="store_true", help="leave out the second run on PostgreSQL")
    options, for_pytest = parser.parse_known_args(words)
    in_ci = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
    short = "" if options.long else "not long"
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

    failed |= run_pytest("Whole suite", short, for_pytest, outcome)
    programs = find_programs()
    if options.no_postgres:
        outcome["Database tests on PostgreSQL"] = "left out, as asked for"
    elif programs is None:
        outcome["Database tests on PostgreSQL"] = "NOT RUN. There is no initdb on this machine."
    else:
        on_postgres = " and ".join(filter(None, [short, NOT_ON_POSTGRES]))
        try:
            with throwaway_server(programs) as url:
                failed |= run_pytest(
                    "Database tests on PostgreSQL",
                    on_postgres,
                    [*for_pytest, EMBEDDED_ONLY],
                    outcome,
                    DATABASE_URL=url,
                )
        except PostgresError as error:
            outcome["Database tests on PostgreSQL"] = f"FAILED. {error}"
            failed = True

    lines = ["", "=" * 80, *(f"{name}: {text}" for name, text in outcome.items()), "=" * 80, ""]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()
    return int(failed)


def ensure_chromium() -> None:
    """Have a Chromium on the machine; raise ``StopError`` where there is none and none can be installed."""
    if not find_chromium():
        install_debian_package("chromium", "Chromium, for the browser tests,")


def run_pytest(
    name: str, expression: str, for_pytest: list[str], outcome: dict[str, str], **environment: str
) -> bool:
    """Run pytest on the tests that a marker expression chooses; return whether it failed."""
    say(name)
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(min(os.cpu_count() or 1, MOST_PROCESSES))]
    command += ["--dist", "loadgroup"]
    if expression:
        command += ["-m", expression]
    variables = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    start = time.monotonic()
    code = subprocess.call([*command, *for_pytest], cwd=ROOT, env={**variables, **environment})
    seconds = round(time.monotonic() - start)
    outcome[name] = f"{'FAILED' if code else 'passed'} in {seconds // 60} min {seconds % 60} s"
    return code != 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
