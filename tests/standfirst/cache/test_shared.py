"""The second level: processes share what they have made."""

from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest, HttpResponse

from standfirst.cache import middleware
from standfirst.cache.noting import note
from tests.standfirst.cache.origin import SmallSite, Versions, is_hit, page, status_of


@pytest.fixture(autouse=True)
def answers(settings: Any) -> Any:
    """Return the cache in which the processes share what they have made."""
    settings.CACHES = {
        **settings.CACHES,
        "answers": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "answers"},
    }
    settings.STANDFIRST_CACHE_SHARED = "answers"
    caches["answers"].clear()
    return caches["answers"]


def become_another_process() -> None:
    middleware.store.clear()


def test_another_process_need_not_make_it(small_site: SmallSite) -> None:
    first = small_site.get()
    become_another_process()
    second = small_site.get()
    assert status_of(second) == "standfirst; hit; detail=shared"
    assert (second.content, second["ETag"]) == (first.content, first["ETag"])
    assert status_of(small_site.get()) == "standfirst; hit"
    assert small_site.calls == 1


def test_it_answers_conditions_as_well(small_site: SmallSite) -> None:
    etag = small_site.get()["ETag"]
    become_another_process()
    assert small_site.get(HTTP_IF_NONE_MATCH=etag).status_code == 304


def test_what_is_outdated_is_made_anew(small_site: SmallSite, versions: Versions) -> None:
    small_site.get()
    become_another_process()
    versions.content = 2
    assert not is_hit(small_site.get())


def test_parts_count(small_site: SmallSite, versions: Versions) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        note("discussion", 7, versions.parts.get(("discussion", 7), 0))
        return page()

    small_site.view = view
    small_site.get()
    become_another_process()
    assert is_hit(small_site.get())
    become_another_process()
    versions.parts["discussion", 7] = 1
    assert not is_hit(small_site.get())


def test_what_varies_is_told_apart(small_site: SmallSite) -> None:
    small_site.view = lambda request: page(text=request.META["HTTP_ACCEPT"], headers={"Vary": "Accept"})
    for accept in ("a", "b"):
        small_site.get(HTTP_ACCEPT=accept)
    for accept in ("b", "a"):
        become_another_process()
        answer = small_site.get(HTTP_ACCEPT=accept)
        assert (is_hit(answer), answer.content) == (True, accept.encode())


def test_a_cookie_that_counts_goes_past_it(small_site: SmallSite) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return page(text=request.COOKIES.get("author", "nobody"))

    small_site.view = view
    small_site.get()
    become_another_process()
    assert small_site.get(HTTP_COOKIE="author=Ada").content == b"Ada"


@pytest.mark.parametrize("method", ["get", "set"])
def test_a_cache_that_fails_costs_a_line_in_the_log(
    small_site: SmallSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(LocMemCache, method, fail)
    assert small_site.get().content == b"Hello"
    assert "shared cache answers" in caplog.text


def test_what_is_no_entry_of_ours_is_passed_over(small_site: SmallSite, answers: Any) -> None:
    small_site.get()
    for key in list(answers._cache):
        name = key.split(":", 2)[2]
        answers.set(name, b"not pickled")
    become_another_process()
    assert small_site.get().content == b"Hello"
    assert small_site.calls == 2
