"""How gunicorn runs the site: ``gunicorn --config python:cms.server``, with or without a web server in front.

gunicorn minds the processes. The connections are waitress's: one loop a process receives whole requests and
sends whole answers, however slowly, and threads only ever see a request that is complete. So a client that is
slow, on purpose or not, costs a little memory and no thread (docs/decisions/0018-slow-clients.md).
"""

import json
import logging
import os
import resource
import socket
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask
from waitress.utilities import BadRequest

# Seconds in which a request's head, and all of a request, must have come; seconds in which nothing moves.
HEAD_SECONDS = 20
REQUEST_SECONDS = 120
IDLE_SECONDS = 20
# After a refusal, what a client still sends is read and dropped for so long: a connection that is closed on
# it loses the refusal (RFC 9112, section 9.6).
LINGER_SECONDS = 5
MAX_BODY_BYTES = int(os.environ.get("STANDFIRST_MAX_UPLOAD_MB") or 20) * 1024 * 1024
OPEN_FILES = 8192
# Of a chunked body, the line that begins a chunk, and what may follow the last one.
MAX_CHUNK_LINE_BYTES = 8192
# Empty lines between requests, which RFC 9112 (section 2.2) has a server pass over.
MAX_BLANK_BYTES = 64

# --- Settings of gunicorn, which its command line overrides -------------------------------------------------

wsgi_app = "cms.wsgi"
worker_class = "cms.server.WaitressWorker"
workers = 2
threads = 4
worker_connections = 2000
graceful_timeout = 10
# Its control socket would be made in the home folder.
control_socket_disable = True
loglevel = "warning"


