"""A small site behind the origin cache, whose versions and answers a test directs."""

import io
import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory

from standfirst.cache import middleware
from standfirst.cache.noting import PartKey
from standfirst.cache.versions import Version

PUBLIC = "public, max-age=0, s-maxage=60, stale-if-error=86400"
ETAG = '"one"'


class Versions:
    """Stands in for the versions in the database."""

    def __init__(self) -> None:
        self.content = 1
        self.parts: dict[PartKey, int] = {}
        self.can_be_trusted = True
        self.error: Exception | None = None
        self.reads = 0

    def read(self, parts: Collection[PartKey] = ()) -> Version | None:
        self.reads += 1
        if self.error is not None:
            raise self.error
        if not self.can_be_trusted:
            return None
        return Version(self.content, {part: self.parts.get(part, 0) for part in parts})


View = Callable[[HttpRequest], HttpResponseBase]


class SmallSite:
    """Counts how often its view answers. Tests replace ``view``."""

    def __init__(self) -> None:
        self.calls = 0
        self.view: View = page
        self.cache = middleware.OriginCacheMiddleware(self._answer)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        self.calls += 1
        return self.view(request)

    def get(self, address: str = "/", *, method: str = "GET", **meta: Any) -> HttpResponse:
        request = RequestFactory().generic(method, address, **meta)
        response = self.cache(request)
        assert isinstance(response, HttpResponse)
        return response

    def is_kept(self, address: str = "/", **meta: Any) -> bool:
        """Return whether the same request, made twice, is answered from memory the second time."""
        self.get(address, **meta)
        before = self.calls
        answer = self.get(address, **meta)
        assert (self.calls == before) == is_hit(answer)
        return is_hit(answer)


def page(
    request: HttpRequest | None = None,
    text: str = "Hello",
    *,
    etag: str = ETAG,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return what a page of the site that is the same for everybody answers."""
    usual = {"Cache-Control": PUBLIC, "ETag": etag, "Vary": "Accept-Encoding"}
    return HttpResponse(text, headers={**usual, **(headers or {})})


def is_hit(response: HttpResponseBase) -> bool:
    return status_of(response).startswith("standfirst; hit")


def status_of(response: HttpResponseBase) -> str:
    return str(response.headers.get("Cache-Status", ""))


def environ(path: str = "/", **further: Any) -> dict[str, Any]:
    """Return the WSGI environment of a plain GET."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        **further,
    }
