"""Errors of the delivery API: RFC 9457 problem details."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import TypedDict

from django.http import JsonResponse
from pydantic import BaseModel, Field

from standfirst import parts

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    409: "conflict",
    410: "gone",
    411: "length_required",
    412: "precondition_failed",
    413: "content_too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    500: "server_error",
    502: "bad_gateway",
    503: "unavailable",
    504: "gateway_timeout",
}

# For a status that nobody expected: clients that know all codes need one.
OTHER_CODE = "error"

# RFC 9110 gave these statuses new names, which Python has since 3.13.
PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}


class ProblemFieldError(BaseModel):
    """One field's error."""

    loc: list[str] = Field(description="The field's path, outermost part first.")
    code: str = Field(description="A stable code for programs.")
    msg: str = Field(description="A sentence for people.")


class Problem(BaseModel):
    """An error in the format of RFC 9457."""

    type: str = Field(description="Always `about:blank`: `code` tells problems apart.")
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status code.")
    code: str = Field(description="A stable code for programs.")
    detail: str = Field(description="A sentence for people.")
    errors: list[ProblemFieldError] = Field(
        default_factory=list, description="For 422: every field that has an error."
    )


class FieldErrorDict(TypedDict):
    """A ``ProblemFieldError`` as plain data."""

    loc: list[str]
    code: str
    msg: str


def problem_response(
    *,
    status: int,
    code: str | None = None,
    detail: str | None = None,
    errors: Sequence[FieldErrorDict] = (),
    retry_after: int | None = None,
) -> JsonResponse:
    """Return ``application/problem+json`` for an HTTP status.

    ``retry_after`` is in seconds. Without ``code`` and ``detail`` both follow from the status, and so does a
    code that no app offers: clients were promised a complete list.
    """
    body = problem_body(status=status, code=code, detail=detail, errors=errors)
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def problem_body(
    *,
    status: int,
    code: str | None = None,
    detail: str | None = None,
    errors: Sequence[FieldErrorDict] = (),
) -> dict[str, object]:
    """Return a ``Problem`` as plain data."""
    title = phrase(status)
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code if code in known_codes() else CODES.get(status, OTHER_CODE),
        "detail": detail or f"{title}.",
        "errors": list(errors),
    }


def known_codes() -> list[str]:
    """Return every value of ``code``: one a status, and those that the installed apps offer."""
    return sorted({*CODES.values(), OTHER_CODE, *parts.offered_problem_codes()})


def phrase(status: int) -> str:
    """Return an HTTP status in words, the same on every version of Python."""
    try:
        return PHRASES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return "Error"
