"""What ninja's OpenAPI document leaves out: errors, headers, conditions, codes of all apps."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.module_loading import import_string
from pydantic import BaseModel, ValidationError

from standfirst import parts
from standfirst.delivery.problems import Problem, known_codes, phrase, problem_body

PROBLEM = "application/problem+json"

_HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "A validator of the answer: send it back as `If-None-Match`.",
        "schema": {"type": "string"},
        "example": '"3d2c7f0b1e7a4f0c9b8a6d5e4f3c2b1a"',
    },
    "Last-Modified": {
        "description": "A bound: nothing has changed since. The `ETag` is exact.",
        "schema": {"type": "string"},
        "example": "Mon, 30 Nov 2026 09:00:00 GMT",
    },
    "Cache-Control": {
        "description": "For how long caches may keep the answer.",
        "schema": {"type": "string"},
        "example": "public, max-age=0, s-maxage=60, stale-if-error=86400",
    },
    "Location": {
        "description": "The address of what was made.",
        "schema": {"type": "string", "format": "uri"},
    },
    "Retry-After": {
        "description": "After how many seconds to try again.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 15,
    },
    "Allow": {
        "description": "The methods that the address answers.",
        "schema": {"type": "string"},
        "example": "GET, HEAD, OPTIONS",
    },
}
_PROBLEM_HEADERS = {405: ["Allow"], 429: ["Retry-After"], 503: ["Retry-After"]}
_SCHEMAS = "#/components/schemas/"
_READING = [405, 412, 422, 500, 503]
_WRITING = [400, 403, 404, 405, 409, 411, 413, 415, 422, 429, 500, 503]


def complete_document(document: Any) -> Any:
    """Return ninja's document with problems, headers and conditions for each operation."""
    _add_components(document["components"])
    # Nobody has to prove who they are: operations of the site's own that ask for it say so themselves.
    document["security"] = []
    document["tags"] = [_describe_tag(name) for name in _find_tags(document["paths"])]
    examples = _find_examples()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            for status in list(responses):
                responses[status]["description"] = phrase(int(status))
                _add_example(responses[status], examples.get(operation.get("operationId")))
            if method == "get":
                responses[200]["headers"] = _headers("ETag", "Last-Modified", "Cache-Control")
                responses[304] = {
                    "description": phrase(304),
                    "headers": _headers("ETag", "Last-Modified", "Cache-Control"),
                }
            if 201 in responses:
                responses[201]["headers"] = _headers("Location")
            for status in _problem_statuses(path, method, operation):
                responses[status] = _problem_response(status)
            operation["responses"] = {status: responses[status] for status in sorted(responses)}
    _tidy_schemas(document)
    return document


def _find_examples() -> dict[str, BaseModel]:
    """Return an answer for each operation that an app has an example of, in the document's language."""
    found: dict[str, BaseModel] = {}
    with translation.override(None):
        for path in parts.offered_examples():
            try:
                made: Mapping[str, BaseModel] = import_string(path)()
            except ValidationError:
                # A site may have types of its own in place of ours, which the examples don't fit.
                continue
            found.update(made)
    return found


def _add_example(response: dict[str, Any], example: BaseModel | None) -> None:
    if example is not None:
        for content in response.get("content", {}).values():
            content["example"] = example.model_dump(mode="json")


def _add_components(components: dict[str, Any]) -> None:
    schemas = components["schemas"]
    problem = Problem.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}", mode="serialization")
    schemas.update(problem.pop("$defs"))
    problem["properties"]["code"] = {"$ref": f"{_SCHEMAS}ProblemCode"}
    schemas["Problem"] = problem
    schemas["ProblemCode"] = {
        "title": "ProblemCode",
        "type": "string",
        "enum": known_codes(),
        "description": _describe_codes(),
    }
    components["headers"] = _HEADERS


def _describe_codes() -> str:
    """Return what the codes of refusals mean; those of statuses say it themselves."""
    lines = [f"- `{code}`: {sentence}" for code, sentence in sorted(parts.offered_problem_codes().items())]
    return "\n".join(["A stable code for programs.", *(["", *lines] if lines else [])])


def _find_tags(paths: dict[str, Any]) -> list[str]:
    operations = [operation for methods in paths.values() for operation in methods.values()]
    return list(dict.fromkeys(tag for operation in operations for tag in operation.get("tags", [])))


def _describe_tag(name: str) -> dict[str, str]:
    description = parts.describe_tag(name)
    return {"name": name, "description": description} if description else {"name": name}


def _tidy_schemas(document: dict[str, Any]) -> None:
    """Leave out schemas that nothing refers to, titles that repeat a field's name, and defaults.

    A default in the schema of a body reads as if the server filled it in, and generators make such fields
    required; one in an answer says nothing, as every field is sent. That holds for ``type`` above all.
    """
    schemas = document["components"]["schemas"]
    used = _referred_to(document["paths"], schemas)
    for name in set(schemas) - used:
        del schemas[name]
    for schema in schemas.values():
        fields = schema.get("properties", {})
        for field in fields.values():
            field.pop("title", None)
            field.pop("default", None)
        if "const" in fields.get("type", {}):
            schema["required"] = ["type", *(name for name in schema.get("required", []) if name != "type")]


def _referred_to(node: Any, schemas: dict[str, Any]) -> set[str]:
    """Return the names of the schemas that a part of the document refers to, directly or through others."""
    names: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            name = str(part.get("$ref", "")).removeprefix(_SCHEMAS)
            if name in schemas and name not in names:
                names.add(name)
                waiting.append(schemas[name])
    return names


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem_statuses(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    """Return the error statuses that an operation can answer with."""
    if method != "get":
        return _WRITING
    finds_one = "{" in path or operation.get("parameters")
    return sorted([*_READING, *([404] if finds_one else [])])


def _problem_response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": phrase(status),
        "content": {
            PROBLEM: {
                "schema": {"$ref": f"{_SCHEMAS}Problem"},
                "example": problem_body(status=status),
            }
        },
    }
    if status in _PROBLEM_HEADERS:
        response["headers"] = _headers(*_PROBLEM_HEADERS[status])
    return response
