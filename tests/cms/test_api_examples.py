"""The examples in the API's document are what the API answers."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from django.utils import translation
from openapi_schema_validator import OAS31Validator
from pydantic import BaseModel
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from articles.enums import Relation
from comments.enums import Status
from comments.services import set_comment_status, submit_comment
from standfirst import parts
from standfirst.delivery.api import build_api
from standfirst.delivery.openapi import complete_document
from tests.articles.builders import (
    block,
    claim_block,
    make_article,
    make_image,
    make_index,
    make_person,
    make_source,
)

DOCUMENT = json.loads(
    (Path(project.BASE_DIR) / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8")
)
CONTENTS = {
    operation["operationId"]: response["content"]["application/json"]
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
    for status, response in operation["responses"].items()
    if status.startswith("2")
}
LARGEST = 6000


def typed_objects(node: Any) -> dict[str, set[frozenset[str]]]:
    """Return, by the literal ``type``, the sets of keys that objects have anywhere in an answer."""
    found: dict[str, set[frozenset[str]]] = defaultdict(set)
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            found[part.get("type", "")].add(frozenset(part))
            waiting += part.values()
    return found


def texts(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [text for part in inner for text in texts(part)]


@pytest.mark.parametrize("operation", CONTENTS)
class TestEach:
    def test_fits_its_schema(self, operation: str) -> None:
        content = CONTENTS[operation]
        registry = Registry().with_resource("urn:api", DRAFT202012.create_resource(DOCUMENT))
        schema = json.loads(json.dumps(content["schema"]).replace('"#/', '"urn:api#/'))
        OAS31Validator(schema, registry=registry).validate(content["example"])

    def test_is_small_and_invents_no_works_and_no_sites(self, operation: str) -> None:
        example = CONTENTS[operation]["example"]
        assert len(json.dumps(example)) < LARGEST
        for text in texts(example):
            for host in re.findall(r"https?://([^/]+)", text):
                assert host in {"example.org", "doi.org"}
            for doi in re.findall(r"10\.\d{4,}", text):
                assert doi == "10.5555"  # The prefix that Crossref keeps for tests.
        for name in re.findall(r'"pmid": ([^,}]+)', json.dumps(example)):
            assert name == "null"


@pytest.mark.django_db
def test_they_have_the_keys_of_real_answers(client: Client, settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
    source = make_source(
        title="Example source",
        authors="Example, A\nSample, B",
        container_title="Journal of Examples",
        year=2020,
        doi="10.5555/12345678",
    )
    page = make_article(
        make_index(title="Articles", slug="articles"),
        title="An example article",
        slug="an-example-article",
        standfirst="What the article finds, in plain words.",
        hero_image=make_image(),
        authors=[make_person(name="Alex Example", role="Editor")],
        tags=["Examples"],
        body=[
            block("heading", {"text": "Results", "level": "h2"}),
            block("paragraph", "<p>Running text.</p>"),
            claim_block("An example of a statement that can be true or false.", sources=[source]),
        ],
    )
    uid = next(iter(page.get_comment_anchors()))
    comment = submit_comment(
        page=page, body="An example.", author_name="Rosa", author_email="rosa@example.org", anchor=uid
    )
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    addresses = {
        "listArticles": "articles/",
        "getArticle": f"articles/{page.pk}/",
        "resolvePath": "resolve/?path=/articles/an-example-article/",
        "listClaims": "claims/",
        "getClaim": f"claims/{uid}/",
        "listSources": "sources/",
        "getSource": f"sources/{source.pk}/",
        "listComments": f"comments/?page={page.pk}",
        "getComment": f"comments/{comment.uid}/",
        "describeCommentForm": f"comments/form/?page={page.pk}",
    }
    answers = {operation: client.get(f"/api/v1/{path}").json() for operation, path in addresses.items()}
    answers["postComment"] = client.post(
        "/api/v1/comments/",
        {"page": page.pk, "comment": "Another.", "name": "Rosa", "email": "rosa@example.org"},
        content_type="application/json",
    ).json()
    assert set(answers) == set(CONTENTS)
    for operation, answer in answers.items():
        example = CONTENTS[operation]["example"]
        assert set(example) == set(answer), operation
        real = typed_objects(answer)
        for name, keys in typed_objects(example).items():
            assert keys == real[name], (operation, name)

    # What is said of the source, of grades and of the form's fields is what the API says of them.
    (reference,) = answers["getArticle"]["references"]
    example = CONTENTS["getArticle"]["example"]
    assert example["references"][0]["source"] == {**reference["source"], "id": 5}
    claim, real_claim = CONTENTS["getClaim"]["example"], answers["getClaim"]
    for name in ("certainty", "direction", "statement", "position"):
        assert claim[name] == real_claim[name]
    assert claim["citations"][0]["relation"] == real_claim["citations"][0]["relation"]
    assert claim["citations"][0]["relation"]["value"] == Relation.EVIDENCE
    assert example["labels"] == answers["getArticle"]["labels"]
    assert example["outline"] == answers["getArticle"]["outline"]
    fields = {field["name"]: field for field in answers["describeCommentForm"]["fields"]}
    form = CONTENTS["describeCommentForm"]["example"]
    for field in form["fields"]:
        value = str(page.pk) if field["name"] == "page" else None
        assert {**field, "value": value} == fields[field["name"]]
    for name in ("title", "notes", "submit_label", "closed_label"):
        assert form[name] == answers["describeCommentForm"][name]
    comments = CONTENTS["listComments"]["example"]
    assert comments["labels"] == answers["listComments"]["labels"]
    (anchor,) = answers["listComments"]["anchors"]
    assert (comments["anchors"][0]["label"], comments["anchors"][0]["grade"]) == (
        anchor["label"],
        anchor["grade"],
    )
    assert CONTENTS["postComment"]["example"]["message"] == answers["postComment"]["message"]


class Strict(BaseModel):
    number: int


def misfit() -> dict[str, BaseModel]:
    return {"listArticles": Strict.model_validate({"number": "x"})}


def test_an_example_that_doesnt_fit_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts._offers, "examples", [f"{__name__}.misfit"])
    document = complete_document(
        {
            "components": {"schemas": {}},
            "paths": {
                "/x/": {
                    "get": {
                        "operationId": "listArticles",
                        "responses": {200: {"content": {"application/json": {}}}},
                    }
                }
            },
        }
    )
    assert document["paths"]["/x/"]["get"]["responses"][200]["content"] == {"application/json": {}}


def test_the_documents_own_language() -> None:
    """Whoever asks first, the document is in English throughout."""
    build_api.cache_clear()
    with translation.override("de"):
        document = build_api().get_openapi_schema(path_prefix="/api/v1/")
    build_api.cache_clear()
    example = document["paths"]["/api/v1/claims/{uid}/"]["get"]["responses"][200]["content"]
    assert example["application/json"]["example"]["certainty"]["label"] == "Low certainty"
