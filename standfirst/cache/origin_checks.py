"""System checks of the origin cache and of what is purged."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from standfirst.cache import conf
from standfirst.cache.backends import load_backend
from standfirst.cache.tags import make_tag

ORIGIN_CACHE = "standfirst.cache.middleware.OriginCacheMiddleware"
PUBLIC_CACHE = "standfirst.cache.middleware.PublicCacheMiddleware"
_SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
# The setting, and the least that it may be.
_NUMBERS = {
    "STANDFIRST_CACHE_BYTES": 0,
    "STANDFIRST_CACHE_ENTRY_BYTES": 0,
    "STANDFIRST_CACHE_SECONDS": 0,
    "STANDFIRST_PURGED_CACHE_SECONDS": 0,
}
_LISTS = (
    "STANDFIRST_CACHE_BYPASS_COOKIES",
    "STANDFIRST_CACHE_BYPASS_HEADERS",
    "STANDFIRST_CACHE_PARAMETERS",
    "STANDFIRST_CACHE_IGNORED_PARAMETERS",
    "STANDFIRST_CACHE_ENCODINGS",
    "STANDFIRST_CACHE_TAG_HEADERS",
)


@checks.register("standfirst")
def check_cache_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report settings of the cache that can't be used."""
    return [
        Error(f"{name} is {conf.read(name)!r}.", hint=hint, id="standfirst.E030")
        for name, hint in _find_unusable()
    ]


@checks.register("standfirst")
def check_tag_backends(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report caches that can't be purged as they are configured. No option is repeated: some are keys."""
    backends = conf.read("STANDFIRST_CACHE_TAG_BACKENDS")
    if not isinstance(backends, dict):
        return [
            Error(
                "STANDFIRST_CACHE_TAG_BACKENDS is no dictionary.",
                hint="Set it to a dictionary that has, by a name, the options of each cache.",
                id="standfirst.E031",
            )
        ]
    messages: list[CheckMessage] = []
    for name in backends:
        try:
            load_backend(name)
        except (ImportError, ImproperlyConfigured, TypeError, ValueError) as error:
            messages.append(
                Error(
                    f"The cache “{name}” in STANDFIRST_CACHE_TAG_BACKENDS can't be purged: {error}",
                    hint="Give BACKEND, the dotted path of its class, and the options that this asks for.",
                    id="standfirst.E031",
                )
            )
    if backends and ORIGIN_CACHE not in settings.MIDDLEWARE:
        messages.append(
            checks.Warning(
                "STANDFIRST_CACHE_TAG_BACKENDS is set, but no answer carries the names by which it purges.",
                hint=f"Put “{ORIGIN_CACHE}” first into MIDDLEWARE.",
                id="standfirst.W031",
            )
        )
    return messages


@checks.register("standfirst")
def check_middleware(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report an order of the middleware in which the cache costs more than it saves, or keeps too little."""
    middleware = list(settings.MIDDLEWARE)
    messages: list[CheckMessage] = []
    if ORIGIN_CACHE in middleware and middleware[0] != ORIGIN_CACHE:
        messages.append(
            checks.Warning(
                f"{ORIGIN_CACHE} is not the first in MIDDLEWARE.",
                hint="Put it first: what stands before it runs for answers that are kept, too, and what it "
                "does to them is done again each time.",
                id="standfirst.W030",
            )
        )
    order = [name for name in middleware if name in {PUBLIC_CACHE, _SESSIONS}]
    if order == [_SESSIONS, PUBLIC_CACHE]:
        messages.append(
            Error(
                f"{PUBLIC_CACHE} comes after {_SESSIONS} in MIDDLEWARE.",
                hint="Put it before: it must see whether the session was read, or pages of one person would "
                "be kept for all.",
                id="standfirst.E032",
            )
        )
    return messages


def _find_unusable() -> Iterator[tuple[str, str]]:
    for name, least in _NUMBERS.items():
        value = conf.read(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            yield name, f"Set it to a whole number of at least {least}."
    for name in _LISTS:
        value = conf.read(name)
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) and item for item in value):
            yield name, "Set it to a list of names."
        elif name == "STANDFIRST_CACHE_TAG_HEADERS" and not all(map(_is_name, value)):
            yield name, "Set it to a list of names of headers."
    if conf.read("STANDFIRST_CACHE_ENABLED") not in (None, True, False):
        yield "STANDFIRST_CACHE_ENABLED", "Set it to True, False or None."
    shared = conf.read("STANDFIRST_CACHE_SHARED")
    if shared is not None and shared not in settings.CACHES:
        yield "STANDFIRST_CACHE_SHARED", "Set it to the name of a cache in CACHES, or to None."


def _is_name(text: str) -> bool:
    try:
        return make_tag(text) == text and ":" not in text
    except ValueError:
        return False
