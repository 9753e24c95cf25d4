"""Whatever is asked in whatever order: an answer is what the site would say now."""

from typing import Any
from unittest.mock import patch

from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from standfirst.cache import middleware
from standfirst.cache.noting import note
from tests.standfirst.cache.origin import SmallSite, Versions, is_hit, page

PART = ("discussion", 7)
PATHS = st.sampled_from(["/", "/?q=1", "/?q=2", "/other/", "/?utm_source=a", "/?q=1&utm_source=b", "/?x=1"])
METHODS = st.sampled_from(["GET", "GET", "GET", "HEAD"])
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_COOKIE": st.sampled_from(["_ga=1", "author=Ada", "author=Bob; _ga=2", "sessionid=s"]),
        "HTTP_ACCEPT_ENCODING": st.sampled_from(["gzip", "br", "gzip;q=0"]),
        "HTTP_ACCEPT": st.sampled_from(["a", "b"]),
        "HTTP_AUTHORIZATION": st.just("Bearer x"),
        "HTTP_HOST": st.sampled_from(["localhost", "127.0.0.1"]),
    },
)


class NeverStale(RuleBasedStateMachine):
    """The site's view says all that it depends on, so each answer shows whether it is the right one."""

    @initialize()
    def begin(self) -> None:
        self.versions = Versions()
        self.patches: list[Any] = [
            patch.object(middleware, "read_version", self.versions.read),
            override_settings(STANDFIRST_CACHE_PARAMETERS=["q"], STANDFIRST_CACHE_BYTES=6_000),
        ]
        for each in self.patches:
            each.__enter__()
        self.site = SmallSite()
        self.site.view = self.view
        self.now = 1_000_000.0
        self.etags: set[str] = set()

    def teardown(self) -> None:
        for each in reversed(getattr(self, "patches", [])):
            each.__exit__(None, None, None)
        middleware.store.clear()

    def view(self, request: HttpRequest) -> HttpResponse:
        note(*PART, self.versions.parts.get(PART, 0))
        text = self.expected(
            path=request.path,
            q=request.GET.get("q", ""),
            host=request.get_host(),
            accept=request.META.get("HTTP_ACCEPT", ""),
            author=request.COOKIES.get("author", "") if request.path == "/" else "",
            person=request.COOKIES.get("sessionid", "") or request.META.get("HTTP_AUTHORIZATION", ""),
        )
        cache_control = {"Cache-Control": "private, no-store"} if "person=''" not in text else {}
        return page(text=text, etag=f'"{text}"', headers={"Vary": "Accept", **cache_control})

    def expected(self, **seen: str) -> str:
        return f"{self.versions.content} {self.versions.parts.get(PART, 0)} " + " ".join(
            f"{name}={value!r}" for name, value in seen.items()
        )

    @rule(address=PATHS, method=METHODS, meta=HEADERS, is_conditional=st.booleans())
    def ask(self, address: str, method: str, meta: dict[str, str], is_conditional: bool) -> None:
        cookies = dict(piece.split("=") for piece in meta.get("HTTP_COOKIE", "").split("; ") if piece)
        path = address.partition("?")[0]
        text = self.expected(
            path=path,
            q=address.partition("q=")[2][:1],
            host=meta.get("HTTP_HOST", "testserver"),
            accept=meta.get("HTTP_ACCEPT", ""),
            author=cookies.get("author", "") if path == "/" else "",
            person=cookies.get("sessionid", "") or meta.get("HTTP_AUTHORIZATION", ""),
        )
        if is_conditional and self.etags:
            meta = {**meta, "HTTP_IF_NONE_MATCH": ", ".join(sorted(self.etags))}
        answer = self.site.get(address, method=method, **meta)
        if answer.status_code == 304:
            assert answer["ETag"] == f'"{text}"' in self.etags
            return
        assert answer["ETag"] == f'"{text}"'
        if method == "GET":
            assert answer.content.decode() == text
            self.etags.add(answer["ETag"])
        if is_hit(answer):
            assert "person=''" in text
            assert "author=''" in text

    @rule()
    def change_content(self) -> None:
        self.versions.content += 1

    @rule()
    def change_part(self) -> None:
        self.versions.parts[PART] = self.versions.parts.get(PART, 0) + 1

    @rule(can_be_trusted=st.booleans())
    def lose_versions(self, can_be_trusted: bool) -> None:
        self.versions.can_be_trusted = can_be_trusted

    @invariant()
    def bounded(self) -> None:
        assert middleware.store.bytes <= 64 * 1024 * 1024


TestNeverStale = NeverStale.TestCase
