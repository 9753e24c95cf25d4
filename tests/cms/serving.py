"""The real server with the real project, on a port of this machine."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.site import HOST, find_free_port
from cms.bootstrap import ROOT

START_SECONDS = 60
STOP_SECONDS = 20


def environment_of(folder: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a site that keeps its data in a folder; keywords add variables."""
    foreign = ("STANDFIRST_", "GUNICORN_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "WEB_CONCURRENCY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    own = {"STANDFIRST_DATA_DIR": str(folder), "STANDFIRST_SECRET_KEY": "a key that only tests use"}
    return {**kept, **own, **variables}


def manage(environment: dict[str, str], *words: str) -> str:
    """Run a management command of the project; return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def served(environment: dict[str, str], *words: str) -> Iterator[int]:
    """Serve the project as ``make demo`` does, with further words for gunicorn; yield the port."""
    port = find_free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:cms.server", *words]
    server = subprocess.Popen([*command, "--bind", f"{HOST}:{port}"], cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            assert server.poll() is None, f"The server ended by itself ({server.returncode})."
            assert time.monotonic() < deadline, "The server does not answer."
            try:
                ask(port, "/api/v1/openapi.json")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def ask(
    port: int,
    path: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes | str | None = None,
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Send one request; return status, headers and body of its answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
