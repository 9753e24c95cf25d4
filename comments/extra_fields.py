"""The fields that a site adds to the comment form: which there are, and their values as JSON and in words."""

import datetime
import decimal
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import formats
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

#: A longer text of a field without a maximum of its own is refused.
TEXT_MAX_LENGTH: Final = 65_525


@dataclass(frozen=True, slots=True)
class Kind:
    """What the values of a kind of field are in JSON: the words of JSON Schema for one that isn't empty."""

    schema: Mapping[str, Any]

    def fits(self, value: object) -> bool:
        """Return whether a stored value is of this kind: the form may have had another field of the name."""
        types = self.schema["type"]
        if self.schema["type"] == "array":
            return isinstance(value, list) and all(_is_a(item, _SCALARS) for item in value)
        return _is_a(value, [types] if isinstance(types, str) else types)


_SCALARS = ("string", "integer", "number", "boolean")
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_TEXT = Kind({"type": "string"})
# The first class that a field is an instance of counts, so that what inherits comes first.
_KINDS: tuple[tuple[type[forms.Field], Kind | None], ...] = (
    # What has no value in JSON that anybody could read again, or no single element.
    (forms.FileField, None),
    (forms.ModelChoiceField, None),
    (forms.MultiValueField, None),
    (forms.ComboField, None),
    (forms.JSONField, None),
    (forms.FilePathField, None),
    (forms.BooleanField, Kind({"type": "boolean"})),
    (forms.DecimalField, Kind({"type": "string", "format": "decimal"})),
    (forms.FloatField, Kind({"type": "number"})),
    (forms.IntegerField, Kind({"type": "integer"})),
    (forms.DateTimeField, Kind({"type": "string", "format": "date-time"})),
    (forms.DateField, Kind({"type": "string", "format": "date"})),
    (forms.TimeField, Kind({"type": "string", "format": "time"})),
    (forms.DurationField, Kind({"type": "string", "format": "duration"})),
    (forms.TypedMultipleChoiceField, Kind({"type": "array", "items": {"type": [*_SCALARS]}})),
    (forms.MultipleChoiceField, Kind({"type": "array", "items": {"type": "string"}})),
    (forms.TypedChoiceField, Kind({"type": [*_SCALARS]})),
    (forms.ChoiceField, _TEXT),
    (forms.EmailField, Kind({"type": "string", "format": "email"})),
    (forms.URLField, Kind({"type": "string", "format": "uri"})),
    (forms.UUIDField, Kind({"type": "string", "format": "uuid"})),
    (forms.CharField, _TEXT),
)


def find_kind(field: forms.Field) -> Kind | None:
    """Return what a field's values are in JSON, None for a field whose values can't be kept."""
    return next((kind for field_class, kind in _KINDS if isinstance(field, field_class)), None)


def to_json(value: object) -> JsonValue:
    """Return a cleaned value as JSON has it; what JSON doesn't know is written as text."""
    if isinstance(value, set | frozenset | tuple):
        value = list(value)
    result: JsonValue = json.loads(json.dumps(value, cls=_Encoder))
    return result


def texts_in(value: JsonValue) -> Iterator[str]:
    """Yield all texts of a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from texts_in(item)


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A value of a comment with the label of its field, both in words."""

    name: str
    label: str
    text: str


def name_values(values: Mapping[str, JsonValue], fields: Mapping[str, forms.Field]) -> list[NamedValue]:
    """Return the values that aren't empty: of the form's fields in its order, then of former fields.

    ``fields`` are the site's own fields of the form as it is now, by name.
    """
    known = [name for name in fields if name in values]
    former = sorted(set(values) - set(known))
    return [
        NamedValue(name, label_of(name, fields.get(name)), say(values[name], fields.get(name)))
        for name in (*known, *former)
        if values[name] not in (None, "", [])
    ]


def label_of(name: str, field: forms.Field | None) -> str:
    """Return what a field is called: its label, else its name in words."""
    return str(field.label) if field is not None and field.label else name.replace("_", " ").capitalize()


def say(value: JsonValue, field: forms.Field | None = None) -> str:
    """Return a stored value as people write it in the current language, choices by their labels."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(say(item, field) for item in value)
    if isinstance(field, forms.ChoiceField):
        labels = {str(choice): str(label) for choice, label, _group in flat_choices(field)}
        if str(value) in labels:
            return labels[str(value)]
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return _say_moment(value, field)
    return str(formats.localize(value))


def flat_choices(field: forms.Field) -> Iterator[tuple[str, str, str]]:
    """Yield the choices of a field as (value, label, label of its group or ""), without the empty one."""
    for value, label in getattr(field, "choices", ()):
        if isinstance(label, list | tuple):
            yield from ((str(inner), str(text), str(value)) for inner, text in label)
        elif value not in (None, ""):
            yield str(value), str(label), ""


def _is_a(value: object, types: Iterable[str]) -> bool:
    # To Python, True is a whole number.
    return any(
        isinstance(value, _PYTHON_TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
        for name in types
    )


def _say_moment(value: str, field: forms.Field | None) -> str:
    parse: Callable[[str], Any] | None = None
    if isinstance(field, forms.DateTimeField):
        parse = parse_datetime
    elif isinstance(field, forms.DateField):
        parse = parse_date
    elif isinstance(field, forms.TimeField):
        parse = parse_time
    try:
        moment = parse(value) if parse else None
    except ValueError:
        moment = None
    if moment is None:
        return value
    if isinstance(moment, datetime.datetime) and is_aware(moment):
        moment = localtime(moment)
    return str(formats.localize(moment))


class _Encoder(DjangoJSONEncoder):
    """Writes dates, times, durations, decimals and uuids as Django does, in full; anything else as text."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime.datetime | datetime.time):
            return o.isoformat()  # Django drops what is below a millisecond, and refuses some times.
        if isinstance(o, datetime.date | datetime.timedelta | decimal.Decimal | uuid.UUID):
            return super().default(o)
        return str(o)
