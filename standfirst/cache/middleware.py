"""The origin cache: gives an answer again while it is true, by one statement, before everything else."""

import time
from collections.abc import Iterable
from typing import Any, Final, cast

from django.core.signals import setting_changed
from django.db import Error as DatabaseError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import set_response_etag
from wagtail.models import Site

from standfirst.cache import conf, entries, purging, shared
from standfirst.cache.bypass import find_reason
from standfirst.cache.conf import Rules
from standfirst.cache.entries import CACHE_NAME, Entry
from standfirst.cache.keeping import find_hindrance
from standfirst.cache.keys import Asked, Key, find_varying, read_asked, vary_key
from standfirst.cache.making import (
    GetResponse,
    Made,
    asked_plainly,
    check_conditions,
    make,
    without_ignored,
)
from standfirst.cache.noting import PartKey
from standfirst.cache.store import Flight, Store, forget_in_children
from standfirst.cache.versions import Version, read_version
from standfirst.delivery.caching import let_caches_keep

# Under the key of an address: its answer, or the names of the headers that the answer depends on.
Kept = Entry | tuple[str, ...]

# For so long a request waits for the answer that another one makes, and so often if that is outdated by then.
WAIT_SECONDS: Final = 10
MAX_WAITS: Final = 2

store: Final[Store[Kept]] = Store(lambda: conf.rules().max_bytes)
forget_in_children(store)


@receiver(setting_changed, dispatch_uid="standfirst.cache.middleware")
def forget_everything(**kwargs: Any) -> None:
    """Forget what was made with other settings: only tests change them in a process that answers."""
    store.clear()


