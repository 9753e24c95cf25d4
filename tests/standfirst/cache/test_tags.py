"""The names of what an answer is about."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from standfirst.cache.noting import note
from standfirst.cache.tags import EVERYTHING, MANY, MAX_LENGTH, collecting, make_headers, make_tag, note_tag
from tests.standfirst.cache.origin import SmallSite, is_hit, page

BACKENDS = {
    "cdn": {"BACKEND": "standfirst.cache.backends.SurrogateKeyBackend", "URL": "https://cdn.example/"}
}


def view(request: HttpRequest) -> HttpResponse:
    request._wagtail_site = type("Site", (), {"pk": 3})()  # type: ignore[attr-defined]
    note_tag("page", 12)
    note_tag("page", 12)
    note("discussion", 7, 1)
    return page()


class TestAnswers:
    def test_are_named(self, small_site: SmallSite) -> None:
        small_site.view = view
        for _ in range(2):
            answer = small_site.get()
            assert answer["Surrogate-Key"] == "standfirst site:3 page:12 discussion:7"
            assert answer["Cache-Tag"] == "standfirst,site:3,page:12,discussion:7"
        not_modified = small_site.get(HTTP_IF_NONE_MATCH=answer["ETag"])
        assert (not_modified.status_code, not_modified["Cache-Tag"]) == (304, answer["Cache-Tag"])

    @pytest.mark.parametrize("meta", [{"QUERY_STRING": "unknown=1"}, {"HTTP_RANGE": "bytes=0-1"}])
    def test_are_named_where_they_are_not_kept_here(
        self, small_site: SmallSite, meta: dict[str, str]
    ) -> None:
        small_site.view = view
        answer = small_site.get(**meta)
        assert not is_hit(answer)
        assert "page:12" in answer["Cache-Tag"]

    def test_of_one_person_are_not(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: page(headers={"Cache-Control": "private, no-store"})
        assert not {"Cache-Tag", "Surrogate-Key"} & set(small_site.get().headers)

    def test_headers_are_those_of_the_setting(self, small_site: SmallSite, settings: Any) -> None:
        settings.STANDFIRST_CACHE_TAG_HEADERS = ["xkey"]
        small_site.view = view
        answer = small_site.get()
        assert answer["xkey"] == "standfirst site:3 page:12 discussion:7"
        assert "Cache-Tag" not in answer


class TestNames:
    @given(kind=st.text(max_size=8), key=st.text(max_size=8) | st.integers())
    def test_fit_into_a_header_or_are_refused(self, kind: str, key: Any) -> None:
        try:
            tag = make_tag(kind, key)
        except ValueError:
            return
        assert tag.isascii()
        assert not set(tag) & {" ", ",", "\r", "\n", "\t", "\0", "\x7f"}
        headers = make_headers([tag], ["Cache-Tag", "Surrogate-Key"])
        assert headers["Cache-Tag"].split(",")[-1] == headers["Surrogate-Key"].split(" ")[-1] == tag

    @given(tags=st.lists(st.integers(0, 10**9).map(lambda number: f"page:{number}")))
    def test_are_never_too_many(self, tags: list[str]) -> None:
        named = make_headers(["site:1", *tags], ["Surrogate-Key"])["Surrogate-Key"].split(" ")
        assert len(" ".join(named)) <= MAX_LENGTH
        assert named[0] == EVERYTHING
        assert "site:1" in named
        assert MANY in named or set(tags) <= set(named)

    def test_outside_an_answer_nothing_is_noted(self) -> None:
        note_tag("page", 1)
        with collecting() as tags:
            note_tag("page", 2)
        note_tag("page", 3)
        assert list(tags) == ["page:2"]


class TestForHowLong:
    """Caches keep for long what can be purged, and only that."""

    @pytest.fixture(autouse=True)
    def seconds(self, settings: Any) -> None:
        settings.STANDFIRST_SHARED_CACHE_SECONDS = 30
        settings.STANDFIRST_PURGED_CACHE_SECONDS = 5000

    def view(self, request: HttpRequest) -> HttpResponse:
        from standfirst.delivery.caching import let_caches_keep

        response = let_caches_keep(request, HttpResponse("Hello"))
        assert isinstance(response, HttpResponse)
        return response

    def test_short_where_nothing_is_purged(self, small_site: SmallSite) -> None:
        small_site.view = self.view
        assert "s-maxage=30," in small_site.get()["Cache-Control"]

    def test_long_where_it_is(self, small_site: SmallSite, settings: Any) -> None:
        settings.STANDFIRST_CACHE_TAG_BACKENDS = BACKENDS
        small_site.view = self.view
        assert "s-maxage=5000," in small_site.get()["Cache-Control"]

    def test_short_without_names(self, small_site: SmallSite, settings: Any, rf: Any) -> None:
        settings.STANDFIRST_CACHE_TAG_BACKENDS = BACKENDS
        assert "s-maxage=30," in self.view(rf.get("/"))["Cache-Control"]  # without the middleware
        settings.STANDFIRST_CACHE_TAG_HEADERS = []
        small_site.view = self.view
        assert "s-maxage=30," in small_site.get()["Cache-Control"]
