"""How a public address is asked, and what of its answer must be true."""

import hashlib
import http.client
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.site import HOST

SECONDS = 60


@dataclass(frozen=True, kw_only=True, order=True)
class Address:
    """A public address of one of the sites."""

    host: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a reader gets: two answers with the same ``digest`` say the same."""

    status: int
    etag: str
    digest: str


class Connection:
    """A connection to one server that is kept open, as browsers and proxies do."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, address: Address, *, etag: str = "") -> Answer:
        """Return the answer; 304 without digest if what has this ETag is current still."""
        headers = {"Host": address.host}
        if etag:
            headers["If-None-Match"] = etag
        try:
            return self._ask(address.path, headers)
        except (http.client.HTTPException, ConnectionError):
            # The server may close a connection that was idle, and a worker that ends does.
            self.close()
            return self._ask(address.path, headers)

    def _ask(self, path: str, headers: Mapping[str, str]) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(HOST, self._port, timeout=SECONDS)
        self._connection.request("GET", path, headers=dict(headers))
        response = self._connection.getresponse()
        body = response.read()
        said = [str(response.status), response.getheader("Location") or ""]
        # What no cache may keep differs from time to time, such as the token of the form for a password.
        if "no-store" not in (response.getheader("Cache-Control") or ""):
            said.append(body.decode("utf-8", "replace"))
        return Answer(
            status=response.status,
            etag=response.getheader("ETag") or "",
            digest="" if response.status == 304 else hashlib.sha256("\0".join(said).encode()).hexdigest(),
        )

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
