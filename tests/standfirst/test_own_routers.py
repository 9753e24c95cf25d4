"""Routers of a site's own in the delivery API: they keep its conventions without code of theirs."""

import json
from types import ModuleType
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import Http404, HttpRequest
from django.test import Client
from django.urls import include
from django.urls import path as url_path
from ninja import Query, Router, Schema
from openapi_spec_validator import OpenAPIV31SpecValidator

from standfirst.delivery.api import build_api
from tests.standfirst.test_delivery_api import assert_problem

pytestmark = pytest.mark.django_db


class TestRoutersOfTheSite:
    """An operation that somebody else wrote keeps the conventions without doing anything for it."""

    @pytest.fixture
    def own(self, settings: Any) -> Client:
        settings.MIDDLEWARE = [
            "standfirst.delivery.middleware.DeliveryMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
        ]
        settings.STANDFIRST_API_ROUTERS = [f"{__name__}.own_router"]
        settings.ROOT_URLCONF = own_urls()
        return Client()

    def test_answers_have_a_validator(self, own: Client) -> None:
        response = own.get("/own/things/?colour=red")
        assert response.json() == {"type": "thing", "colour": "red"}
        assert response["Cache-Control"].startswith("public")
        assert (
            own.get("/own/things/?colour=red", headers={"If-None-Match": response["ETag"]}).status_code == 304
        )
        assert own.head("/own/things/?colour=red").status_code == 200

    def test_texts_of_the_site_end_no_script(self, own: Client, settings: Any) -> None:
        title = "Ours & yours </script><script src='//evil.example/x.js'></script><!-- \u2028 ' \""
        settings.STANDFIRST_API_TITLE = title
        settings.ROOT_URLCONF = own_urls()
        soup = BeautifulSoup(own.get("/own/docs/").content, "html.parser")
        assert [script["src"] for script in soup.select("script[src]") if "evil" in script["src"]] == []
        (script,) = soup.select("script#swagger-settings")
        told = json.loads(script.string or "")
        assert told["spec"]["info"]["title"] == title
        assert told["url"] == "/own/openapi.json"

    def test_unknown_parameters_are_refused(self, own: Client) -> None:
        problem = assert_problem(own.get("/own/things/?color=red"), 422, "invalid")
        assert [(error["loc"], error["code"]) for error in problem["errors"]] == [
            (["query", "color"], "unknown_parameter")
        ]

    def test_places_of_errors_are_those_that_clients_know(self, own: Client) -> None:
        problem = assert_problem(own.get("/own/things/?number=1&number=x"), 422, "invalid")
        assert [error["loc"] for error in problem["errors"]] == [["query", "number", "1"]]
        body = json.dumps({"sizes": [1, "x"]})
        problem = assert_problem(
            own.post("/own/things/", body, content_type="application/json"), 422, "invalid"
        )
        assert [error["loc"] for error in problem["errors"]] == [["body", "sizes", "1"]]

    def test_bodies_are_json(self, own: Client) -> None:
        assert_problem(own.post("/own/things/", {"sizes": "1"}), 415, "unsupported_media_type")
        assert_problem(own.post("/own/things/", "{", content_type="application/json"), 400, "bad_request")

    def test_faults_are_problems(self, own: Client) -> None:
        own.raise_request_exception = False
        assert_problem(own.get("/own/things/broken/"), 500, "server_error")
        assert_problem(own.get("/own/things/missing/"), 404, "not_found")

    def test_the_document_tells_of_them(self, own: Client) -> None:
        document = own.get("/own/openapi.json").json()
        assert set(document["paths"]["/own/things/"]["get"]["responses"]) >= {
            "200",
            "304",
            "405",
            "412",
            "422",
        }
        OpenAPIV31SpecValidator(document).validate()

    def test_asynchronous_operations_do_as_well(self, own: Client) -> None:
        assert own.get("/own/later/").json() == {"type": "thing", "colour": "late"}
        assert_problem(own.get("/own/later/?x=1"), 422, "invalid")


class Thing(Schema):
    type: str = "thing"
    colour: str


class ThingQuery(Schema):
    colour: str = "blue"
    number: list[int] = []


class NewThing(Schema):
    sizes: list[int]


own_router = Router()


@own_router.get("/things/", response=Thing, operation_id="getThing")
def get_thing(request: HttpRequest, query: Query[ThingQuery]) -> Thing:
    return Thing(colour=query.colour)


@own_router.post("/things/", response=Thing, operation_id="postThing")
def post_thing(request: HttpRequest, thing: NewThing) -> Thing:
    return Thing(colour="new")


@own_router.get("/things/broken/", response=Thing, operation_id="getBroken")
def get_broken(request: HttpRequest) -> Thing:
    raise RuntimeError("A fault of the host's own")


@own_router.get("/things/missing/", response=Thing, operation_id="getMissing")
def get_missing(request: HttpRequest) -> Thing:
    raise Http404("a sentence that nobody should see")


@own_router.get("/later/", response=Thing, operation_id="getLater")
async def get_later(request: HttpRequest) -> Thing:
    return Thing(colour="late")


def own_urls() -> ModuleType:
    """Return a module of addresses as a site has it, with an API that is built anew."""
    module = ModuleType("own_urls")
    api = build_api.__wrapped__()
    module.urlpatterns = [url_path("own/", include([url_path("", api.urls)]))]  # type: ignore[attr-defined]
    return module
