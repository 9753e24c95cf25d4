"""Errors of the delivery API: RFC 9457 problem details."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import TypedDict

from django.http import JsonResponse
from ninja import Field, Schema

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "content_too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    500: "server_error",
    503: "unavailable",
}

# RFC 9110 gave these statuses new names, which Python has since 3.13.
PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}


class ProblemFieldError(Schema):
    """One field's error."""

    loc: list[str] = Field(description="The field's path, outermost part first.")
    code: str = Field(description="A stable code for programs.")
    msg: str = Field(description="A sentence for people.")


class Problem(Schema):
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

    ``retry_after`` is in seconds. Without ``code`` and ``detail`` both follow from the status.
    """
    title = phrase(status)
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code or CODES.get(status, "error"),
        "detail": detail or f"{title}.",
        "errors": list(errors),
    }
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def phrase(status: int) -> str:
    """Return an HTTP status in words, the same on every version of Python."""
    try:
        return PHRASES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return "Error"
