"""An answer as it is kept: its bytes, its headers, how it was made, and until when it may be given."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from standfirst.cache.versions import Version

# As Django keeps a response's headers: by the name in small letters, the name as written and the value.
Headers = dict[str, tuple[str, str]]
CACHE_NAME: Final = "standfirst"
HIT: Final = f"{CACHE_NAME}; hit"
# About one request, or about one connection (RFC 9110, section 7.6.1): the server adds its own.
_PASSING: Final = frozenset(
    {"age", "connection", "date", "keep-alive", "server-timing", "transfer-encoding", "x-request-id"}
)
# About the bytes that a 304 leaves out.
ABOUT_CONTENT: Final = frozenset({"content-type", "content-length", "content-encoding", "content-language"})
_SHARED_SECONDS: Final = re.compile(r"\bs-maxage=(\d+)")
# What the objects of an entry take beside their contents, measured with tracemalloc on CPython 3.11; a little
# more than less.
_OVERHEAD_BYTES: Final = 700


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer, and what must still hold for it to be given.

    Times are seconds since 1970. ``headers`` are those of a hit, ``bare_headers`` those of a 304.
    ``modified_at`` is the first whole second after ``version`` was read: whatever changes the answer has a
    later one (docs/decisions/0034). ``cookies`` are names that the view asked for in vain: with one of them,
    it might have answered otherwise.
    """

    content: bytes
    headers: Headers
    bare_headers: Headers
    etag: str
    version: Version
    made_at: float
    expires_at: float
    changes_at: float | None
    modified_at: int
    cookies: frozenset[str]
    size: int

    def is_fresh(self, now: float) -> bool:
        # A clock that was set back must not make it last.
        return self.made_at - 1 <= now < self.expires_at

    def headers_at(self, now: float, *, status: str = HIT, is_bare: bool = False) -> Headers:
        """Return the headers of the answer, or of a 304; ``status`` is ``Cache-Status`` (RFC 9211)."""
        headers = dict(self.bare_headers if is_bare else self.headers)
        if status is not HIT:
            headers["cache-status"] = ("Cache-Status", status)
        if now < self.modified_at:
            # Never later than the answer itself (RFC 9110, section 8.8.2.1).
            headers["last-modified"] = ("Last-Modified", http_date(self.modified_at - 1))
        if self.changes_at is not None:
            name, value = headers["cache-control"]
            headers["cache-control"] = (name, limit_shared_seconds(value, self.changes_at - now))
        return headers


def make_entry(
    response: HttpResponse,
    *,
    version: Version,
    read_at: float,
    ends_at: datetime | None,
    seconds: float,
    cookies: Iterable[str] = (),
) -> Entry:
    """Return the entry of a response that was made after ``version`` had been read at ``read_at``."""
    headers = {name.lower(): (name, value) for name, value in response.items()}
    for name in _PASSING:
        headers.pop(name, None)
    modified_at = int(read_at) + 1
    headers["last-modified"] = ("Last-Modified", http_date(modified_at))
    headers["content-length"] = ("Content-Length", str(len(response.content)))
    headers["cache-status"] = ("Cache-Status", HIT)
    changes_at = ends_at.timestamp() if ends_at is not None else None
    expires_at = read_at + seconds
    return Entry(
        content=response.content,
        headers=headers,
        bare_headers={name: pair for name, pair in headers.items() if name not in ABOUT_CONTENT},
        etag=response["ETag"],
        version=version,
        made_at=read_at,
        expires_at=expires_at if changes_at is None else min(expires_at, changes_at),
        changes_at=changes_at,
        modified_at=modified_at,
        cookies=frozenset(cookies),
        size=measure(response.content, headers, version),
    )


def measure(content: bytes, headers: Headers, version: Version) -> int:
    """Return the bytes of memory that an entry takes, without its key."""
    # Of the headers, the table of a 304's is a second one of the same pairs.
    size = _OVERHEAD_BYTES + sys.getsizeof(content) + 2 * sys.getsizeof(headers)
    for name, pair in headers.items():
        size += sys.getsizeof(name) + sys.getsizeof(pair) + sum(map(sys.getsizeof, pair))
    size += sys.getsizeof(version.parts)
    for part in version.parts:
        size += sys.getsizeof(part) + 64  # two numbers
    return size


def measure_key(key: tuple[Any, ...]) -> int:
    """Return the bytes of memory that a key takes."""
    return sys.getsizeof(key) + sum(sys.getsizeof(part) for part in key)


def answer(request: HttpRequest, entry: Entry, now: float, *, status: str = HIT) -> HttpResponseBase:
    """Return what an entry says to a GET or HEAD: 200 or, if the client has it, 304."""
    if is_known_to(request, entry):
        return give_headers(HttpResponseNotModified(), entry.headers_at(now, status=status, is_bare=True))
    response = HttpResponse(b"" if request.method == "HEAD" else entry.content)
    return give_headers(response, entry.headers_at(now, status=status))


def give_headers(response: HttpResponse, headers: Headers) -> HttpResponse:
    """Set all headers of a response at once.

    They came from a response, so Django has looked at each already; to have it look again would take as long
    as the statement that reads the version.
    """
    response.headers._store = headers
    return response


def is_known_to(request: HttpRequest, entry: Entry) -> bool:
    """Return whether the client has the answer, by its conditions (RFC 9110, section 13.2.2)."""
    etags = request.META.get("HTTP_IF_NONE_MATCH")
    if etags is None and "HTTP_IF_MODIFIED_SINCE" not in request.META:
        return False
    if etags == entry.etag:
        return True
    found = get_conditional_response(request, etag=entry.etag, last_modified=entry.modified_at)
    return found is not None and found.status_code == 304


def limit_shared_seconds(cache_control: str, seconds: float) -> str:
    """Return a ``Cache-Control`` by which no shared cache keeps the answer for longer than ``seconds``."""
    limit = max(0, int(seconds))
    return _SHARED_SECONDS.sub(lambda found: f"s-maxage={min(int(found[1]), limit)}", cache_control)
