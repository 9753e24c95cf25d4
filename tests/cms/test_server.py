"""The server that answers readers: what slow, rude and untrusted clients do to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from waitress.adjustments import Adjustments

from benchmarks.site import HOST, find_free_port
from benchmarks.slow_clients import BEHAVIOURS, CLIENTS, SlowClients, allow_connections, time_requests
from cms import server as server_module
from tests.cms.serving import ask, environment_of, manage, served

# One app that says what it saw; no site is needed for what the server itself does.
ECHO = """
import json, time
def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    if environ["PATH_INFO"] == "/large":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 2_000_000]
    seen = {name: value for name, value in environ.items() if isinstance(value, str)}
    seen["body"] = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the app that says what it saw, with a limit of 1 MB for bodies; return the port."""
    folder = tmp_path_factory.mktemp("echo")
    (folder / "echo.py").write_text(ECHO)
    environment = environment_of(folder, PYTHONPATH=str(folder), STANDFIRST_MAX_UPLOAD_MB="1")
    with served(environment, "--workers=1", "echo") as port:
        yield port


def raw(port: int, request: bytes) -> bytes:
    with socket.create_connection((HOST, port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "Script_Name", "PATH_INFO", "REMOTE_USER"])
def test_a_header_with_an_underscore_does_not_reach_the_application(echo: int, name: str) -> None:
    _, _, body = ask(echo, "/", headers={name: "/evil", "Script-Name": "/evil"})
    seen = json.loads(body)
    assert seen["SCRIPT_NAME"] == ""
    assert seen["PATH_INFO"] == "/"
    assert "REMOTE_USER" not in seen


def test_forwarded_headers_do_not_change_what_the_server_saw(echo: int) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Host": "evil.example"}
    _, _, body = ask(echo, "/", headers=headers)
    seen = json.loads(body)
    assert (seen["wsgi.url_scheme"], seen["REMOTE_ADDR"]) == ("http", HOST)
    assert seen["HTTP_HOST"].startswith(HOST)


def test_a_body_up_to_the_limit_arrives(echo: int) -> None:
    _, _, body = ask(echo, "/", method="POST", body=b"x" * (1024 * 1024 - 1))
    assert json.loads(body)["body"] == 1024 * 1024 - 1


@pytest.mark.parametrize("path", ["/", "/api/v1/comments/"])
def test_a_body_over_the_limit_is_refused_so_that_the_client_hears_it(echo: int, path: str) -> None:
    """Python's client sends the whole body before it reads: a closed connection would lose the answer."""
    status, headers, body = ask(echo, path, method="POST", body=b"x" * 5_000_000)
    assert status == 413
    if path.startswith("/api/"):
        assert headers["Content-Type"] == "application/problem+json"
        assert json.loads(body)["code"] == "content_too_large"


def test_a_request_that_is_no_http_is_refused(echo: int) -> None:
    assert raw(echo, b"nonsense\r\n\r\n").split(b" ")[1] == b"400"


SHORT = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    "request_bytes",
    [
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        POST + b"X-Folded: a\r\n\tb\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * 20_000,
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"a" * 20_000,
        b"GET http://[/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["both lengths", "folded encoding", "folded", "chunk extension", "trailer", "target"],
)
def test_what_servers_could_read_in_two_ways_ends_the_connection(echo: int, request_bytes: bytes) -> None:
    """What follows on the same connection is not taken for a request (RFC 9112, section 11.2)."""
    answer = raw(echo, request_bytes + SHORT)
    assert answer.split(b" ")[1] == b"400"
    assert answer.count(b"HTTP/1.") == 1


