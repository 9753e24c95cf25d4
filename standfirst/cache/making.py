"""Making an answer that may be kept: asking the site for it plainly, and noting what it is made of."""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.timezone import now

from standfirst.cache import tags
from standfirst.cache.conf import Rules
from standfirst.cache.cookies import WatchedCookies
from standfirst.cache.entries import ABOUT_CONTENT, CACHE_NAME, limit_shared_seconds
from standfirst.cache.noting import Noted, noting

GetResponse = Callable[[HttpRequest], HttpResponseBase]
_CONDITIONS: Final = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
_HIDDEN: Final = (*_CONDITIONS, "HTTP_COOKIE")
_ENCODING: Final = "HTTP_ACCEPT_ENCODING"


@dataclass(frozen=True, slots=True)
class Made:
    """A response, and what was noted while it was made."""

    response: HttpResponseBase
    noted: Noted
    tags: Mapping[str, None]
    cookies: WatchedCookies

    def complete(self, request: HttpRequest, rules: Rules, forwarded: str) -> HttpResponseBase:
        """Return the response with what all caches should know of it.

        ``forwarded`` says in terms of RFC 9211 why the store didn't answer. What is public is named, and kept
        by nobody beyond the moment at which it becomes another.
        """
        response = self.response
        response.headers["Cache-Status"] = f"{CACHE_NAME}; fwd={forwarded}"
        cache_control = response.get("Cache-Control", "")
        if "public" in cache_control:
            site = getattr(
                request, "_wagtail_site", None
            )  # where Wagtail keeps the site that it has looked up
            sites = [tags.make_tag("site", site.pk)] if site is not None else []
            about = [*sites, *self.tags, *tags.tag_parts(self.noted.parts)]
            for name, value in tags.make_headers(about, rules.tag_headers).items():
                response.headers[name] = value
            if self.noted.ends_at is not None:
                left = (self.noted.ends_at - now()).total_seconds()
                response.headers["Cache-Control"] = limit_shared_seconds(cache_control, left)
        return response


def make(get_response: GetResponse, request: HttpRequest) -> Made:
    """Have the site answer, and note what the answer is made of."""
    cookies = WatchedCookies(request.COOKIES)
    request.COOKIES = cookies
    with noting() as noted, tags.collecting() as about:
        response = get_response(request)
    return Made(response=response, noted=noted, tags=about, cookies=cookies)


@contextmanager
def asked_plainly(request: HttpRequest, encoding: str) -> Iterator[None]:
    """Have a request ask for all of an answer, in one encoding.

    Cookies are there as ``COOKIES`` alone, where it is seen who reads which.
    """
    _ = request.COOKIES  # Django reads them of the header when they are first asked for.
    before: dict[str, Any] = {
        name: request.META[name] for name in (*_HIDDEN, _ENCODING) if name in request.META
    }
    for name in _HIDDEN:
        request.META.pop(name, None)
    request.META[_ENCODING] = encoding
    try:
        yield
    finally:
        request.META.pop(_ENCODING, None)
        request.META.update(before)


def without_ignored(request: HttpRequest, query: str) -> HttpRequest:
    """Return a copy of a request that nobody has read yet, with another query string."""
    other = copy.copy(request)
    other.META = {**request.META, "QUERY_STRING": query}
    if hasattr(other, "environ"):
        other.environ = other.META
    return other


def check_conditions(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a response that isn't kept or, if the client has it, 304."""
    if response.status_code != 200 or not isinstance(response, HttpResponse) or "ETag" not in response:
        return response
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    if found is None or found.status_code != 304:
        return response
    for name, value in response.items():
        if name.lower() not in ABOUT_CONTENT:
            found.headers[name] = value
    return found
