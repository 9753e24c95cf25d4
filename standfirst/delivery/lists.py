"""Lists in parts: cursors, and the address of what follows.

A cursor is the sort key of a part's last item with a mark of the list and its filters, encoded so that nobody
relies on its form. In another list, or under other filters, it is refused: it would skip items in silence.
"""

import base64
import hashlib
import json
from functools import cache
from typing import Annotated, Any, Generic, TypedDict, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.errors import ValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from . import conf
from .parameters import invalid_parameter

CURSOR = "cursor"
Item = TypeVar("Item")
# They choose a part of a list, not what is in it.
_NOT_FILTERS = {CURSOR, "limit"}
_MARK_LENGTH = 8


class Part(BaseModel, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    next: str | None = Field(description="The address of the next part; null at the end.")
    next_cursor: str | None = Field(
        description="The `cursor` of the next part, for clients that make addresses; null at the end."
    )


def _limit_in_bounds(value: int) -> int:
    if value > conf.max_limit():
        raise ValueError(f"must be at most {conf.max_limit()}")
    return value


def _describe_limit(schema: dict[str, Any]) -> None:
    """Tell the document what the settings say: they aren't known before the apps are loaded."""
    schema.update(default=conf.default_limit(), maximum=conf.max_limit())


class PartQuery(Schema):
    """Which part of a list is wanted."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1), AfterValidator(_limit_in_bounds)] = Field(
        default_factory=conf.default_limit, description="How many items.", json_schema_extra=_describe_limit
    )
    cursor: Annotated[str, StringConstraints(max_length=500)] = Field(
        "", description="Taken from `next` or `next_cursor` of the previous part."
    )


class NextPart(TypedDict):
    """The fields of ``Part`` that lead on."""

    next: str | None
    next_cursor: str | None


def next_part(request: HttpRequest, key: tuple[Any, ...] | None) -> NextPart:
    """Return what leads to the part after the item with this sort key; without a key, nothing follows."""
    if key is None:
        return {"next": None, "next_cursor": None}
    cursor = encode_cursor(request, key)
    others = [(name, value) for name, value in _parameters(request) if name != CURSOR]
    query = urlencode([*others, (CURSOR, cursor)])
    return {"next": request.build_absolute_uri(f"{request.path}?{query}"), "next_cursor": cursor}


def encode_cursor(request: HttpRequest, key: tuple[Any, ...]) -> str:
    """Return the cursor that stands for a sort key in the list that the request asks for."""
    values = _adapter_for(type(key)).dump_python(key, mode="json")
    document = json.dumps([_mark(request), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decode_cursor(request: HttpRequest, cursor: str, shape: Any) -> Any:
    """Return the sort key that a cursor stands for, None for the empty cursor.

    ``shape`` is the type of the key, a tuple as pydantic understands it. Raises ninja's ``ValidationError``
    with the code ``invalid_cursor`` for what was never a cursor of this list with these filters.
    """
    if not cursor:
        return None
    try:
        encoded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        document = json.loads(base64.b64decode(encoded, altchars=b"-_", validate=True))
        if not isinstance(document, list) or document[:1] != [_mark(request)]:
            raise invalid_cursor()
        return _adapter_for(shape).validate_json(json.dumps(document[1:]))
    except (ValueError, RecursionError):  # Of base64, json and pydantic alike.
        raise invalid_cursor() from None


@cache
def _adapter_for(shape: Any) -> TypeAdapter[Any]:
    """Return what writes and reads keys of a shape: making one takes longer than using it."""
    return TypeAdapter(shape)


def invalid_cursor() -> ValidationError:
    """Return the error to raise for a cursor that this list did not give."""
    return invalid_parameter(
        CURSOR, "invalid_cursor", _("This cursor does not come from `next` of this list with these filters.")
    )


def _mark(request: HttpRequest) -> str:
    filters = sorted((name, value) for name, value in _parameters(request) if name not in _NOT_FILTERS)
    document = json.dumps([request.path, filters])
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK_LENGTH]


def _parameters(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values]