class PublicCacheMiddleware:
    """Let caches keep the pages that are the same for everybody.

    Place it outside the middleware of sessions, and inside what compresses.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return let_caches_keep(request, self.get_response(request))


class OriginCacheMiddleware:
    """Answers GET and HEAD from memory as long as nothing has changed that the answer was made of.

    Place it first. What it passes through is as it would be without it, but for ``Cache-Status``, which says
    why, and the names of what a public answer is about. Only answers that say ``public`` are kept.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._content: int | None = None

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        rules = conf.rules()
        if not rules.is_on or request.path.startswith(rules.file_prefixes):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            response = self.get_response(request)
            purging.purge_changed_content()
            return response
        reason = find_reason(request, rules) if rules.max_bytes and rules.seconds else "off"
        if reason is not None:
            return self._pass(request, rules, f"bypass; detail={reason}")
        asked = read_asked(request, rules)
        if asked is None:
            return self._pass(request, rules, "bypass; detail=host")
        if not asked.is_known:
            return self._pass(request, rules, "bypass; detail=parameters")
        return self._answer(request, rules, asked)

    def _pass(self, request: HttpRequest, rules: Rules, forwarded: str) -> HttpResponseBase:
        return make(self.get_response, request).complete(request, rules, forwarded)

    def _answer(self, request: HttpRequest, rules: Rules, asked: Asked) -> HttpResponseBase:
        """Answer from the store; else make the answer, or wait for the request that is making it."""
        waits, reason = 0, "uri-miss"
        while True:
            now = time.time()
            key, entry = _find(request, rules, asked)
            version = None
            if entry is not None and entry.is_fresh(now):
                version = self._read_version(entry.version.parts)
                if version is None:
                    return self._pass(request, rules, "bypass; detail=version")
                if version == entry.version:
                    if entry.cookies and not entry.cookies.isdisjoint(request.COOKIES):
                        return self._pass(request, rules, "bypass; detail=cookie")
                    status = f"{CACHE_NAME}; fwd={reason}; collapsed" if waits else entries.HIT
                    return entries.answer(request, entry, now, status=status)
            if entry is not None and not waits:
                reason = "stale"
            if request.method == "HEAD":
                return self._pass(request, rules, reason)
            if store.is_unkept(asked.key, now):
                return self._pass(request, rules, f"{reason}; detail=unkept")
            flight, is_own = store.join(key)
            if is_own:
                try:
                    return self._make(request, rules, asked, reason, version=version, flight=flight)
                finally:
                    store.land(flight)
            waits += 1
            if waits > MAX_WAITS or not flight.wait(WAIT_SECONDS):
                return self._make(request, rules, asked, reason)

    def _make(
        self,
        request: HttpRequest,
        rules: Rules,
        asked: Asked,
        reason: str,
        *,
        version: Version | None = None,
        flight: Flight[Kept] | None = None,
    ) -> HttpResponseBase:
        """Make the answer and keep it. Its version is read first: it is never newer than the answer."""
        version = version or self._read_version()
        if version is None:
            return self._pass(request, rules, "bypass; detail=version")
        read_at = time.time()
        if rules.shared is not None:
            entry = self._fetch(rules.shared, request, rules, asked, version, flight)
            if entry is not None:
                return entries.answer(request, entry, read_at, status=f"{entries.HIT}; detail=shared")
        plain = without_ignored(request, asked.query) if asked.is_stripped else request
        with asked_plainly(plain, asked.encoding):
            made = make(self.get_response, plain)
        if version.content != self._content:
            # Another request has seen a newer version and had them forgotten, and this one may have read them
            # before that.
            Site.clear_site_root_paths_cache()
        response = made.response
        if asked.is_stripped and response.status_code != 200:
            # A redirect or an error may depend on what was left out.
            if response.streaming:
                response.close()
            return self._pass(request, rules, f"{reason}; detail=status")
        hindrance = find_hindrance(plain, response, made.cookies, rules)
        if hindrance is not None:
            # Somebody's cookies may be why, and others have none.
            if hindrance.is_lasting and not made.cookies.is_any():
                store.note_unkept(asked.key, read_at + rules.seconds)
            made.complete(plain, rules, f"{reason}; detail={hindrance.reason}")
            return check_conditions(request, response)
        made.complete(plain, rules, f"{reason}; stored")
        entry = _make_entry(made, rules, version, read_at)
        kept = _keep(request, rules, asked, entry, response.get("Vary", ""))
        if flight is not None and kept:
            flight.value = entry
        status = response["Cache-Status"] if kept else response["Cache-Status"].removesuffix("; stored")
        if any(name in request.META for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")):
            return entries.answer(request, entry, time.time(), status=status)
        for name, value in entry.headers_at(time.time(), status=status).values():
            response.headers[name] = value
        return response

    def _fetch(
        self,
        alias: str,
        request: HttpRequest,
        rules: Rules,
        asked: Asked,
        version: Version,
        flight: Flight[Kept] | None,
    ) -> Entry | None:
        """Return what another process made, if it is still true, and keep it here."""
        key, kept = asked.key, shared.fetch(alias, asked.key)
        if isinstance(kept, tuple):
            store.keep(key, kept, entries.measure_key(key) + entries.measure_key(kept))
            key = vary_key(key, kept, request, rules)
            kept = shared.fetch(alias, key)
        if not isinstance(kept, Entry) or kept.version.content != version.content:
            return None
        if not kept.is_fresh(time.time()) or not kept.cookies.isdisjoint(request.COOKIES):
            return None
        if kept.version.parts and self._read_version(kept.version.parts) != kept.version:
            return None
        if store.keep(key, kept, kept.size + entries.measure_key(key)) and flight is not None:
            flight.value = kept
        return kept

    def _read_version(self, parts: Iterable[PartKey] = ()) -> Version | None:
        """Return the version as of now, None if it can't be told, be it that the database doesn't answer."""
        try:
            version = read_version(tuple(parts))
        except DatabaseError:
            return None
        if version is not None and version.content != self._content:
            self._content = version.content
            # Wagtail keeps them in each process for an hour, and tells no other process of a change.
            Site.clear_site_root_paths_cache()
            store.forget_unkept()
        return version


def _find(request: HttpRequest, rules: Rules, asked: Asked) -> tuple[Key, Entry | None]:
    """Return the key of an answer and, if it is kept, the answer."""
    key, kept = asked.key, store.find(asked.key)
    if isinstance(kept, tuple):
        key = vary_key(key, kept, request, rules)
        kept = store.find(key)
    return key, kept if isinstance(kept, Entry) else None


def _make_entry(made: Made, rules: Rules, version: Version, read_at: float) -> Entry:
    response = cast("HttpResponse", made.response)
    if "ETag" not in response:
        set_response_etag(response)
    return entries.make_entry(
        response,
        version=Version(version.content, dict(made.noted.parts)),
        read_at=read_at,
        ends_at=made.noted.ends_at,
        seconds=rules.seconds,
        cookies=(made.cookies.sought or set()) - rules.cookies,
    )


def _keep(request: HttpRequest, rules: Rules, asked: Asked, entry: Entry, vary: str) -> bool:
    """Keep an entry under its key; return whether there was room for it."""
    key = asked.key
    names = find_varying(vary) or ()
    if names:
        store.keep(key, names, entries.measure_key(key) + entries.measure_key(names))
        if rules.shared is not None:
            shared.offer(rules.shared, key, names, seconds=rules.seconds)
        key = vary_key(key, names, request, rules)
    if rules.shared is not None:
        shared.offer(rules.shared, key, entry, seconds=rules.seconds)
    return store.keep(key, entry, entry.size + entries.measure_key(key))
