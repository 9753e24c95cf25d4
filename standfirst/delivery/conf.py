"""The settings of the delivery API, read when they are used."""

from typing import Any, Final

from django.conf import settings

DEFAULTS: Final[dict[str, Any]] = {
    # Origins, such as "https://www.example.org", whose pages may write through the API from a browser. Pages
    # of every origin may read.
    "STANDFIRST_API_WRITE_ORIGINS": [],
    # Routers of the site's own, as dotted paths, beside those of the installed apps.
    "STANDFIRST_API_ROUTERS": [],
    # What the documentation calls the API, and its version.
    "STANDFIRST_API_TITLE": "Standfirst delivery API",
    # Items in one part of a list if the request names no `limit`, and the most that it can ask for.
    "STANDFIRST_API_DEFAULT_LIMIT": 20,
    "STANDFIRST_API_MAX_LIMIT": 100,
    # Seconds for which shared caches keep what is the same for everybody. More is for sites that purge.
    "STANDFIRST_SHARED_CACHE_SECONDS": 60,
}


def read(name: str) -> Any:
    return getattr(settings, name, DEFAULTS[name])


def write_origins() -> frozenset[str]:
    """Return the origins that may write, in the form in which browsers send them (RFC 6454, section 6.2)."""
    return frozenset(str(origin).rstrip("/").lower() for origin in read("STANDFIRST_API_WRITE_ORIGINS"))


def routers() -> list[str]:
    return list(read("STANDFIRST_API_ROUTERS"))


def title() -> str:
    return str(read("STANDFIRST_API_TITLE"))


def default_limit() -> int:
    return int(read("STANDFIRST_API_DEFAULT_LIMIT"))


def max_limit() -> int:
    return int(read("STANDFIRST_API_MAX_LIMIT"))


def shared_cache_seconds() -> int:
    """Return for how long shared caches keep what is the same for everybody, if nothing purges it."""
    return int(read("STANDFIRST_SHARED_CACHE_SECONDS"))
