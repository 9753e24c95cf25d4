"""The throwaway site: a folder, a database and servers that end with the measurement."""

import http.client
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cms.bootstrap import ROOT, StopError, end, say

HOST = "127.0.0.1"
WORKERS = 2
START_SECONDS = 60
# As a proxy in front of a real site says it.
PROXY_HEADERS = {"X-Forwarded-Proto": "https"}
# What the shell has for another site, or for another run of gunicorn.
FOREIGN_VARIABLES = ("STANDFIRST_", "GUNICORN_", "DATABASE_URL", "WEB_CONCURRENCY", "DJANGO_SETTINGS_MODULE")
# Headers that the server adds to every answer.
SERVER_HEADERS = {"server", "date", "connection", "transfer-encoding"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer of the site, without what the server adds to it."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Service:
    """A way of serving the site: how many comments at once, with the origin cache or not, and how durably."""

    page_size: int
    is_warm: bool = False
    synchronous: str = "FULL"
    cache_bytes: int = 64 * 1024 * 1024

    @property
    def variables(self) -> dict[str, str]:
        return {
            "BENCHMARK_COMMENTS_PAGE_SIZE": str(self.page_size),
            "BENCHMARK_CACHE": str(self.is_warm),
            "BENCHMARK_CACHE_BYTES": str(self.cache_bytes),
            "BENCHMARK_SYNCHRONOUS": self.synchronous,
        }


Ports = Mapping[Service, int]


@dataclass(frozen=True, kw_only=True)
class BenchmarkSite:
    """A site in a folder of its own."""

    folder: Path
    environment: Mapping[str, str]

    def manage(self, *words: str, what: str, text: str | None = None) -> str:
        """Run a management command and return what it printed; ``text`` is handed to it.

        Raises ``StopError`` with ``what`` where it fails.
        """
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            input=text,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StopError(f"{what} failed; its own words are above.")
        return done.stdout

    @contextmanager
    def serve(self, services: Collection[Service]) -> Iterator[Ports]:
        """Serve the site once for each way of serving it; yield the ports."""
        ports: dict[Service, int] = {}
        children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for service in services:
                ports[service] = find_free_port()
                command = [sys.executable, "-m", "gunicorn", "benchmarks.wsgi"]
                command += [f"--bind={HOST}:{ports[service]}", f"--workers={WORKERS}", "--log-level=warning"]
                command += ["--no-control-socket"]  # It would be made in the home folder.
                children[f"server on port {ports[service]}"] = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env={**self.environment, **service.variables, "BENCHMARK_PORT": str(ports[service])},
                    # Ctrl-C reaches this process alone, which then ends its children.
                    start_new_session=True,
                )
            for port, child in zip(ports.values(), children.values(), strict=True):
                wait_until_served(port, child)
            yield ports
        finally:
            end(children)


@contextmanager
def throwaway_site(*, database: str = "") -> Iterator[BenchmarkSite]:
    """Make an empty site with production settings and gathered static files.

    ``database`` is the address of an empty one; without it, it is the embedded one.
    """
    with tempfile.TemporaryDirectory(prefix="standfirst-benchmark-") as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN_VARIABLES)}
        environment = {
            **kept,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "STANDFIRST_DATA_DIR": folder,
            "STANDFIRST_SECRET_KEY": secrets.token_urlsafe(50),
            "STANDFIRST_HTTPS": "true",
            "STANDFIRST_BEHIND_TLS_PROXY": "true",
            "STANDFIRST_BASE_URL": "https://localhost",
            **({"DATABASE_URL": database} if database else {}),
        }
        site = BenchmarkSite(folder=Path(folder), environment=environment)
        say("Preparing an empty site")
        site.manage("migrate", "--verbosity=0", what="Preparing the database")
        site.manage("collectstatic", "--noinput", "--verbosity=0", what="Gathering static files")
        yield site


def fetch(
    port: int, path: str, *, method: str = "GET", headers: Mapping[str, str], content: str = ""
) -> Answer:
    """Return the answer to one request. Raises ``OSError`` where none comes."""
    connection = http.client.HTTPConnection(HOST, port, timeout=START_SECONDS)
    try:
        connection.request(method, path, body=content.encode() or None, headers={**PROXY_HEADERS, **headers})
        response = connection.getresponse()
        content_received = response.read()
        return Answer(
            status=response.status,
            headers={
                name: value for name, value in response.getheaders() if name.lower() not in SERVER_HEADERS
            },
            content=content_received,
        )
    except http.client.HTTPException as error:
        raise OSError(f"No answer that could be read: {error!r}") from error
    finally:
        connection.close()


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_served(port: int, child: "subprocess.Popen[bytes]") -> None:
    """Return once a server answers; raise ``StopError`` where it ends or nothing comes in time."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise StopError(f"The server ended by itself (exit code {child.returncode}).")
        try:
            fetch(port, "/api/v1/openapi.json", headers={})
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise StopError(f"The server did not answer within {START_SECONDS} seconds.")
