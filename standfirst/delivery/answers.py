"""Writes answers as JSON."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder
from pydantic_core import PydanticSerializationError, to_json

_encoder = NinjaJSONEncoder()


def write_json(data: Any) -> bytes:
    """Return data as JSON as pydantic writes it: without spaces, and faster than Python's encoder."""
    try:
        return to_json(data, fallback=_encoder.default)
    except (PydanticSerializationError, UnicodeError):
        # Half of a surrogate pair, say, which a script wrote into a body: Python writes it as an escape.
        return json.dumps(data, cls=NinjaJSONEncoder).encode()


def answer_json(data: Any) -> HttpResponse:
    """Return the answer of an operation that knows its data to be what its schema promises.

    Ninja would make the schema's objects of it, and plain data of these.
    """
    return HttpResponse(write_json(data), content_type="application/json; charset=utf-8")


class JSONRenderer(BaseRenderer):
    """The JSON of all other operations."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        return write_json(data)
