"""What every address of the delivery API has in common, whichever app answers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from standfirst.delivery.problems import problem_body

pytestmark = pytest.mark.django_db

SNAPSHOT = Path(settings.BASE_DIR) / "docs" / "reference" / "openapi.json"
LIST_PATHS = ["/api/v1/articles/", "/api/v1/claims/", "/api/v1/sources/"]


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    return client.get("/api/v1/openapi.json").json()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def schema_nodes(node: object, trail: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema of an OpenAPI ``properties``/``items``/``anyOf`` tree with the way to it."""
    if not isinstance(node, dict):
        return
    yield trail, node
    for name, child in node.get("properties", {}).items():
        yield from schema_nodes(child, f"{trail}.{name}")
    for keyword in ("items", "additionalProperties"):
        yield from schema_nodes(node.get(keyword), f"{trail}[{keyword}]")
    for keyword in ("anyOf", "oneOf", "allOf"):
        for number, child in enumerate(node.get(keyword, [])):
            yield from schema_nodes(child, f"{trail}<{keyword} {number}>")


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    problem: dict[str, Any] = json.loads(response.content)
    assert set(problem) == {"type", "title", "status", "code", "detail", "errors"}
    assert (problem["status"], problem["code"]) == (status, code)
    return problem


class TestOpenApiDocument:
    def test_is_valid(self, document: dict[str, Any]) -> None:
        assert document["openapi"].startswith("3.1")
        OpenAPIV31SpecValidator(document).validate()

    def test_equals_the_snapshot_in_the_docs(self, document: dict[str, Any]) -> None:
        assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == document, (
            "The API changed: look at the difference, then run `make openapi` and name it in the changelog."
        )

    def test_every_operation_documents_its_problems(self, document: dict[str, Any]) -> None:
        for path, method, operation in operations(document):
            problems = {
                status: body["content"]["application/problem+json"]["schema"]["$ref"]
                for status, body in operation["responses"].items()
                if int(status) >= 400
            }
            assert problems, f"{method} {path}"
            assert set(problems.values()) == {"#/components/schemas/Problem"}, f"{method} {path}"

    def test_operation_ids_are_unique_and_name_no_module(self, document: dict[str, Any]) -> None:
        ids = [operation["operationId"] for _, _, operation in operations(document)]
        assert sorted(ids) == sorted(set(ids))
        assert [
            name for name in ids if not re.fullmatch("(describe|get|list|post|resolve)([A-Z][a-z]+)+", name)
        ] == []

    def test_no_value_is_left_untyped(self, document: dict[str, Any]) -> None:
        typed = {"type", "$ref", "anyOf", "oneOf", "allOf", "const", "enum"}
        untyped = [
            trail
            for name, schema in document["components"]["schemas"].items()
            for trail, node in schema_nodes(schema, name)
            if not typed & set(node)
            or (node.get("type") == "object" and not {"properties", "additionalProperties"} & set(node))
        ]
        assert untyped == []

    def test_blocks_are_told_apart_by_type(self, document: dict[str, Any]) -> None:
        body = document["components"]["schemas"]["ArticleDetail"]["properties"]["body"]
        assert body["items"]["discriminator"]["propertyName"] == "type"
        assert set(body["items"]["discriminator"]["mapping"]) == {
            "heading",
            "paragraph",
            "image",
            "quote",
            "table",
            "callout",
            "key_takeaways",
            "claim",
            "custom",
            "pull_quote",
        }


class TestDocsPage:
    def test_loads_nothing_from_another_host(self, client: Client) -> None:
        response = client.get("/api/v1/docs/")
        assert response.status_code == 200
        addresses = re.findall(
            r"""<(?:script|link|img)\b[^>]*?(?:src|href)=["']([^"']+)""", response.content.decode()
        )
        assert addresses
        assert [address for address in addresses if not address.startswith("/static/")] == []

    def test_has_no_script_that_the_strict_policy_refuses(self, client: Client) -> None:
        response = client.get("/api/v1/docs/")
        scripts = re.findall(r"<script([^>]*)>", response.content.decode())
        assert all("src=" in script or 'type="application/json"' in script for script in scripts)
        assert "unsafe-inline" not in response["Content-Security-Policy"]


