"""What an address costs inside Django: its queries, and the functions in which its time is spent."""

import cProfile
import io
import json
import pstats
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from benchmarks.addresses import Address

# Statements that only delimit transactions.
_FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
_PROFILED_REQUESTS = 20


def count_queries(address: Address) -> int:
    """Return how many queries a request for an address takes, once the process is warm."""
    with override_settings(STANDFIRST_COMMENTS_PAGE_SIZE=address.page_size):
        ask = _prepare(address)
        ask()
        with CaptureQueriesContext(connection) as captured:
            response = ask()
    if response.status_code != address.status:
        raise AssertionError(f"{address.path} answered {response.status_code}")
    return sum(not query["sql"].startswith(_FRAMES) for query in captured.captured_queries)


def profile(address: Address, *, lines: int) -> str:
    """Return the functions in which the requests for an address spend their time, as cProfile prints them."""
    with override_settings(STANDFIRST_COMMENTS_PAGE_SIZE=address.page_size):
        ask = _prepare(address)
        ask()
        profiler = cProfile.Profile()
        for _ in range(_PROFILED_REQUESTS):
            profiler.runcall(ask)
    text = io.StringIO()
    statistics = pstats.Stats(profiler, stream=text)
    text.write(f"\n\n{address.title}: {_PROFILED_REQUESTS} requests\n")
    statistics.sort_stats("cumulative").print_stats(lines)
    statistics.sort_stats("tottime").print_stats(lines)
    return text.getvalue()


def _prepare(address: Address) -> Callable[[], HttpResponse]:
    """Return a function that asks for the address once, with a comment of its own where it posts one."""
    client = Client(SERVER_NAME="localhost")
    headers = dict(address.headers)
    if address.is_conditional:
        first: Any = client.get(address.path, headers=headers, secure=True)
        headers["If-None-Match"] = first["ETag"]

    def ask() -> HttpResponse:
        content = address.content
        if address.posts_to is not None:
            fields = json.loads(content)
            content = json.dumps({**fields, "comment": f"{fields['comment']} {uuid4()}"})
        response: Any = client.generic(
            address.method,
            address.path,
            content,
            content_type=headers.get("Content-Type", "application/octet-stream"),
            headers=headers,
            secure=True,
        )
        return response

    return ask
