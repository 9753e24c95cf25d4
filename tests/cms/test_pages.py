"""What every page of the site has in common."""

import gzip
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from cms.models import HomePage

pytestmark = pytest.mark.django_db


class TestAnonymousReader:
    def test_gets_a_public_page_without_a_cookie(self, client: Client, home: HomePage) -> None:
        response = client.get("/")
        assert response.status_code == 200
        assert not response.cookies
        assert response["Cache-Control"] == "public, max-age=0, s-maxage=60, stale-if-error=86400"
        assert "Cookie" not in response.get("Vary", "")

    def test_revalidates_it(self, client: Client, home: HomePage) -> None:
        etag = client.get("/")["ETag"]
        assert client.get("/", headers={"If-None-Match": etag}).status_code == 304
        home.headline = "Another headline"
        home.save_revision().publish()
        assert client.get("/", headers={"If-None-Match": etag}).status_code == 200

    def test_loads_nothing_from_another_host(self, client: Client, home: HomePage) -> None:
        html = client.get("/").content.decode()
        canonical = '<link rel="canonical" href="http://localhost/">'  # Not loaded: the page's own address.
        assert html.count(canonical) == 1
        html = html.replace(canonical, "")
        loaded = re.findall(r"""<(?:link|script|img)\b[^>]*?(?:src|href)=["']([^"']+)""", html)
        assert loaded
        assert [address for address in loaded if not address.startswith("/")] == []

    def test_is_protected_by_a_strict_policy(self, client: Client, home: HomePage) -> None:
        response = client.get("/")
        assert "unsafe" not in response["Content-Security-Policy"]
        html = response.content.decode()
        assert "<style" not in html
        assert "style=" not in html
        assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", html) == []

    def test_sees_a_designed_page_at_an_unknown_address(self, client: Client, home: HomePage) -> None:
        response = client.get("/no-such-page/")
        assert response.status_code == 404
        assert "There is no page at this address" in response.content.decode()
        assert "Cache-Control" not in response or "public" not in response["Cache-Control"]


class TestSignedInEditor:
    def test_sees_the_userbar_and_nothing_is_cached(self, client: Client, home: HomePage) -> None:
        editor = User.objects.create_superuser("editor", "editor@example.org", "password")
        client.force_login(editor)
        response = client.get("/")
        assert "wagtail-userbar" in response.content.decode()
        assert "no-store" in response["Cache-Control"]

    def test_admin_has_its_own_policy(self, client: Client) -> None:
        response = client.get("/admin/login/")
        assert "'unsafe-inline'" in response["Content-Security-Policy"]

    def test_cookie_alone_is_not_trusted(self, client: Client, home: HomePage) -> None:
        client.cookies[settings.SESSION_COOKIE_NAME] = "no-such-session"
        response = client.get("/")
        assert response.status_code == 200
        assert "public" not in response["Cache-Control"]


class TestCompression:
    def test_public_pages_are_compressed(self, client: Client, home: HomePage) -> None:
        home.introduction = "A sentence that says itself again. " * 10
        home.save_revision().publish()
        plain = client.get("/")
        response = client.get("/", headers={"Accept-Encoding": "gzip"})
        assert response["Content-Encoding"] == "gzip"
        assert gzip.decompress(response.content) == plain.content
        assert "Accept-Encoding" in response["Vary"]
        again = client.get("/", headers={"Accept-Encoding": "gzip", "If-None-Match": response["ETag"]})
        assert again.status_code == 304

    def test_pages_that_may_hold_secrets_are_not(self, client: Client) -> None:
        response = client.get("/admin/login/", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in response


class TestHead:
    @pytest.mark.parametrize("address", ["/", "/no-such-page/", "/admin/login/", "/api/v1/articles/"])
    def test_has_the_headers_of_get_and_no_body(self, client: Client, home: HomePage, address: str) -> None:
        get, head = client.get(address), client.head(address)
        assert head.status_code == get.status_code
        assert head.content == b""
        assert head["Content-Type"] == get["Content-Type"]
        if not get.cookies:  # A form's token is masked anew each time.
            assert head["Content-Length"] == str(len(get.content))
            assert head.get("ETag") == get.get("ETag")
