"""System checks of the delivery API, for sites that serve it."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from standfirst.delivery import conf
from standfirst.delivery.middleware import NAMESPACE

MIDDLEWARE = "standfirst.delivery.middleware.DeliveryMiddleware"


@checks.register("standfirst")
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report settings of the API that can't be used."""
    return [
        Error(f"{name} is {conf.read(name)!r}.", hint=hint, id="standfirst.E003")
        for name, hint in _find_unusable()
    ]


@checks.register("standfirst")
def check_delivery(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what the API needs of the site's other settings."""
    try:
        reverse(f"{NAMESPACE}:api-root")
    except (NoReverseMatch, ImportError):  # Not served, or a router that check_settings reports.
        return []
    messages: list[CheckMessage] = []
    if not settings.USE_TZ:
        messages.append(
            Error(
                "The delivery API needs USE_TZ = True.",
                hint="Without it, dates have no offset from UTC, and lists can't be followed to their end.",
                id="standfirst.E004",
            )
        )
    if MIDDLEWARE not in settings.MIDDLEWARE:
        messages.append(
            checks.Warning(
                "The delivery API is served without its middleware.",
                hint=f"Put “{MIDDLEWARE}” into MIDDLEWARE: first, or after what compresses. Without it there "
                "are no ETags, no HEAD, no access for other origins, and HTML where errors should be JSON.",
                id="standfirst.W003",
            )
        )
    return messages


def _find_unusable() -> Iterator[tuple[str, str]]:
    origins = conf.read("STANDFIRST_API_WRITE_ORIGINS")
    if not _is_list(origins) or not all(_is_origin(origin) for origin in origins):
        yield "STANDFIRST_API_WRITE_ORIGINS", "Set it to a list of origins such as “https://www.example.org”."
    routers = conf.read("STANDFIRST_API_ROUTERS")
    if not _is_list(routers) or not all(_is_router(path) for path in routers):
        yield "STANDFIRST_API_ROUTERS", "Set it to a list of dotted paths of django-ninja routers."
    default, most = conf.read("STANDFIRST_API_DEFAULT_LIMIT"), conf.read("STANDFIRST_API_MAX_LIMIT")
    if not _is_number(most, lowest=1):
        yield "STANDFIRST_API_MAX_LIMIT", "Set it to a whole number above 0."
    elif not _is_number(default, lowest=1) or default > most:
        yield (
            "STANDFIRST_API_DEFAULT_LIMIT",
            "Set it to a whole number above 0 that is at most STANDFIRST_API_MAX_LIMIT.",
        )
    seconds = conf.read("STANDFIRST_SHARED_CACHE_SECONDS")
    if not _is_number(seconds, lowest=0):
        yield "STANDFIRST_SHARED_CACHE_SECONDS", "Set it to a whole number of at least 0."
    title = conf.read("STANDFIRST_API_TITLE")
    if not isinstance(title, str) or not title.strip():
        yield "STANDFIRST_API_TITLE", "Set it to a text."


def _is_number(value: object, *, lowest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= lowest


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))


def _is_origin(value: object) -> bool:
    """Return whether a value is scheme, host and perhaps port, as browsers send them (RFC 6454)."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value.rstrip("/"))
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    rest = (parts.path, parts.query, parts.fragment)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and has_port and not any(rest)


def _is_router(path: object) -> bool:
    from ninja import Router

    try:
        return isinstance(path, str) and isinstance(import_string(path), Router)
    except ImportError:
        return False
