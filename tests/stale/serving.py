"""The programs of a round: two servers of one site, those who hammer one of them, and the editor."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cms.bootstrap import ROOT
from tests.cms.serving import environment_of, manage, served

STOP_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Round:
    """A site that is served twice: with the cache that is tested, and without any."""

    environment: Mapping[str, str]
    cached_port: int
    true_port: int
    folder: Path


@contextmanager
def throwaway_round(folder: Path, *, mode: str, database: str = "") -> Iterator[Round]:
    """Make a site with content, and serve it. ``mode`` is that of tests.stale.settings."""
    environment = environment_of(
        folder,
        DJANGO_SETTINGS_MODULE="tests.stale.settings",
        STALE_TEST_CACHE="off",
        STANDFIRST_DEBUG="false",
        STANDFIRST_LOG_LEVEL="ERROR",
        STANDFIRST_SECRET_KEY=secrets.token_urlsafe(50),
        STANDFIRST_BASE_URL="http://localhost",
        **({"DATABASE_URL": database} if database else {}),
    )
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "collectstatic", "--noinput", "--verbosity=0")
    manage(environment, "seed_benchmark", "--articles=4", "--comments=6")
    cached = {**environment, "STALE_TEST_CACHE": mode}
    with served(environment, "--workers=1") as true_port, served(cached, "--workers=2") as cached_port:
        yield Round(environment=environment, cached_port=cached_port, true_port=true_port, folder=folder)


class Program:
    """A program of ours that is told things by lines of JSON, and answers by such."""

    def __init__(self, environment: Mapping[str, str], module: str, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, message: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def ask(self, message: object) -> Any:
        """Send a message, and return the answer to it."""
        self.tell(message)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"The program ended by itself ({self._process.wait()})."
        return json.loads(line)

    def end(self) -> str:
        """Close the program's input, which ends it; return what it still had to say."""
        try:
            rest, _errors = self._process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            rest, _errors = self._process.communicate()
        return rest


@contextmanager
def running(
    environment: Mapping[str, str], module: str, words: Sequence[Sequence[str]]
) -> Iterator[list[Program]]:
    """Run a program once for each of ``words``, and end them all."""
    programs = [Program(environment, module, *some) for some in words]
    try:
        yield programs
    finally:
        for program in programs:
            program.end()