class TestProblems:
    @pytest.mark.parametrize(
        "path", ["/api/", "/api/v1/nothing/", "/api/v2/articles/", "/api/v1/articles/1/x/"]
    )
    @pytest.mark.parametrize("method", ["get", "post", "delete"])
    def test_unknown_addresses(self, client: Client, path: str, method: str) -> None:
        assert_problem(getattr(client, method)(path), 404, "not_found")

    @pytest.mark.parametrize("path", LIST_PATHS)
    def test_methods_that_are_not_allowed(self, client: Client, path: str) -> None:
        response = client.delete(path)
        assert_problem(response, 405, "method_not_allowed")
        assert "GET" in response["Allow"]

    @pytest.mark.parametrize("path", LIST_PATHS)
    def test_unknown_query_parameters(self, client: Client, path: str) -> None:
        problem = assert_problem(client.get(path, {"nonsense": "1"}), 422, "invalid")
        assert [error["loc"][-1] for error in problem["errors"]] == ["nonsense"]

    @pytest.mark.parametrize(
        ("address", "location"),
        [
            ("articles/?limit=0", ["query", "limit"]),
            ("articles/?tag=%00", ["query", "tag", "0"]),
            ("claims/?certainty=high&certainty=foo", ["query", "certainty", "1"]),
            ("claims/?limit=x", ["query", "limit"]),
            ("sources/?nonsense=1", ["query", "nonsense"]),
            ("sources/?cursor=x", ["query", "cursor"]),
            ("resolve/", ["query", "path"]),
            ("comments/?page=x", ["query", "page"]),
        ],
    )
    def test_a_parameter_is_named_as_it_was_sent(
        self, client: Client, address: str, location: list[str]
    ) -> None:
        problem = assert_problem(client.get(f"/api/v1/{address}"), 422, "invalid")
        assert [error["loc"] for error in problem["errors"]] == [location]

    @pytest.mark.parametrize(
        ("body", "location"),
        [
            ({"page": "x"}, ["body", "page"]),
            ({"page": 1, "nonsense": 2}, ["body", "nonsense"]),
            ([], ["body"]),
        ],
    )
    def test_a_field_of_the_body_is_named_as_it_was_sent(
        self, client: Client, body: Any, location: list[str]
    ) -> None:
        response = client.post("/api/v1/comments/", body, content_type="application/json")
        problem = assert_problem(response, 422, "invalid")
        assert location in [error["loc"] for error in problem["errors"]]
        assert not [error for error in problem["errors"] if "submission" in error["loc"]]

    def test_article_ids_that_are_not_numbers(self, client: Client) -> None:
        assert client.get("/api/v1/articles/abc/").status_code in (404, 422)
        assert client.get(f"/api/v1/articles/{10**30}/").status_code in (404, 422)

    def test_an_error_that_nobody_foresaw(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*args: object, **kwargs: object) -> None:
            raise RuntimeError("secret detail")

        monkeypatch.setattr("standfirst.frame.Frame.find_site", fail)
        client.raise_request_exception = False
        response = client.get("/api/v1/resolve/", {"path": "/"})
        problem = assert_problem(response, 500, "server_error")
        assert "secret" not in json.dumps(problem)


class TestSlash:
    @pytest.mark.parametrize("method", ["get", "head", "post"])
    def test_an_address_without_its_slash_leads_to_the_one_with_it(self, client: Client, method: str) -> None:
        path = "/api/v1/comments" if method == "post" else "/api/v1/articles"
        response = getattr(client, method)(f"{path}?limit=2&tag=a%20b")
        assert response.status_code == 308
        assert response["Location"] == f"{path}/?limit=2&tag=a%20b"

    @pytest.mark.parametrize("debug", [True, False])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_on_a_site_without_an_address_for_what_is_nowhere(
        self, client: Client, settings: Any, method: str, debug: bool
    ) -> None:
        """Django's own middleware would redirect by 301, and refuse a POST in debug mode."""
        settings.ROOT_URLCONF = "tests.standfirst.urls_without_pages"
        settings.DEBUG = debug
        response = getattr(client, method)("/api/v1/comments", {"page": 1})
        assert response.status_code == 308
        assert response["Location"].startswith("/api/v1/comments/")

    @pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1//evil.example", "/api/v1/articles/99999"])
    def test_only_if_there_is_an_operation(self, client: Client, path: str, db: None) -> None:
        response = client.get(path, follow=True)
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"


