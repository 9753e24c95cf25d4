"""What the checks say of the cache's settings and of the middleware's order."""

from typing import Any

import pytest

from standfirst.cache.origin_checks import (
    ORIGIN_CACHE,
    PUBLIC_CACHE,
    check_cache_settings,
    check_middleware,
    check_tag_backends,
)

SURROGATE = "standfirst.cache.backends.SurrogateKeyBackend"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"


def ids(messages: Any) -> list[str]:
    return [message.id for message in messages]


def test_the_project_is_in_order() -> None:
    assert [*check_cache_settings(None), *check_tag_backends(None), *check_middleware(None)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STANDFIRST_CACHE_BYTES", -1),
        ("STANDFIRST_CACHE_BYTES", "64"),
        ("STANDFIRST_CACHE_ENTRY_BYTES", None),
        ("STANDFIRST_CACHE_SECONDS", True),
        ("STANDFIRST_PURGED_CACHE_SECONDS", 1.5),
        ("STANDFIRST_CACHE_ENABLED", "yes"),
        ("STANDFIRST_CACHE_SHARED", "nowhere"),
        ("STANDFIRST_CACHE_BYPASS_COOKIES", "basket"),
        ("STANDFIRST_CACHE_BYPASS_HEADERS", [3]),
        ("STANDFIRST_CACHE_PARAMETERS", [""]),
        ("STANDFIRST_CACHE_IGNORED_PARAMETERS", None),
        ("STANDFIRST_CACHE_ENCODINGS", "gzip"),
        ("STANDFIRST_CACHE_TAG_HEADERS", ["Cache Tag"]),
    ],
)
def test_a_value_that_cannot_be_used(settings: Any, name: str, value: object) -> None:
    setattr(settings, name, value)
    [message] = check_cache_settings(None)
    assert message.id == "standfirst.E030"
    assert name in message.msg


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"BACKEND": "nowhere.Backend"},
        {"BACKEND": SURROGATE},
        {"BACKEND": SURROGATE, "URL": "ftp://cdn.example/"},
        {"BACKEND": SURROGATE, "URL": "https://cdn.example/", "TIMEOUT": 0},
        {"BACKEND": SURROGATE, "URL": "https://cdn.example/", "TIMEOUT": "soon"},
        "https://cdn.example/",
    ],
)
def test_a_cache_that_cannot_be_purged(settings: Any, options: object) -> None:
    settings.STANDFIRST_CACHE_TAG_BACKENDS = {"cdn": options}
    assert ids(check_tag_backends(None)) == ["standfirst.E031"]


def test_backends_that_are_no_dictionary(settings: Any) -> None:
    settings.STANDFIRST_CACHE_TAG_BACKENDS = [SURROGATE]
    assert ids(check_tag_backends(None)) == ["standfirst.E031"]


def test_purging_what_carries_no_names(settings: Any) -> None:
    settings.STANDFIRST_CACHE_TAG_BACKENDS = {"cdn": {"BACKEND": SURROGATE, "URL": "https://cdn.example/"}}
    assert check_tag_backends(None) == []
    settings.MIDDLEWARE = []
    assert ids(check_tag_backends(None)) == ["standfirst.W031"]


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [
        ([], []),
        ([ORIGIN_CACHE, PUBLIC_CACHE, SESSIONS], []),
        (["a.Middleware", ORIGIN_CACHE], ["standfirst.W030"]),
        ([ORIGIN_CACHE, SESSIONS, PUBLIC_CACHE], ["standfirst.E032"]),
    ],
)
def test_the_order_of_the_middleware(settings: Any, middleware: list[str], expected: list[str]) -> None:
    settings.MIDDLEWARE = middleware
    assert ids(check_middleware(None)) == expected
