"""What a request may ask for."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import ValidationError
from pydantic import BaseModel


def invalid_parameter(name: str, code: str, message: str) -> ValidationError:
    """Return the error to raise for a parameter of the query string."""
    return ValidationError([{"type": code, "loc": ["query", name], "msg": message}])


def refuse_unknown_parameters(request: HttpRequest, query: BaseModel | None = None) -> None:
    """Raise ninja's ``ValidationError`` for parameters that ``query`` doesn't have.

    Ninja drops them before its schema could refuse them; a filter that is misspelt would answer everything.
    """
    known = type(query).model_fields if query is not None else {}
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        raise ValidationError(
            [
                {"type": "unknown_parameter", "loc": ["query", name], "msg": _("There is no such parameter.")}
                for name in unknown
            ]
        )
