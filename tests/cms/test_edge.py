"""What a request may claim about itself."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cms.edge import NEVER_BELIEVED, WrongHostError, distrust, normalise_host, port_of
from tests.cms.serving import ask, environment_of, served
from tests.databases import write_migrated_site
from tests.examples import IN_CI


def environ_of(**headers: str) -> dict[str, Any]:
    fields = {f"HTTP_{name}": value for name, value in headers.items()}
    return {"PATH_INFO": "/a/", "SCRIPT_NAME": "", "SERVER_PORT": "8000", "wsgi.url_scheme": "http", **fields}


class TestDistrust:
    def test_what_no_proxy_of_ours_says_is_dropped(self) -> None:
        environ = environ_of(**dict.fromkeys(NEVER_BELIEVED, "evil"))
        distrust(environ, behind_tls_proxy=True, trusted_proxies=1)
        assert environ == environ_of()

    def test_forwarded_for_is_kept_for_those_who_have_proxies(self) -> None:
        for proxies, kept in ((0, False), (1, True)):
            environ = environ_of(X_FORWARDED_FOR="192.0.2.1")
            distrust(environ, behind_tls_proxy=False, trusted_proxies=proxies)
            assert ("HTTP_X_FORWARDED_FOR" in environ) is kept

    def test_the_scheme_is_a_tls_proxys_to_say(self) -> None:
        environ = environ_of(X_FORWARDED_PROTO="https") | {"wsgi.url_scheme": "https"}
        distrust(environ, behind_tls_proxy=False, trusted_proxies=1)
        assert environ == environ_of()
        environ = environ_of(X_FORWARDED_PROTO="https")
        distrust(environ, behind_tls_proxy=True, trusted_proxies=0)
        assert environ["HTTP_X_FORWARDED_PROTO"] == "https"

    def test_a_server_that_speaks_tls_itself_says_so(self) -> None:
        environ = environ_of() | {"wsgi.url_scheme": "https"}
        distrust(environ, behind_tls_proxy=False, trusted_proxies=0)
        assert environ["wsgi.url_scheme"] == "https"

    def test_a_prefix_is_a_part_of_the_path_again(self) -> None:
        environ = environ_of() | {"SCRIPT_NAME": "/articles", "PATH_INFO": "/"}
        distrust(environ, behind_tls_proxy=False, trusted_proxies=0)
        assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("", "/articles/")


class TestHost:
    def normalised(self, host: str, *, behind_proxy: bool = False, **headers: str) -> str:
        environ = environ_of(HOST=host, **headers)
        normalise_host(environ, ports=[8443], behind_proxy=behind_proxy)
        return str(environ["HTTP_HOST"])

    @pytest.mark.parametrize(
        ("host", "expected"),
        [
            ("www.example.org", "www.example.org"),
            ("WWW.Example.ORG", "www.example.org"),
            ("www.example.org.", "www.example.org"),
            ("www.example.org.:80", "www.example.org"),
            ("www.example.org:80", "www.example.org"),
            ("www.example.org:080", "www.example.org"),
            ("www.example.org:8000", "www.example.org:8000"),
            ("www.example.org:8443", "www.example.org:8443"),
            ("LOCALHOST:65535", "localhost:65535"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("[::1]", "[::1]"),
            ("[::1]:9000", "[::1]:9000"),
            ("[2001:DB8::1]:8000", "[2001:db8::1]:8000"),
        ],
    )
    def test_is_written_in_one_way(self, host: str, expected: str) -> None:
        assert self.normalised(host) == expected

    @pytest.mark.parametrize(
        "host",
        [
            *("localhost:0", "localhost:65536", "localhost:99999", "localhost:1e3", "localhost:-1", "a:b:c"),
            *("localhost:८०", "www.example.org:443", "www.example.org:81"),
        ],
    )
    def test_with_another_port_is_refused(self, host: str) -> None:
        with pytest.raises(WrongHostError):
            self.normalised(host)

    def test_behind_a_proxy_the_servers_own_port_is_not_the_sites(self) -> None:
        with pytest.raises(WrongHostError):
            self.normalised("www.example.org:8000", behind_proxy=True)

    def test_the_usual_port_is_that_of_the_readers_scheme(self) -> None:
        https = {"X_FORWARDED_PROTO": "https"}
        assert self.normalised("www.example.org:443", behind_proxy=True, **https) == "www.example.org"
        with pytest.raises(WrongHostError):
            self.normalised("www.example.org:80", behind_proxy=True, **https)

    def test_a_request_without_one_is_left_to_django(self) -> None:
        environ = environ_of()
        normalise_host(environ, ports=[], behind_proxy=False)
        assert "HTTP_HOST" not in environ


@pytest.mark.parametrize(
    ("url", "port"), [("http://a:8000", 8000), ("https://a", None), ("http://a:99999", None)]
)
def test_port_of_an_address(url: str, port: int | None) -> None:
    assert port_of(url) == port


@pytest.fixture(scope="module")
def port(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the API of an empty site; return the port."""
    folder = tmp_path_factory.mktemp("site")
    write_migrated_site(folder, IN_CI)
    with served(environment_of(folder), "--workers=1") as port:
        yield port


class TestRealServer:
    """Nothing that a client sends reaches an answer that caches keep."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"SCRIPT_NAME": "/api/v1"},
            {"Script-Name": "/evil"},
            {"X-Forwarded-Proto": "https"},
            {"X-Forwarded-Protocol": "ssl"},
            {"X-Forwarded-Ssl": "on"},
            {"X-Forwarded-Host": "evil.example"},
            {"X-Forwarded-Port": "81"},
            {"X-Forwarded-Prefix": "/evil"},
            {"Forwarded": "host=evil.example;proto=https"},
            {"Host": "LOCALHOST:{port}"},
        ],
    )
    def test_a_clients_headers_change_nothing(self, port: int, headers: dict[str, str]) -> None:
        path = "/api/v1/comments/form/?page=2"
        host = {"Host": f"localhost:{port}"}
        _, expected_headers, expected = ask(port, path, headers=host)
        sent = host | {name: value.format(port=port) for name, value in headers.items()}
        status, got_headers, got = ask(port, path, headers=sent)
        assert got == expected
        assert status in (200, 404)
        assert got_headers.get("ETag") == expected_headers.get("ETag")

    @pytest.mark.parametrize("host", ["localhost:99999", "localhost:x"])
    def test_a_port_that_is_none_is_refused(self, port: int, host: str) -> None:
        status, headers, body = ask(port, "/api/v1/articles/", headers={"Host": host})
        assert status == 400
        assert "no port" in json.loads(body)["detail"]
        assert headers["Cache-Control"] == "no-store"

    def test_a_body_over_djangos_limit_is_refused_so_that_the_client_hears_it(self, port: int) -> None:
        headers = {"Content-Type": "application/json", "Host": f"localhost:{port}"}
        try:
            status, _, body = ask(
                port, "/api/v1/comments/", method="POST", headers=headers, body=b" " * 5_000_000
            )
        except (BrokenPipeError, http.client.HTTPException) as error:
            raise AssertionError("The refusal did not arrive.") from error
        assert status == 413
        assert json.loads(body)["code"] == "content_too_large"
