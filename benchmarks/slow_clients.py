"""Whether slow clients stop a web server: ``python -m benchmarks.slow_clients [SERVER ...]``.

Each server runs the same empty site. While hundreds of clients hold connections open in one of five ways, a
well-behaved client asks for an answer of the API again and again, and is timed.
"""

import argparse
import contextlib
import http.client
import os
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from benchmarks.load import apply_load, ensure_wrk
from benchmarks.site import HOST, PROXY_HEADERS, find_free_port, throwaway_site, wait_until_served
from cms.bootstrap import ROOT, StopError, end

CLIENTS = 500
REQUESTS = 20
PATIENCE_SECONDS = 10
LOAD_SECONDS = 4
DRIP_SECONDS = 1.0
PATH = "/api/v1/articles/"

# Two processes with four threads each. Only the first is in the lock; the others were compared before it was
# chosen, and need: pip install gevent granian cheroot uvicorn a2wsgi
SERVERS: Mapping[str, Sequence[str]] = {
    "ours": ("gunicorn", "--config=python:cms.server", "--bind={host}:{port}"),
    "gunicorn-gthread": ("gunicorn", "cms.wsgi", "--bind={host}:{port}", "--workers=2", "--threads=4"),
    "gunicorn-gevent": ("gunicorn", "cms.wsgi", "--bind={host}:{port}", "--workers=2", "-k", "gevent"),
    "granian": (
        *("granian", "--interface=wsgi", "--host={host}", "--port={port}"),
        *("--workers=2", "--blocking-threads=4", "cms.wsgi:application"),
    ),
    "cheroot": ("cheroot", "--bind={host}:{port}", "--threads=8", "cms.wsgi"),
    "uvicorn-a2wsgi": ("uvicorn", "--host={host}", "--port={port}", "--workers=2", "benchmarks.asgi:app"),
}


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What a slow client sends at first, what it adds each second, and whether it reads.

    ``settling_seconds`` is how long a server may be busy with what was sent at first.
    """

    first: bytes
    drip: bytes = b""
    reads: bool = True
    settling_seconds: float = 2


_HALF_HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Padding: a"
_HALF_BODY = (
    b"POST /api/v1/comments/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
)
# 670 kB: more than the buffers on the way hold.
_LARGE = (
    b"GET /static/wagtailadmin/js/core.js HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n\r\n"
)

BEHAVIOURS: Mapping[str, Behaviour] = {
    "half a head": Behaviour(first=_HALF_HEAD),
    "half a head, a byte a second": Behaviour(first=_HALF_HEAD, drip=b"a"),
    "half a body": Behaviour(first=_HALF_BODY),
    "half a body, a byte a second": Behaviour(first=_HALF_BODY, drip=b" "),
    "answers that are not read": Behaviour(first=_LARGE, reads=False, settling_seconds=20),
}


class SlowClients:
    """Connections that behave badly within a ``with`` block; one that the server closes is opened anew."""

    def __init__(self, *, port: int, count: int, behaviour: Behaviour) -> None:
        self.port = port
        self.behaviour = behaviour
        self.sockets = [self._open() for _ in range(count)]
        self.reopened = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._misbehave)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.thread.join()
        for slow in self.sockets:
            slow.close()

    def _open(self) -> socket.socket:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        slow.settimeout(PATIENCE_SECONDS)
        # A server that takes no connection any more is what the well-behaved client finds out.
        with contextlib.suppress(OSError):
            slow.connect((HOST, self.port))
            slow.settimeout(0)
            slow.send(self.behaviour.first)
        return slow

    def _misbehave(self) -> None:
        while not self.stopped.wait(DRIP_SECONDS):
            for index, slow in enumerate(self.sockets):
                if self.stopped.is_set():
                    break
                try:
                    if self.behaviour.drip:
                        slow.send(self.behaviour.drip)
                    if self.behaviour.reads and slow.recv(4096) == b"":
                        raise ConnectionResetError
                except BlockingIOError:
                    continue
                except OSError:
                    slow.close()
                    self.sockets[index] = self._open()
                    self.reopened += 1


def time_requests(
    port: int, *, path: str = PATH, count: int = REQUESTS, headers: Mapping[str, str] = PROXY_HEADERS
) -> list[float]:
    """Ask for an address on a new connection each time; return the seconds that each answer took.

    An answer that doesn't come within ``PATIENCE_SECONDS`` counts as infinity, and is the last one.
    """
    seconds: list[float] = []
    for _ in range(count):
        connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)
        start = time.monotonic()
        try:
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            answer.read()
        except OSError:
            return [*seconds, float("inf")]
        finally:
            connection.close()
        if answer.status != 200:
            raise StopError(f"{path} was answered {answer.status}: this would measure nothing.")
        seconds.append(time.monotonic() - start)
    return seconds


def allow_connections(count: int) -> None:
    """Have this process open so many connections. Raises ``StopError`` if the system doesn't let it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 200
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise StopError(
            f"{count} clients need {wanted} open files, and this system allows {hard} (ulimit -Hn)."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def main(words: Sequence[str]) -> int:
    """Measure the servers that the words name, all of them without any; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow_clients", description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument(
        "--rounds", type=int, help="measure the load alone, so many times in turn, and compare the medians"
    )
    parser.add_argument("servers", nargs="*", metavar="SERVER", help=", ".join(SERVERS))
    options = parser.parse_args(words)
    try:
        ensure_wrk()
        allow_connections(options.clients)
        with throwaway_site() as site:
            environment = {**site.environment, "STANDFIRST_LOG_LEVEL": "ERROR"}
            names = options.servers or list(SERVERS)
            if options.rounds:
                compare_throughput(names, environment=environment, rounds=options.rounds)
                return 0
            for name in names:
                measure(name, environment=environment, clients=options.clients)
    except StopError as stop:
        print(f"\nStandfirst: {stop}", file=sys.stderr)
        return 1
    return 0


def compare_throughput(names: Sequence[str], *, environment: dict[str, str], rounds: int) -> None:
    """Print each server's median of answers a second, and its share of the first one's."""
    rates: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            with running(name, environment) as port:
                rates[name].append(measure_load(port))
    medians = {name: statistics.median(measured) for name, measured in rates.items()}
    for name, median in medians.items():
        measured = ", ".join(f"{rate:.0f}" for rate in rates[name])
        print(f"{name}: {median:.0f} answers a second ({measured}), {median / medians[names[0]]:.2f} times")


def measure_load(port: int) -> float:
    """Return how many answers a second the server on a port gives."""
    return apply_load(f"http://{HOST}:{port}{PATH}", seconds=LOAD_SECONDS, headers=PROXY_HEADERS)


@contextlib.contextmanager
def running(name: str, environment: dict[str, str]) -> Iterator[int]:
    """Run a server; yield its port."""
    port = find_free_port()
    command = [word.format(host=HOST, port=port) for word in SERVERS[name]]
    server = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment)
    try:
        wait_until_served(port, server)
        yield port
    finally:
        end({name: server})


def measure(name: str, *, environment: dict[str, str], clients: int) -> None:
    """Print a line for a server under load, and one for each way to be slow."""
    for what in ("load", *BEHAVIOURS):
        with running(name, environment) as port:
            if what == "load":
                rate = measure_load(port)
                print(
                    f"{name}: {rate:.0f} answers a second; alone: {describe(time_requests(port))}", flush=True
                )
                continue
            with SlowClients(port=port, count=clients, behaviour=BEHAVIOURS[what]) as slow:
                time.sleep(BEHAVIOURS[what].settling_seconds)
                seconds = time_requests(port)
            print(f"{name}, {what}: {describe(seconds)}; {slow.reopened} closed by the server", flush=True)


def describe(seconds: Sequence[float]) -> str:
    """Return median and longest time in words."""
    if max(seconds) == float("inf"):
        return f"STOPPED: no answer within {PATIENCE_SECONDS} s"
    return f"median {1000 * statistics.median(seconds):.0f} ms, longest {1000 * max(seconds):.0f} ms"


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
