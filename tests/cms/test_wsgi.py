"""The WSGI application itself: what happens before Django has a request."""

import json
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


@pytest.mark.parametrize("charset", ["rot13", "hex", "undefined", "punycode", "latin-1"])
def test_another_charset_than_utf8_is_refused(charset: str) -> None:
    status, body = get(ADDRESS, content_type=f"text/plain; charset={charset}")
    assert status.startswith("415 ")
    assert json.loads(body)["detail"] == "Send the request in UTF-8."


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "text/plain; charset=UTF-8", "text/plain; charset=no-such", ";;;=", "\0"],
)
def test_others_are_answered(db: None, content_type: str) -> None:
    status, _ = get(ADDRESS, content_type=content_type)
    assert status == "200 OK"