def test_nobody_is_asked_to_send_what_is_refused(echo: int) -> None:
    answer = raw(echo, POST + b"Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_requests_that_are_sent_ahead_are_answered_in_order(echo: int) -> None:
    assert raw(echo, SHORT * 30).count(b"HTTP/1.1 200 OK") == 30


def test_blank_lines_without_end_are_no_reason_to_stay() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = make_channel(ours)
        for _ in range(server_module.MAX_BLANK_BYTES // 2):
            channel.received(b"\r\n")
        assert not channel.will_close
        channel.received(b"\r\n")
        assert channel.will_close


def test_clients_that_read_no_answer_do_not_hold_threads(echo: int) -> None:
    """Each asks for more than the server's buffer holds, at once; there are four threads."""
    rude = []
    try:
        for _ in range(10):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect((HOST, echo))
            connection.sendall(SHORT.replace(b"/ ", b"/large ", 1) * 80)
            rude.append(connection)
        for _ in range(
            30
        ):  # Each waits for its turn among theirs, until they have had as much as is sent ahead.
            assert ask(echo, "/")[0] == 200
    finally:
        for connection in rude:
            connection.close()


def test_a_head_that_takes_too_long_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = late_channel(monkeypatch, b"GET / HTTP/1.1\r\nX", after=server_module.HEAD_SECONDS + 1)
    channel.readable()
    assert channel.will_close


def test_a_body_may_take_longer_than_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nx"
    in_time = late_channel(monkeypatch, head, after=server_module.HEAD_SECONDS + 1)
    assert in_time.readable()
    assert not in_time.will_close
    late = late_channel(monkeypatch, head, after=server_module.REQUEST_SECONDS + 1)
    late.readable()
    assert late.will_close


def late_channel(monkeypatch: pytest.MonkeyPatch, data: bytes, *, after: float) -> server_module.Channel:
    """Return a connection that got ``data`` so many seconds ago, and nothing since."""
    ours, theirs = socket.socketpair()
    with theirs:
        channel = make_channel(ours)
        channel.received(data)
        channel.socket.close()
    channel.request_began -= after
    return channel


def make_channel(connection: socket.socket) -> server_module.Channel:
    class Server:
        active_channels: dict[int, object] = {}

    return server_module.Channel(Server(), connection, "", Adjustments(), map={})


def test_a_stop_lets_a_request_finish_and_takes_no_new_one(tmp_path: Path) -> None:
    (tmp_path / "echo.py").write_text(ECHO)
    port = find_free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:cms.server", "--workers=1", "echo"]
    environment = environment_of(tmp_path, PYTHONPATH=str(tmp_path))
    process = subprocess.Popen([*command, f"--bind={HOST}:{port}"], env=environment)
    answers = []
    try:
        wait_until_open(port)
        asking = threading.Thread(target=lambda: answers.append(ask(port, "/slow")))
        asking.start()
        wait_until_asked(port)
        process.send_signal(signal.SIGTERM)
        asking.join()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    assert answers[0][0] == 200


def wait_until_open(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            ask(port, "/")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("The server does not answer.")


def wait_until_asked(port: int) -> None:
    """Return once another connection to the port is open: a request takes a second there."""
    wanted = f":{port:04X} "
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = Path("/proc/net/tcp").read_text().splitlines()
        if any(wanted in line.split()[1] + " " and line.split()[3] == "01" for line in lines[1:]):
            time.sleep(0.2)  # What was sent is read within one round of the loop.
            return
    raise AssertionError("Nobody asks.")


def test_workers_end_when_their_master_is_killed(tmp_path: Path) -> None:
    (tmp_path / "echo.py").write_text(ECHO)
    port = find_free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:cms.server",
        "echo",
        f"--bind={HOST}:{port}",
    ]
    process = subprocess.Popen(command, env=environment_of(tmp_path, PYTHONPATH=str(tmp_path)))
    wait_until_open(port)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)):
                return
        time.sleep(0.1)
    raise AssertionError("A worker goes on without its master.")


@pytest.mark.long
def test_500_slow_clients_do_not_stop_the_site(tmp_path: Path) -> None:
    """Of each kind; the gthread worker of gunicorn was stopped by 8."""
    environment = environment_of(tmp_path)
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "collectstatic", "--noinput", "--verbosity=0")
    allow_connections(CLIENTS)
    with served(environment) as port:
        for name, behaviour in BEHAVIOURS.items():
            with SlowClients(port=port, count=CLIENTS, behaviour=behaviour):
                time.sleep(behaviour.settling_seconds)
                longest = max(time_requests(port))
            assert longest < 5, f"{name}: {longest} s"
