"""The delivery API at ``/api/v1/``: assembled here from the apps' routers."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel

import articles.api
import comments.api
from standfirst.delivery.problems import FieldErrorDict, Problem, phrase, problem_response

DESCRIPTION = """
Articles whose claims stand up: pages, claims, sources and reader comments, for frontends.

Reading needs no token. Successful answers to `GET` may be cached and carry an `ETag`. Errors are
`application/problem+json` (RFC 9457) with a stable `code`; a 422 lists each field. Unknown query parameters
are refused with 422.
"""


class DeliveryAPI(NinjaAPI):
    """A NinjaAPI whose OpenAPI document lists the problem responses that every operation can give."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the OpenAPI document with a ``Problem`` schema and each operation's 4xx responses."""
        document = super().get_openapi_schema(**kwargs)
        schemas = document["components"]["schemas"]
        model_schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(model_schema.pop("$defs"))
        schemas["Problem"] = model_schema
        for path, operations in document["paths"].items():
            for operation in operations.values():
                for status in _problem_statuses(path, operation):
                    operation["responses"][status] = {
                        "description": phrase(status),
                        "content": {
                            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                        },
                    }
        return document

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext]
    ) -> ValidationError:
        """Return the error without the names that our functions give to parameters and bodies.

        Ninja says ``query.query.limit`` and ``body.submission.name``; clients know ``limit`` and ``name``.
        """
        return ValidationError(
            [
                {**error, "loc": _public_location(error["loc"], context)}
                for context in error_contexts
                for error in super(DeliveryAPI, self).validation_error_from_error_contexts([context]).errors
            ]
        )


def _public_location(location: Sequence[int | str], context: ValidationErrorContext) -> tuple[int | str, ...]:
    place, *path = location
    field = context.model.model_fields.get(str(path[0])) if path else None
    if field and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
        del path[0]
    return (place, *path)


def _problem_statuses(path: str, operation: dict[str, Any]) -> list[int]:
    """Return the error statuses that an operation can answer with."""
    statuses = [422]
    if "{" in path or operation.get("parameters"):
        statuses.insert(0, 404)
    if "requestBody" in operation:
        statuses = [400, 403, 404, 409, 413, 415, 422, 429]
    return statuses


api = DeliveryAPI(
    title="Standfirst delivery API",
    version="1.0.0",
    description=DESCRIPTION,
    urls_namespace="delivery",
    # Deep links would be links inside buttons, which screen readers can't reach.
    docs=Swagger(settings={"defaultModelsExpandDepth": 0, "deepLinking": False}),
    docs_url="/docs/",
    openapi_url="/openapi.json",
    # Left to itself, ninja answers both with 200 whatever the method.
    docs_decorator=require_safe,
)
api.add_router("", articles.api.router)
api.add_router("", comments.api.router)


@api.exception_handler(ValidationError)
def report_invalid(request: HttpRequest, exception: ValidationError) -> HttpResponse:
    """Answer 422 with one entry a field."""
    errors: list[FieldErrorDict] = [
        {
            "loc": [str(part) for part in error["loc"]],
            "code": str(error["type"]),
            "msg": str(error["msg"]),
        }
        for error in exception.errors
    ]
    return problem_response(status=422, detail="Some of the values can't be used.", errors=errors)


@api.exception_handler(HttpError)
def report_http_error(request: HttpRequest, exception: HttpError) -> HttpResponse:
    """Answer with the error's own status, code and sentence."""
    return problem_response(
        status=exception.status_code,
        code=getattr(exception, "code", None),
        detail=str(exception),
        retry_after=getattr(exception, "retry_after", None),
    )


@api.exception_handler(Http404)
def report_not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """Answer 404 without the words of the exception, which may name models and values."""
    return problem_response(status=404, detail="There is nothing at this address.")


@api.exception_handler(RequestDataTooBig)
def report_too_big(request: HttpRequest, exception: RequestDataTooBig) -> HttpResponse:
    """Answer 413 to a body that is larger than Django takes."""
    return problem_response(status=413, detail="The request's body is too large.")


@api.exception_handler(BadRequest)
def report_bad_request(request: HttpRequest, exception: BadRequest) -> HttpResponse:
    """Answer 400 to a request that can't be parsed."""
    return problem_response(status=400, detail=str(exception) or "The request can't be read.")