class WaitressWorker(Worker):
    """A process of gunicorn whose connections are waitress's."""

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse what waitress can't do. gunicorn calls this before it starts."""
        if cfg.is_ssl:
            raise RuntimeError("This server speaks plain HTTP: put a web server in front that ends TLS.")

    def run(self) -> None:
        """Answer until the master process says to stop or is gone."""
        _allow_many_connections()
        # A queue is what a busy server has: a line about each request in it would only add to the work.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        sockets = []
        for listener in self.sockets:
            listener.setblocking(False)
            sockets.append(listener.sock if hasattr(listener, "sock") else listener)
        channels: dict[int, Any] = {}
        server = create_server(
            self.wsgi,
            map=channels,
            sockets=sockets,
            threads=self.cfg.threads,
            connection_limit=self.cfg.worker_connections,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            max_request_body_size=MAX_BODY_BYTES,
            max_request_header_size=64 * 1024,
            asyncore_use_poll=True,
            # cms.wsgi drops what may not be believed, and knows what may.
            clear_untrusted_proxy_headers=False,
            log_socket_errors=False,
            ident=None,
        )
        listeners = [item for item in channels.values() if isinstance(item, BaseWSGIServer)]
        for listener in listeners:
            listener.channel_class = Channel
        self.wake = listeners[0].pull_trigger
        while self.alive:
            self.notify()
            if os.getppid() != self.ppid:
                self.log.warning("The master process is gone; stopping.")
                break
            wasyncore.loop(timeout=1, use_poll=True, map=channels, count=1)
        self._finish(server, listeners, channels)

    def _finish(self, server: Any, listeners: list[Any], channels: dict[int, Any]) -> None:
        """Take no more connections, and answer the requests that came in whole."""
        for listener in listeners:
            listener.accepting = False
        deadline = time.monotonic() + self.cfg.graceful_timeout - 1
        while time.monotonic() < deadline and any(map(_owes_an_answer, channels.values())):
            self.notify()
            wasyncore.loop(timeout=0.1, use_poll=True, map=channels, count=1)
        server.task_dispatcher.shutdown(timeout=0.5)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop in order, and at once rather than when the loop next looks up."""
        super().handle_exit(sig, frame)
        if hasattr(self, "wake"):
            self.wake()


class RefusalTask(ErrorTask):
    """An answer that waitress gives itself, in the API's format under ``/api/``."""

    def execute(self) -> None:
        """Write the answer."""
        # What is no HTTP has no path either.
        if not getattr(self.request, "path", "").startswith("/api/"):
            super().execute()
            return
        error = self.request.error
        problem = {
            "type": "about:blank",
            "title": error.reason,
            "status": error.code,
            "code": {413: "content_too_large"}.get(error.code, "bad_request"),
            "detail": "The request's body is too large." if error.code == 413 else f"{error.reason}.",
            "errors": [],
        }
        body = json.dumps(problem).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Request(HTTPRequestParser):
    """A request as it comes in; refused if servers could disagree about where it ends, or what it is."""

    error: Any

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head. Raises ``ParsingError``, which becomes an answer 400."""
        if b"\r\n " in header_plus or b"\r\n\t" in header_plus:
            raise ParsingError("A header field goes on in a second line")  # RFC 9112, section 5.2
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            raise ParsingError("The request's target is malformed") from error
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length beside Transfer-Encoding")  # RFC 9112, section 6.3

    def received(self, data: bytes) -> int:
        """Take in what belongs to the request, and return how many bytes that was."""
        taken: int = super().received(data)
        # waitress looks for the end of these lines in all that has come of them, at each read anew.
        line = len(getattr(self.body_rcv, "control_line", b"")) + len(getattr(self.body_rcv, "trailer", b""))
        if line > MAX_CHUNK_LINE_BYTES and not self.error:
            self.error = BadRequest("A line of the chunked body is too long")
            self.completed = True
        if self.error:
            self.expect_continue = False  # Nobody should send what is refused already.
        return taken


class Channel(HTTPChannel):
    """A connection whose requests have to come within a time, and whose refusals arrive."""

    parser_class = Request
    error_task_class = RefusalTask
    blank_bytes = 0
    request_began = 0.0
    refuses = False
    lingers_until = 0.0

    def received(self, data: bytes) -> bool:
        """Take in what came, and note when the request began that it belongs to."""
        before = self.request
        has_begun = before is not None and (before.headers_finished or before.header_plus.strip())
        if not has_begun and not data.strip(b"\r\n"):
            self.blank_bytes += len(data)
            if self.blank_bytes > MAX_BLANK_BYTES:
                self.will_close = True
                return False
        taken: bool = super().received(data)
        if self.request is not before:
            self.request_began = time.monotonic()
        with self.requests_lock:
            self.refuses = self.refuses or any(request.error for request in self.requests)
        return taken

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Never wait in a thread for a client that doesn't read.

        What is still to be sent lies in a file. Requests that the client sent ahead are dropped, as RFC 9112
        (section 9.3.2) allows, and the connection ends after the answers that it has been given.
        """
        if self.total_outbufs_len > self.adj.outbuf_high_watermark:
            with self.requests_lock:
                for request in self.requests[1:]:
                    request.close()
                del self.requests[1:]
                self.close_when_flushed = True

    def readable(self) -> bool:
        """Return whether to read on. The loop asks at every round, so lateness is noticed here."""
        if self.lingers_until:
            if time.monotonic() > self.lingers_until:
                self.will_close = True
            return not self.will_close
        if self.request is not None:
            limit = REQUEST_SECONDS if self.request.headers_finished else HEAD_SECONDS
            if time.monotonic() - self.request_began > limit:
                self.will_close = True
        return bool(super().readable())

    def handle_read(self) -> None:
        """Read; after a refusal, for nothing but the other end's sake."""
        if not self.lingers_until:
            super().handle_read()
            return
        try:
            if not self.recv(self.adj.recv_bytes):
                self.will_close = True
        except OSError:
            self.will_close = True

    def handle_close(self) -> None:
        """Close; after a refusal, the sending half first."""
        if not self.refuses or not self.connected or self.lingers_until:
            super().handle_close()
            return
        self.lingers_until = time.monotonic() + LINGER_SECONDS
        self.will_close = False
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            super().handle_close()


def _owes_an_answer(channel: Any) -> bool:
    return isinstance(channel, HTTPChannel) and bool(channel.requests or channel.total_outbufs_len)


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
