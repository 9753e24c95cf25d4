"""However a site serves the delivery API, and what the system checks say of it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import set_script_prefix

from standfirst.delivery.api import build_api
from standfirst.delivery.checks import check_delivery, check_settings

pytestmark = pytest.mark.django_db


class TestMounting:
    """However a site serves the API."""

    def test_below_a_path_prefix(self) -> None:
        set_script_prefix("/sub/")  # As Django does with what a web server says; its test client doesn't.
        try:
            client = Client(SCRIPT_NAME="/sub")
            redirect = client.get("/api/v1/articles")
            assert (redirect.status_code, redirect["Location"]) == (308, "/sub/api/v1/articles/")
            response = client.get("/api/v1/articles/")
            assert response.json() == {"items": [], "next": None, "next_cursor": None}
            assert response.has_header("ETag")
            document = client.get("/api/v1/openapi.json").json()
        finally:
            set_script_prefix("/")
        assert "/sub/api/v1/articles/" in document["paths"]

    def test_the_document_is_made_once_for_each_prefix(self) -> None:
        first = build_api().get_openapi_schema(path_prefix="/one/")
        del first["paths"]
        assert "/one/articles/" in build_api().get_openapi_schema(path_prefix="/one/")["paths"]
        assert "/two/articles/" in build_api().get_openapi_schema(path_prefix="/two/")["paths"]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("STANDFIRST_API_WRITE_ORIGINS", "https://www.example.org"),
            ("STANDFIRST_API_WRITE_ORIGINS", ["www.example.org"]),
            ("STANDFIRST_API_WRITE_ORIGINS", ["https://www.example.org/blog"]),
            ("STANDFIRST_API_WRITE_ORIGINS", ["https://www.example.org:0"]),
            ("STANDFIRST_API_WRITE_ORIGINS", ["https://www.example.org:x"]),
            ("STANDFIRST_API_WRITE_ORIGINS", [None]),
            ("STANDFIRST_API_ROUTERS", ["no.such.router"]),
            ("STANDFIRST_API_ROUTERS", ["standfirst.delivery.conf.read"]),
            ("STANDFIRST_API_ROUTERS", None),
            ("STANDFIRST_API_TITLE", " "),
            ("STANDFIRST_API_DEFAULT_LIMIT", 0),
            ("STANDFIRST_API_DEFAULT_LIMIT", 101),
            ("STANDFIRST_API_DEFAULT_LIMIT", "20"),
            ("STANDFIRST_API_MAX_LIMIT", None),
            ("STANDFIRST_API_MAX_LIMIT", 0),
            ("STANDFIRST_SHARED_CACHE_SECONDS", -1),
            ("STANDFIRST_SHARED_CACHE_SECONDS", True),
            ("STANDFIRST_SHARED_CACHE_SECONDS", 1.5),
        ],
    )
    def test_a_setting_that_cannot_be_used_is_reported(self, settings: Any, name: str, value: object) -> None:
        setattr(settings, name, value)
        (message,) = check_settings(None)
        assert (message.id, name in message.msg) == ("standfirst.E003", True)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("STANDFIRST_API_WRITE_ORIGINS", ["https://www.example.org", "http://localhost:3000/"]),
            ("STANDFIRST_API_ROUTERS", ("comments.api.router",)),
            ("STANDFIRST_API_DEFAULT_LIMIT", 100),
            ("STANDFIRST_API_MAX_LIMIT", 20),
            ("STANDFIRST_SHARED_CACHE_SECONDS", 0),
        ],
    )
    def test_usable_ones_are_not(self, settings: Any, name: str, value: object) -> None:
        setattr(settings, name, value)
        assert check_settings(None) == []

    def test_dates_without_zone_are_refused(self, settings: Any) -> None:
        assert check_delivery(None) == []
        settings.USE_TZ = False
        assert [message.id for message in check_delivery(None)] == ["standfirst.E004"]

    def test_a_missing_middleware_is_reported(self, settings: Any) -> None:
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "delivery" not in name]
        assert [message.id for message in check_delivery(None)] == ["standfirst.W003"]

    def test_a_site_without_the_api_needs_nothing(self, settings: Any) -> None:
        settings.ROOT_URLCONF = "comments.urls"
        settings.USE_TZ = False
        assert check_delivery(None) == []
