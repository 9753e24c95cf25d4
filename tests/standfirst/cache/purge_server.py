"""A cache on loopback that is told what to forget: it notes the requests, and answers as a test says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class PurgeServer:
    """``requests`` are those that came: method, headers in small letters, body."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.is_silent = False
        self.end = threading.Event()
        self.url = f"http://127.0.0.1:{server.server_address[1]}/purge"


@contextmanager
def purge_server() -> Iterator[PurgeServer]:
    """Run the server while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found.requests.append((self.command, {k.lower(): v for k, v in self.headers.items()}, body))
            if found.is_silent:
                found.end.wait(30)
                return
            self.send_response(found.status)
            for name, value in {"Content-Length": "2", **found.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"ok")

        do_POST = do_GET = do_PURGE = answer  # noqa: N815 - the names that the library asks for

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = PurgeServer(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        found.end.set()
        server.shutdown()
        server.server_close()
        thread.join()
