"""The WSGI application itself: what happens before Django has a request."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

ADDRESS = "/api/v1/openapi.json?x=1"


@pytest.fixture(autouse=True)
def leave_connections_open() -> Iterator[None]:
    """Keep the tests' own database connection, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def get(path: str, *, content_type: str) -> tuple[str, bytes]:
    from cms.wsgi import application

    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path.partition("?")[0],
        "QUERY_STRING": path.partition("?")[2],
        "CONTENT_TYPE": content_type,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
    }
    seen: list[str] = []
    body = application(environ, lambda status, headers, exc_info=None: seen.append(status))
    try:
        return seen[0], b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()


@pytest.mark.parametrize("charset", ["rot13", "hex", "base64", "zlib", "bz2"])
def test_a_charset_that_is_no_text_encoding_is_refused(charset: str) -> None:
    status, body = get(ADDRESS, content_type=f"text/plain; charset={charset}")
    assert status.startswith("415 ")
    assert b"not a text encoding" in body


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "text/plain; charset=latin-1", "text/plain; charset=no-such", ";;;=", "\0"],
)
def test_others_are_answered(content_type: str) -> None:
    status, _ = get(ADDRESS, content_type=content_type)
    assert status == "200 OK"
