"""Cursors: the sort key of a part's last item, encoded so that nobody relies on its form."""

import base64
import binascii
import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from ninja.errors import ValidationError
from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticValidationError


def encode_cursor(key: tuple[Any, ...]) -> str:
    """Return the cursor that stands for a sort key."""
    document = json.dumps(TypeAdapter(type(key)).dump_python(key, mode="json"), separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, shape: Any) -> Any:
    """Return the sort key that a cursor stands for, None for the empty cursor.

    ``shape`` is the type of the key, a tuple as pydantic understands it. Raises ninja's ``ValidationError``
    with the code ``invalid_cursor`` for what was never a cursor of this list.
    """
    if not cursor:
        return None
    try:
        document = base64.b64decode(
            cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        )
        return TypeAdapter(shape).validate_json(document)
    except (UnicodeEncodeError, binascii.Error, PydanticValidationError):
        raise ValidationError(
            [
                {
                    "type": "invalid_cursor",
                    "loc": ["query", "cursor"],
                    "msg": "This cursor does not come from the `next` of this list.",
                }
            ]
        ) from None


def build_next_url(request: HttpRequest, key: tuple[Any, ...] | None) -> str | None:
    """Return the absolute address of the part after the item with this sort key; None for no key."""
    if key is None:
        return None
    parameters = [(name, value) for name, value in _parameters(request) if name != "cursor"]
    query = urlencode([*parameters, ("cursor", encode_cursor(key))])
    return request.build_absolute_uri(f"{request.path}?{query}")


def _parameters(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values]