class TestMethods:
    @pytest.mark.parametrize("path", LIST_PATHS)
    def test_head_answers_as_get_without_a_body(self, client: Client, path: str) -> None:
        get, head = client.get(path), client.head(path)
        assert head.status_code == 200
        assert head.content == b""
        assert head["ETag"] == get["ETag"]
        assert head["Content-Length"] == str(len(get.content))

    def test_options_lists_the_methods_at_every_address(
        self, client: Client, document: dict[str, Any]
    ) -> None:
        served = {path: {method.upper() for method in methods} for path, methods in document["paths"].items()}
        served |= {"/api/v1/docs/": {"GET"}, "/api/v1/openapi.json": {"GET"}}
        for path, methods in served.items():
            address = re.sub(r"\{\w*uid\}", "9d9e367d-8710-4aa6-9916-6dda53d7b463", path)
            response = client.options(re.sub(r"\{\w+\}", "1", address))
            assert response.status_code == 204, path
            more = {"OPTIONS", "HEAD"} if "GET" in methods else {"OPTIONS"}
            assert response["Allow"] == ", ".join(sorted(methods | more)), path

    @pytest.mark.parametrize("path", ["/api/v1/docs/", "/api/v1/openapi.json", *LIST_PATHS])
    def test_a_refused_method_names_the_same_ones(self, client: Client, path: str) -> None:
        response = client.post(path)
        assert_problem(response, 405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert client.head(path).status_code == 200


class TestCaching:
    @pytest.mark.parametrize("path", LIST_PATHS)
    def test_reads_are_public_and_revalidated(self, client: Client, path: str) -> None:
        response = client.get(path)
        assert response["Cache-Control"] == "public, max-age=0, s-maxage=60, stale-if-error=86400"
        assert response["Vary"] == "Accept-Encoding"
        again = client.get(path, headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304
        assert again.content == b""

    def test_a_request_with_a_session_is_never_public(self, client: Client) -> None:
        client.cookies[settings.SESSION_COOKIE_NAME] = "anything"
        response = client.get(LIST_PATHS[0])
        assert "no-store" in response["Cache-Control"]
        assert "public" not in response["Cache-Control"]


FRONTEND, ELSEWHERE = "https://frontend.example", "https://elsewhere.example"


class TestCors:
    """What a browser lets the pages of other sites do."""

    @pytest.mark.parametrize("origin", [FRONTEND, ELSEWHERE, "null", None])
    def test_everybody_may_read_one_and_the_same_answer(
        self, client: Client, settings: Any, origin: str | None
    ) -> None:
        settings.STANDFIRST_API_WRITE_ORIGINS = [FRONTEND]
        response = client.get(LIST_PATHS[0], headers={"Origin": origin} if origin else {})
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Access-Control-Expose-Headers"] == "ETag, Location, Retry-After"
        assert "origin" not in response["Vary"].lower()

    def test_errors_and_unchanged_answers_can_be_read_too(self, client: Client) -> None:
        missing = client.get("/api/v1/nothing/", headers={"Origin": ELSEWHERE})
        assert (missing.status_code, missing["Access-Control-Allow-Origin"]) == (404, "*")
        etag = client.get(LIST_PATHS[0])["ETag"]
        unchanged = client.get(LIST_PATHS[0], headers={"If-None-Match": etag, "Origin": ELSEWHERE})
        assert (unchanged.status_code, unchanged["Access-Control-Allow-Origin"]) == (304, "*")

    @pytest.mark.parametrize(
        ("origin", "is_allowed"), [(FRONTEND, True), (ELSEWHERE, False), ("null", False)]
    )
    def test_only_named_origins_may_write(
        self, client: Client, settings: Any, origin: str, is_allowed: bool
    ) -> None:
        settings.STANDFIRST_API_WRITE_ORIGINS = [f"{FRONTEND}/"]
        preflight = client.options(
            "/api/v1/comments/",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
        )
        assert preflight.status_code == 204
        assert preflight.has_header("Access-Control-Allow-Origin") is is_allowed
        assert "Origin" in preflight["Vary"]
        if is_allowed:
            assert preflight["Access-Control-Allow-Origin"] == origin
            assert "POST" in preflight["Access-Control-Allow-Methods"]
            assert "Content-Type" in preflight["Access-Control-Allow-Headers"]
        response = client.post(
            "/api/v1/comments/", "{}", content_type="application/json", headers={"Origin": origin}
        )
        assert response.status_code == 422
        assert response.has_header("Access-Control-Allow-Origin") is is_allowed
        assert "Origin" in response["Vary"]

    def test_everybody_may_ask_to_read_with_conditions(self, client: Client) -> None:
        preflight = client.options(
            LIST_PATHS[0],
            headers={
                "Origin": ELSEWHERE,
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "if-none-match",
            },
        )
        assert preflight["Access-Control-Allow-Origin"] == "*"
        assert "If-None-Match" in preflight["Access-Control-Allow-Headers"]
        assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


class TestConditions:
    def test_a_condition_that_fails_is_a_problem(self, client: Client) -> None:
        response = client.get(LIST_PATHS[0], headers={"If-Match": '"another"'})
        assert_problem(response, 412, "precondition_failed")

    def test_one_that_holds_changes_nothing(self, client: Client) -> None:
        first = client.get(LIST_PATHS[0])
        again = client.get(LIST_PATHS[0], headers={"If-Match": first["ETag"]})
        assert (again.status_code, again.content) == (200, first.content)


class TestBodies:
    @pytest.mark.parametrize(
        ("headers", "status", "code"),
        [
            ({"Transfer-Encoding": "chunked"}, 411, "length_required"),
            ({"Content-Encoding": "gzip"}, 415, "unsupported_media_type"),
            ({"Content-Encoding": "identity"}, 422, "invalid"),
        ],
    )
    def test_a_body_that_is_not_read_is_refused(
        self, client: Client, headers: dict[str, str], status: int, code: str
    ) -> None:
        extra = {"CONTENT_LENGTH": ""} if status == 411 else {}
        response = client.post(
            "/api/v1/comments/", "{}", content_type="application/json", headers=headers, **extra
        )
        assert_problem(response, status, code)

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
    def test_what_a_form_of_another_site_can_send_is_refused(self, client: Client, content_type: str) -> None:
        response = client.post("/api/v1/comments/", "{}", content_type=content_type)
        assert_problem(response, 415, "unsupported_media_type")


class TestProblemCodes:
    def test_the_document_lists_every_code(self, document: dict[str, Any]) -> None:
        codes = document["components"]["schemas"]["ProblemCode"]["enum"]
        assert {"not_found", "length_required", "discussion_closed", "duplicate_comment"} <= set(codes)
        assert codes == sorted(set(codes))

    def test_a_code_that_nobody_offered_is_never_sent(self) -> None:
        assert problem_body(status=409, code="of_my_own")["code"] == "conflict"
        assert problem_body(status=418)["code"] == "error"
        assert problem_body(status=409, code="duplicate_comment")["code"] == "duplicate_comment"


class TestLimits:
    @pytest.mark.parametrize("path", [*LIST_PATHS, "/api/v1/comments/"])
    def test_the_document_says_how_many_items_there_can_be(self, document: dict[str, Any], path: str) -> None:
        (limit,) = [item for item in document["paths"][path]["get"]["parameters"] if item["name"] == "limit"]
        assert {key: limit["schema"][key] for key in ("type", "minimum", "maximum", "default")} == {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "default": 20,
        }

    @pytest.mark.parametrize(("limit", "status"), [(3, 200), (4, 422), (0, 422)])
    def test_settings_hold_for_every_list(
        self, client: Client, settings: Any, limit: int, status: int
    ) -> None:
        settings.STANDFIRST_API_MAX_LIMIT = 3
        for path in LIST_PATHS:
            assert client.get(path, {"limit": limit}).status_code == status


class TestTypes:
    def test_each_shape_has_a_type_of_its_own(self, document: dict[str, Any]) -> None:
        """A frontend that finds an object by itself knows what it is."""
        shapes: dict[str, list[str]] = {}
        for name, schema in document["components"]["schemas"].items():
            constant = schema.get("properties", {}).get("type", {}).get("const")
            if constant:
                shapes.setdefault(constant, []).append(name)
                assert schema["required"][0] == "type", name
        assert {constant: names for constant, names in shapes.items() if len(names) > 1} == {}

    def test_every_object_but_an_envelope_says_what_it_is(self, document: dict[str, Any]) -> None:
        without = {
            name
            for name, schema in document["components"]["schemas"].items()
            if schema.get("type") == "object" and "type" not in schema["properties"]
        }
        envelopes = {"ArticleList", "ClaimList", "SourceList", "CommentList"}
        assert without == {*envelopes, "CommentSubmission", "ProblemFieldError"}
