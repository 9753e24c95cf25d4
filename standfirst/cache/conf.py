"""The settings of the origin cache, read when they are used.

Each request asks for several, so they are kept together until a setting changes.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from standfirst import parts

DEFAULTS: Final[dict[str, Any]] = {
    # Whether answers are kept. None: unless DEBUG is on, where a template may change at any time.
    "STANDFIRST_CACHE_ENABLED": None,
    # Bytes that a process keeps, and the most that one answer may have.
    "STANDFIRST_CACHE_BYTES": 64 * 1024 * 1024,
    "STANDFIRST_CACHE_ENTRY_BYTES": 1024 * 1024,
    # Seconds after which an answer is made anew, whatever its version says.
    "STANDFIRST_CACHE_SECONDS": 60,
    # A cache in CACHES in which the processes share what they have made; None for none.
    "STANDFIRST_CACHE_SHARED": None,
    # Requests with one of these cookies or headers are passed through, beside those with a session.
    "STANDFIRST_CACHE_BYPASS_COOKIES": [],
    "STANDFIRST_CACHE_BYPASS_HEADERS": ["Authorization", "Proxy-Authorization", "X-API-Key", "X-Auth-Token"],
    # Query parameters that pages of the site read, beside those of the apps.
    "STANDFIRST_CACHE_PARAMETERS": [],
    # Query parameters that no page of the site reads. One that ends with * stands for all that begin so.
    "STANDFIRST_CACHE_IGNORED_PARAMETERS": [
        "utm_*",
        "mtm_*",
        "pk_campaign",
        "pk_kwd",
        "fbclid",
        "gclid",
        "gclsrc",
        "gbraid",
        "wbraid",
        "dclid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "li_fat_id",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "_ga",
        "_gl",
    ],
    # The encodings that the site's middleware makes, the best one first.
    "STANDFIRST_CACHE_ENCODINGS": ["gzip"],
    # The headers that name what an answer is about.
    "STANDFIRST_CACHE_TAG_HEADERS": ["Cache-Tag", "Surrogate-Key"],
    # Caches that are purged by these names: by a name, what each needs.
    "STANDFIRST_CACHE_TAG_BACKENDS": {},
    # Seconds for which shared caches keep answers where they are purged by tag.
    "STANDFIRST_PURGED_CACHE_SECONDS": 86_400,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings in the form in which requests are compared with them. Names of headers are as in META."""

    is_on: bool
    max_bytes: int
    entry_bytes: int
    seconds: float
    shared: str | None
    cookies: frozenset[str]
    headers: tuple[str, ...]
    known: frozenset[str]
    ignored: frozenset[str]
    ignored_beginnings: tuple[str, ...]
    encodings: tuple[str, ...]
    file_prefixes: tuple[str, ...]
    negotiates_language: bool
    tag_headers: tuple[str, ...]


def read(name: str) -> Any:
    return getattr(settings, name, DEFAULTS[name])


@cache
def rules() -> Rules:
    """Return the settings as they are now."""
    enabled = read("STANDFIRST_CACHE_ENABLED")
    ignored = list(read("STANDFIRST_CACHE_IGNORED_PARAMETERS"))
    shared = read("STANDFIRST_CACHE_SHARED")
    return Rules(
        is_on=not settings.DEBUG if enabled is None else bool(enabled),
        max_bytes=int(read("STANDFIRST_CACHE_BYTES")),
        entry_bytes=int(read("STANDFIRST_CACHE_ENTRY_BYTES")),
        seconds=float(read("STANDFIRST_CACHE_SECONDS")),
        shared=None if shared is None else str(shared),
        cookies=frozenset(
            {
                settings.SESSION_COOKIE_NAME,
                settings.LANGUAGE_COOKIE_NAME,
                "messages",  # django.contrib.messages, where it keeps them in a cookie
                *read("STANDFIRST_CACHE_BYPASS_COOKIES"),
            }
        ),
        headers=tuple(_as_in_meta(name) for name in read("STANDFIRST_CACHE_BYPASS_HEADERS")),
        known=frozenset({*parts.offered_parameters(), *read("STANDFIRST_CACHE_PARAMETERS")}),
        ignored=frozenset(name for name in ignored if not name.endswith("*")),
        ignored_beginnings=tuple(name[:-1] for name in ignored if name.endswith("*")),
        encodings=tuple(str(name).lower() for name in read("STANDFIRST_CACHE_ENCODINGS")),
        file_prefixes=tuple(
            prefix for prefix in (settings.STATIC_URL, settings.MEDIA_URL) if (prefix or "/").strip("/")
        ),
        negotiates_language="django.middleware.locale.LocaleMiddleware" in settings.MIDDLEWARE,
        tag_headers=tuple(read("STANDFIRST_CACHE_TAG_HEADERS")),
    )


def tag_backends() -> dict[str, dict[str, Any]]:
    """Return, by name, the settings of the caches that are purged by tag."""
    return dict(read("STANDFIRST_CACHE_TAG_BACKENDS"))


def purged_cache_seconds() -> int:
    return int(read("STANDFIRST_PURGED_CACHE_SECONDS"))


@receiver(setting_changed, dispatch_uid="standfirst.cache.conf")
def forget_rules(**kwargs: Any) -> None:
    """Read the settings anew, as after each change that a test makes."""
    rules.cache_clear()


def _as_in_meta(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
