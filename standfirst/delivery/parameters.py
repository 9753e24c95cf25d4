"""What a request may ask for."""

from collections.abc import Collection

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import ValidationError


def invalid_parameter(name: str, code: str, message: str) -> ValidationError:
    """Return the error to raise for a parameter of the query string."""
    return ValidationError([{"type": code, "loc": ["query", name], "msg": message}])


def refuse_unknown_parameters(request: HttpRequest, known: Collection[str]) -> None:
    """Raise ninja's ``ValidationError`` for parameters of the query string that are not ``known``."""
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        raise ValidationError(
            [
                {"type": "unknown_parameter", "loc": ["query", name], "msg": _("There is no such parameter.")}
                for name in unknown
            ]
        )
