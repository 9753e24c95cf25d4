"""The origin cache gives an answer again exactly as long as it is true."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.test import RequestFactory
from django.utils.http import http_date, parse_http_date

from standfirst.cache import middleware
from standfirst.cache.noting import note, note_end
from standfirst.delivery.caching import let_caches_keep
from tests.standfirst.cache.origin import ETAG, PUBLIC, SmallSite, Versions, is_hit, page, status_of

DISCUSSION = ("discussion", 7)


class Clock:
    """The time that the cache sees."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.25

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a clock that a test sets."""
    clock = Clock()
    monkeypatch.setattr(middleware.time, "time", clock.time)
    monkeypatch.setattr("standfirst.cache.making.now", lambda: datetime.fromtimestamp(clock.now, UTC))
    return clock


class TestVersion:
    def test_the_same_answer_again(self, small_site: SmallSite, versions: Versions) -> None:
        first, second = small_site.get(), small_site.get()
        assert status_of(first) == "standfirst; fwd=uri-miss; stored"
        assert status_of(second) == "standfirst; hit"
        assert (first.content, first.status_code) == (second.content, second.status_code)
        ours = {"Cache-Status", "Last-Modified"}
        assert {k: v for k, v in first.items() if k not in ours} == {
            k: v for k, v in second.items() if k not in ours
        }
        assert small_site.calls == 1
        assert versions.reads == 2

    def test_made_anew_once_the_content_has_changed(self, small_site: SmallSite, versions: Versions) -> None:
        small_site.get()
        versions.content = 2
        assert status_of(small_site.get()) == "standfirst; fwd=stale; stored"
        assert is_hit(small_site.get())

    def test_made_anew_once_a_part_has_changed(self, small_site: SmallSite, versions: Versions) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            note(*DISCUSSION, versions.parts.get(DISCUSSION, 0))
            return page()

        small_site.view = view
        small_site.get()
        assert is_hit(small_site.get())
        versions.parts[DISCUSSION] = 1
        assert not is_hit(small_site.get())
        assert is_hit(small_site.get())
        versions.parts[("discussion", 8)] = 1  # another one
        assert is_hit(small_site.get())

    def test_what_changes_while_it_is_made_is_not_taken_for_new(
        self, small_site: SmallSite, versions: Versions
    ) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            response = page(text=f"content {versions.content}")
            versions.content += 1  # committed after the view has read
            return response

        small_site.view = view
        small_site.get()
        small_site.view = page
        assert small_site.get().content == b"Hello"

    def test_without_versions_nothing_is_kept(self, small_site: SmallSite, versions: Versions) -> None:
        versions.can_be_trusted = False
        for _ in range(2):
            answer = small_site.get()
            assert answer.content == b"Hello"
            assert status_of(answer) == "standfirst; fwd=bypass; detail=version"
        assert len(middleware.store) == 0

    def test_versions_that_are_lost_later_end_what_was_kept(
        self, small_site: SmallSite, versions: Versions
    ) -> None:
        small_site.get()
        versions.can_be_trusted = False
        assert not is_hit(small_site.get())

    def test_a_database_that_is_away_is_left_to_the_view(
        self, small_site: SmallSite, versions: Versions
    ) -> None:
        small_site.get()
        versions.error = OperationalError("gone")
        small_site.view = lambda request: HttpResponse("Try again", status=503)
        assert small_site.get().status_code == 503

    def test_addresses_of_sites_are_read_anew_after_a_change(
        self, small_site: SmallSite, versions: Versions
    ) -> None:
        small_site.get()
        cache.set("wagtail_site_root_paths", ["old"], version=2)
        small_site.get()
        assert cache.get("wagtail_site_root_paths", version=2) == ["old"]
        versions.content = 2
        small_site.view = lambda request: page(
            text=str(cache.get("wagtail_site_root_paths", "none", version=2))
        )
        assert small_site.get().content == b"none"


class TestTime:
    def test_ends_after_the_seconds_of_the_setting(
        self, small_site: SmallSite, clock: Clock, settings: Any
    ) -> None:
        settings.STANDFIRST_CACHE_SECONDS = 20
        small_site.get()
        clock.now += 19.9
        assert is_hit(small_site.get())
        clock.now += 0.2
        assert status_of(small_site.get()) == "standfirst; fwd=stale; stored"
        assert is_hit(small_site.get())

    def test_a_clock_that_is_set_back_makes_nothing_last(self, small_site: SmallSite, clock: Clock) -> None:
        small_site.get()
        clock.now -= 3600
        assert not is_hit(small_site.get())

    def test_ends_when_time_itself_changes_the_answer(self, small_site: SmallSite, clock: Clock) -> None:
        moment = datetime.fromtimestamp(clock.now, UTC) + timedelta(seconds=10)

        def view(request: HttpRequest) -> HttpResponse:
            note_end(moment)
            note_end(moment + timedelta(seconds=5))
            return page()

        small_site.view = view
        assert "s-maxage=10," in small_site.get()["Cache-Control"]
        clock.now += 4.5
        second = small_site.get()
        assert is_hit(second)
        assert "s-maxage=5," in second["Cache-Control"]
        clock.now += 5.6
        assert not is_hit(small_site.get())

    def test_a_time_that_has_come_already_keeps_nothing_back(
        self, small_site: SmallSite, clock: Clock
    ) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            note_end(datetime.fromtimestamp(clock.now - 5, UTC))
            return page()

        small_site.view = view
        assert "s-maxage=0," in small_site.get()["Cache-Control"]
        assert not is_hit(small_site.get())


class TestConditions:
    @pytest.mark.parametrize("sent", [ETAG, f"W/{ETAG}", f'"other", {ETAG}', "*"])
    @pytest.mark.parametrize("is_warm", [False, True])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_not_modified(self, small_site: SmallSite, sent: str, is_warm: bool, method: str) -> None:
        if is_warm or method == "HEAD":
            small_site.get()
        answer = small_site.get(method=method, HTTP_IF_NONE_MATCH=sent)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == ETAG
        assert answer["Cache-Control"] == PUBLIC
        assert answer["Vary"] == "Accept-Encoding"
        assert not {"Content-Type", "Content-Length"} & set(answer.headers)

    def test_a_304_is_as_permitted_to_other_origins_as_the_answer(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: page(headers={"Access-Control-Allow-Origin": "*"})
        small_site.get()
        assert small_site.get(HTTP_IF_NONE_MATCH=ETAG)["Access-Control-Allow-Origin"] == "*"

    def test_a_conditional_first_request_fills_the_store_for_others(self, small_site: SmallSite) -> None:
        small_site.get(HTTP_IF_NONE_MATCH=ETAG)
        answer = small_site.get()
        assert (is_hit(answer), answer.content) == (True, b"Hello")

    def test_an_answer_that_is_not_kept_knows_conditions_too(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: page(headers={"Cache-Control": "private"})
        assert small_site.get(HTTP_IF_NONE_MATCH=ETAG).status_code == 304
        assert small_site.get(HTTP_IF_NONE_MATCH='"other"').status_code == 200

    def test_a_304_of_what_is_not_kept_has_the_answers_headers(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: page(
            headers={"Cache-Control": "private", "X-Frame-Options": "DENY"}
        )
        answer = small_site.get(HTTP_IF_NONE_MATCH=ETAG)
        assert (answer.status_code, answer["X-Frame-Options"]) == (304, "DENY")
        assert "Content-Type" not in answer

    @pytest.mark.parametrize("sent", ['"other"', "nonsense", ""])
    def test_modified(self, small_site: SmallSite, sent: str) -> None:
        small_site.get()
        assert small_site.get(HTTP_IF_NONE_MATCH=sent).status_code == 200

    def test_dates_count_without_a_tag_only(self, small_site: SmallSite, clock: Clock) -> None:
        small_site.get()
        later = http_date(clock.now + 100)
        assert small_site.get(HTTP_IF_MODIFIED_SINCE=later).status_code == 304
        assert small_site.get(HTTP_IF_MODIFIED_SINCE=later, HTTP_IF_NONE_MATCH='"other"').status_code == 200

    @pytest.mark.parametrize("name", ["HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE"])
    def test_other_conditions_are_the_views(self, small_site: SmallSite, name: str) -> None:
        small_site.get()
        assert status_of(small_site.get(**{name: "x"})) == "standfirst; fwd=bypass; detail=request"


class TestLastModified:
    def test_is_never_later_than_the_answer(self, small_site: SmallSite, clock: Clock) -> None:
        for _ in range(8):
            assert parse_http_date(small_site.get()["Last-Modified"]) <= clock.now
            clock.now += 0.3

    def test_of_what_was_sent_in_the_second_of_a_change_nothing_is_believed(
        self, small_site: SmallSite, versions: Versions, clock: Clock
    ) -> None:
        """Two answers of one second may have the same date: whoever has the first must get the second."""
        old = small_site.get()["Last-Modified"]
        versions.content = 2
        clock.now += 0.1
        new = small_site.get(HTTP_IF_MODIFIED_SINCE=old)
        assert new.status_code == 200

    def test_what_was_given_later_is_told_from_what_changed_after_it(
        self, small_site: SmallSite, versions: Versions, clock: Clock
    ) -> None:
        small_site.get()
        clock.now += 1
        date = small_site.get()["Last-Modified"]
        assert small_site.get(HTTP_IF_MODIFIED_SINCE=date).status_code == 304
        versions.content = 2  # within the same second
        assert small_site.get(HTTP_IF_MODIFIED_SINCE=date).status_code == 200
        clock.now += 1
        newer = small_site.get()["Last-Modified"]
        assert parse_http_date(newer) > parse_http_date(date)


class TestHead:
    def test_is_answered_from_get(self, small_site: SmallSite) -> None:
        get = small_site.get()
        head = small_site.get(method="HEAD")
        assert (is_hit(head), head.content, head["Content-Length"]) == (True, b"", "5")
        assert head["ETag"] == get["ETag"]

    def test_fills_nothing(self, small_site: SmallSite) -> None:
        small_site.get(method="HEAD")
        assert len(middleware.store) == 0

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    def test_other_methods_pass(self, small_site: SmallSite, method: str) -> None:
        small_site.get()
        assert status_of(small_site.get(method=method)) == ""
        assert small_site.calls == 2


class TestWhoIsPassedThrough:
    @pytest.mark.parametrize(
        "meta",
        [
            {"HTTP_AUTHORIZATION": "Bearer x"},
            {"HTTP_X_API_KEY": "x"},
            {"HTTP_X_AUTH_TOKEN": "x"},
            {"HTTP_COOKIE": "sessionid=x"},
            {"HTTP_COOKIE": "_ga=1; sessionid=x"},
            {"HTTP_COOKIE": "messages=x"},
            {"HTTP_COOKIE": "django_language=de"},
            {"HTTP_COOKIE": "basket=1"},
            {"HTTP_X_EDITION": "1"},
            {"CONTENT_LENGTH": "4"},
        ],
    )
    def test_bypass(self, small_site: SmallSite, settings: Any, meta: dict[str, str]) -> None:
        settings.STANDFIRST_CACHE_BYPASS_COOKIES = ["basket"]
        settings.STANDFIRST_CACHE_BYPASS_HEADERS = [
            *["Authorization", "X-API-Key", "X-Auth-Token"],
            "X-Edition",
        ]
        small_site.get()
        assert status_of(small_site.get(**meta)).startswith("standfirst; fwd=bypass; detail=")
        small_site.view = lambda request: page(text="one person's")
        small_site.get("/other/", **meta)
        small_site.view = page
        assert small_site.get("/other/").content == b"Hello"

    @pytest.mark.parametrize("cookie", ["_ga=GA1.2.3", "csrftoken=abc", "anything=else; _gid=2", "=; ;"])
    def test_strangers_cookies_change_nothing(self, small_site: SmallSite, cookie: str) -> None:
        assert small_site.is_kept(HTTP_COOKIE=cookie)
        assert is_hit(small_site.get())

    def test_what_one_visitors_cookies_cause_is_no_reason_for_others(self, small_site: SmallSite) -> None:
        """Such as a broken csrftoken, for which Django sets another."""

        def view(request: HttpRequest) -> HttpResponse:
            response = page()
            if request.COOKIES.get("csrftoken"):
                response.set_cookie("csrftoken", "another")
            return response

        small_site.view = view
        assert "set-cookie" in status_of(small_site.get(HTTP_COOKIE="csrftoken=broken"))
        assert small_site.is_kept()

    @pytest.mark.parametrize(
        "read",
        [
            lambda request: request.COOKIES.setdefault("theme", "light"),
            lambda request: request.COOKIES == {},
            lambda request: repr(request.COOKIES),
            lambda request: str(request.COOKIES),
            lambda request: {} | request.COOKIES,
            lambda request: request.COOKIES | {},
            lambda request: list(reversed(request.COOKIES)),
            lambda request: request.COOKIES.popitem() if dict(request.COOKIES) else None,
            lambda request: request.headers.get("Cookie"),
            lambda request: request.META.get("HTTP_COOKIE"),
        ],
    )
    def test_however_a_view_reads_a_cookie(self, small_site: SmallSite, read: Any) -> None:
        small_site.view = lambda request: page(text=str(read(request)))
        small_site.get(HTTP_COOKIE="theme=a-secret")
        assert b"a-secret" not in small_site.get().content

    def test_sites_on_two_ports_of_one_host(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: page(text=request.get_port())
        ports = ("8001", "8002")
        answers = [small_site.get(SERVER_PORT=port, HTTP_HOST="testserver") for port in ports]
        assert [answer.content.decode() for answer in answers] == list(ports)

    def test_off(self, small_site: SmallSite, settings: Any) -> None:
        settings.STANDFIRST_CACHE_ENABLED = False
        assert status_of(small_site.get()) == ""
        assert len(middleware.store) == 0

    @pytest.mark.parametrize(("debug", "is_kept"), [(True, False), (False, True)])
    def test_debugging_keeps_nothing_unless_told_to(
        self, small_site: SmallSite, settings: Any, debug: bool, is_kept: bool
    ) -> None:
        settings.DEBUG = debug
        assert small_site.is_kept() is is_kept
        settings.STANDFIRST_CACHE_ENABLED = True
        assert small_site.is_kept()

    def test_files_cost_nothing(self, small_site: SmallSite, versions: Versions) -> None:
        small_site.get("/static/site.css")
        small_site.get("/media/images/a.png")
        assert versions.reads == 0


class TestCookiesThatAViewReads:
    def view(self, request: HttpRequest) -> HttpResponse:
        name = request.COOKIES.get("author")
        return page(text=f"Hello {name}" if name else "Hello")

    def test_one_that_is_there_makes_the_answer_one_persons(self, small_site: SmallSite) -> None:
        small_site.view = self.view
        assert small_site.get(HTTP_COOKIE="author=Ada").content == b"Hello Ada"
        assert small_site.get().content == b"Hello"

    def test_no_other_cache_is_told_that_it_is_everybodys(self, small_site: SmallSite) -> None:
        def view(request: HttpRequest) -> HttpResponseBase:
            return let_caches_keep(request, HttpResponse(request.COOKIES.get("author", "nobody")))

        small_site.view = view
        for address in ("/", "/?unknown=1"):
            personal = small_site.get(address, HTTP_COOKIE="author=Ada")
            assert personal["Cache-Control"] == "private, no-store"
            assert small_site.get(address, HTTP_COOKIE="_ga=1")["Cache-Control"] == PUBLIC

    def test_one_that_is_not_there_is_looked_for_later(self, small_site: SmallSite) -> None:
        small_site.view = self.view
        small_site.get()
        answer = small_site.get(HTTP_COOKIE="author=Ada")
        assert answer.content == b"Hello Ada"
        assert status_of(answer) == "standfirst; fwd=bypass; detail=cookie"
        assert is_hit(small_site.get(HTTP_COOKIE="_ga=1"))

    @pytest.mark.parametrize(
        "read", [dict, list, len, lambda c: "author" in c, lambda c: c["author"], lambda c: c.copy()]
    )
    def test_however_they_are_read(self, small_site: SmallSite, read: Any) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            try:
                found = read(request.COOKIES)
            except KeyError:
                found = None
            return page(text=repr(found))

        small_site.view = view
        first = small_site.get().content
        second = small_site.get(HTTP_COOKIE="author=Ada").content
        assert first != second
        assert small_site.get().content == first


class TestWhatIsNotKept:
    @pytest.mark.parametrize("status", [201, 204, 301, 302, 404, 410, 500, 503])
    def test_other_statuses(self, small_site: SmallSite, status: int) -> None:
        small_site.view = lambda request: HttpResponse(b"", status=status, headers={"Cache-Control": PUBLIC})
        assert not small_site.is_kept()

    @pytest.mark.parametrize(
        "headers",
        [
            {"Cache-Control": "private, no-store"},
            {"Cache-Control": "public, no-cache"},
            {"Cache-Control": ""},
            {"Cache-Control": "max-age=60"},
            {"Vary": "Cookie"},
            {"Vary": "Accept-Encoding, cookie"},
            {"Vary": "*"},
            {"Vary": "Authorization"},
            {"Set-Cookie": "a=b"},
            {"Access-Control-Allow-Origin": "https://one.example"},
            {"Content-Security-Policy": "script-src 'nonce-abc'"},
        ],
    )
    def test_headers(self, small_site: SmallSite, headers: dict[str, str]) -> None:
        small_site.view = lambda request: page(headers=headers)
        assert not small_site.is_kept()
        assert small_site.get().content == b"Hello"

    def test_cookies(self, small_site: SmallSite) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            response = page()
            response.set_cookie("a", "b")
            return response

        small_site.view = view
        assert not small_site.is_kept()

    def test_a_session_that_was_read(self, small_site: SmallSite) -> None:
        class Session:
            accessed = True

        def view(request: HttpRequest) -> HttpResponse:
            request.session = Session()  # type: ignore[assignment]
            return page()

        small_site.view = view
        assert not small_site.is_kept()

    def test_what_is_streamed(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: StreamingHttpResponse([b"a"], headers={"Cache-Control": PUBLIC})
        response = small_site.cache(RequestFactory().get("/"))
        assert isinstance(response, StreamingHttpResponse)
        assert b"".join(response) == b"a"  # type: ignore[arg-type]
        assert len(middleware.store) == 0

    def test_what_is_too_large(self, small_site: SmallSite, settings: Any) -> None:
        settings.STANDFIRST_CACHE_ENTRY_BYTES = 4
        assert not small_site.is_kept()
        settings.STANDFIRST_CACHE_ENTRY_BYTES = 5
        middleware.store.clear()
        assert small_site.is_kept()

    def test_what_there_is_no_room_for(self, small_site: SmallSite, settings: Any) -> None:
        settings.STANDFIRST_CACHE_BYTES = 10
        assert not small_site.is_kept()
        assert status_of(small_site.get()) == "standfirst; fwd=uri-miss"

    @pytest.mark.parametrize("name", ["STANDFIRST_CACHE_BYTES", "STANDFIRST_CACHE_SECONDS"])
    def test_nothing_where_nothing_may_be_kept(
        self, small_site: SmallSite, versions: Versions, settings: Any, name: str
    ) -> None:
        setattr(settings, name, 0)
        assert status_of(small_site.get()) == "standfirst; fwd=bypass; detail=off"
        assert versions.reads == 0
        assert "Cache-Tag" in small_site.get()

    def test_an_exception(self, small_site: SmallSite) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            raise ZeroDivisionError

        small_site.view = view
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                small_site.get()
        small_site.view = page
        assert small_site.is_kept()

    def test_of_what_is_never_kept_no_version_is_read(
        self, small_site: SmallSite, versions: Versions, clock: Clock
    ) -> None:
        small_site.view = lambda request: page(headers={"Cache-Control": "no-store"})
        small_site.get()
        reads = versions.reads
        assert status_of(small_site.get()) == "standfirst; fwd=uri-miss; detail=unkept"
        assert versions.reads == reads
        small_site.view = page
        clock.now += 61
        assert small_site.is_kept()

    def test_what_could_not_be_kept_is_tried_again_once_the_content_is_another(
        self, small_site: SmallSite, versions: Versions
    ) -> None:
        small_site.view = lambda request: page(headers={"Cache-Control": "private"})
        small_site.get()
        small_site.view = page
        versions.content += 1
        small_site.get("/another/")
        assert small_site.is_kept()

    def test_one_error_keeps_nobody_from_the_store(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: HttpResponse(status=500)
        small_site.get()
        small_site.view = page
        assert small_site.is_kept()


class TestParameters:
    @pytest.fixture(autouse=True)
    def names(self, settings: Any) -> None:
        settings.STANDFIRST_CACHE_PARAMETERS = ["q"]
        settings.STANDFIRST_CACHE_IGNORED_PARAMETERS = ["utm_*", "fbclid"]

    def test_known_ones_tell_answers_apart(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: page(text=request.GET.get("q", ""))
        assert [small_site.get(f"/?q={value}").content for value in "abab"] == [b"a", b"b", b"a", b"b"]
        assert small_site.calls == 2

    def test_ignored_ones_do_not_and_no_view_sees_them(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: page(text=request.get_full_path())
        first = small_site.get("/?utm_source=a&q=1&fbclid=2")
        assert first.content == b"/?q=1"
        assert is_hit(small_site.get("/?q=1&utm_campaign=b"))
        assert is_hit(small_site.get("/?q=1"))

    def test_unknown_ones_fill_nothing(self, small_site: SmallSite) -> None:
        answer = small_site.get("/?x=1")
        assert status_of(answer) == "standfirst; fwd=bypass; detail=parameters"
        assert len(middleware.store) == 0

    def test_a_redirect_keeps_what_was_ignored(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: HttpResponseRedirect(f"/new/?{request.META['QUERY_STRING']}")
        assert small_site.get("/?utm_source=a")["Location"] == "/new/?utm_source=a"

    def test_the_api_refuses_what_it_does_not_know(self, small_site: SmallSite) -> None:
        def view(request: HttpRequest) -> HttpResponseBase:
            return HttpResponse(status=422) if "utm_source" in request.GET else page()

        small_site.view = view
        assert small_site.get("/api/v1/articles/").status_code == 200
        assert small_site.get("/api/v1/articles/?utm_source=a").status_code == 422
        assert small_site.is_kept("/api/v1/articles/?limit=3")


class TestKey:
    """Both sides: what has to tell answers apart, and what must not."""

    @pytest.mark.parametrize(
        "other",
        [
            {"address": "/b/"},
            {"address": "/A/"},
            {"address": "/a"},
            {"HTTP_HOST": "127.0.0.1"},
            {"HTTP_HOST": "localhost:8000"},
            {"wsgi.url_scheme": "https"},
            {"HTTP_ACCEPT_ENCODING": "gzip"},
            {"HTTP_ACCEPT_ENCODING": "br;q=1, *;q=0.1"},
        ],
    )
    def test_another_answer(self, small_site: SmallSite, other: dict[str, str]) -> None:
        small_site.get("/a/", HTTP_HOST="localhost")
        meta = {"HTTP_HOST": "localhost", **other}
        assert not is_hit(small_site.get(meta.pop("address", "/a/"), **meta))

    @pytest.mark.parametrize(
        "other",
        [
            {"HTTP_HOST": "LOCALHOST"},
            {"HTTP_ACCEPT_ENCODING": "br"},
            {"HTTP_ACCEPT_ENCODING": "gzip;q=0"},
            {"HTTP_ACCEPT_ENCODING": "identity, *;q=0"},
            {"HTTP_ACCEPT_LANGUAGE": "de"},
            {"HTTP_USER_AGENT": "x"},
            {"HTTP_ORIGIN": "https://any.example"},
            {"HTTP_CACHE_CONTROL": "no-cache"},
            {"CONTENT_LENGTH": "0"},
        ],
    )
    def test_the_same_answer(self, small_site: SmallSite, other: dict[str, str]) -> None:
        small_site.get("/a/", HTTP_HOST="localhost")
        assert is_hit(small_site.get("/a/", **{"HTTP_HOST": "localhost", **other}))

    def test_the_view_sees_the_encoding_of_the_key(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: page(text=request.META["HTTP_ACCEPT_ENCODING"])
        assert small_site.get(HTTP_ACCEPT_ENCODING="gzip, deflate, br, zstd").content == b"gzip"
        assert is_hit(small_site.get(HTTP_ACCEPT_ENCODING="deflate, gzip;q=0.5"))
        assert small_site.get(HTTP_ACCEPT_ENCODING="br").content == b"identity"

    def test_headers_that_the_answer_varies_by(self, small_site: SmallSite) -> None:
        small_site.view = lambda request: page(
            text=request.META.get("HTTP_ACCEPT", "nothing"), headers={"Vary": "Accept, Accept-Encoding"}
        )
        for _ in range(2):
            assert small_site.get(HTTP_ACCEPT="text/html").content == b"text/html"
            assert small_site.get(HTTP_ACCEPT="application/json").content == b"application/json"
            assert small_site.get().content == b"nothing"
        assert small_site.calls == 3

    def test_languages_are_those_of_the_site(self, small_site: SmallSite, settings: Any) -> None:
        settings.MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware"]
        settings.LANGUAGES = [("en-gb", "English"), ("de", "German")]
        small_site.view = lambda request: page(
            text=request.META["HTTP_ACCEPT_LANGUAGE"], headers={"Vary": "Accept-Language"}
        )
        small_site.get(HTTP_ACCEPT_LANGUAGE="de-AT, de;q=0.8")
        assert is_hit(small_site.get(HTTP_ACCEPT_LANGUAGE="de"))
        assert not is_hit(small_site.get(HTTP_ACCEPT_LANGUAGE="en"))
        assert is_hit(small_site.get(HTTP_ACCEPT_LANGUAGE="en-GB, fr"))

    def test_hosts_that_are_not_the_sites(self, small_site: SmallSite) -> None:
        answer = small_site.get(HTTP_HOST="evil.example")
        assert status_of(answer) == "standfirst; fwd=bypass; detail=host"
        assert len(middleware.store) == 0
