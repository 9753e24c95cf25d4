"""The fields that a site adds to the comment form, as the delivery API describes and takes them.

The form is read each time, so that the description is true of the form as it is.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic_core import ErrorDetails

from .extra_fields import JsonValue, find_kind, flat_choices
from .forms import find_form_class, find_public_fields

_SCALARS = (str, int, float, bool)
# What a client may send for each type of JSON, besides nothing, and what it is told otherwise, with the codes
# of pydantic. A form writes numbers as text: whether they are any, the field itself says.
_ACCEPTED: dict[str, tuple[Callable[[Any], bool], str, Any]] = {
    "string": (
        lambda value: isinstance(value, str | int | float) and not isinstance(value, bool),
        "string_type",
        _("This should be a text."),
    ),
    "integer": (
        lambda value: isinstance(value, str | int) and not isinstance(value, bool),
        "int_type",
        _("This should be a whole number."),
    ),
    "number": (
        lambda value: isinstance(value, str | int | float) and not isinstance(value, bool),
        "float_type",
        _("This should be a number."),
    ),
    "boolean": (
        lambda value: value in (True, False, "true", "false", "on"),
        "bool_type",
        _("This should be true or false."),
    ),
    "array": (
        lambda value: isinstance(value, list) and all(isinstance(item, _SCALARS) for item in value),
        "list_type",
        _("This should be a list."),
    ),
    "any": (lambda value: isinstance(value, _SCALARS), "string_type", _("This should be a text.")),
}


def find_errors(values: Mapping[str, Any]) -> list[ErrorDetails]:
    """Return what is wrong with the names and types of submitted values; the form says the rest."""
    fields = find_form_class().extra_fields()
    errors: list[ErrorDetails] = []
    for name, value in values.items():
        if name not in fields:
            errors.append(_error(name, "extra_forbidden", _("The form has no such field."), value))
            continue
        fits, code, sentence = _ACCEPTED[_json_type(fields[name])]
        if value not in (None, "") and not fits(value):
            errors.append(_error(name, code, sentence, value))
    return errors


def describe_submitted(schema: dict[str, Any]) -> None:
    """Fill in the JSON Schema of the values that are sent."""
    fields = find_form_class().extra_fields()
    _make_object(schema, {name: _describe(field) for name, field in fields.items()})
    required = [name for name, field in fields.items() if field.required]
    if required:
        schema["required"] = required


def describe_public(schema: dict[str, Any]) -> None:
    """Fill in the JSON Schema of the values that readers see."""
    _make_object(
        schema,
        {
            name: {"title": str(field.label or name), **kind.schema}
            for name, field in find_public_fields().items()
            if (kind := find_kind(field))
        },
    )


def public_values(stored: Mapping[str, JsonValue]) -> dict[str, Any]:
    """Return the stored values that readers may see, as ``describe_public`` has them.

    One that the form had another kind of field for when it was stored is left out.
    """
    if not stored:
        return {}
    return {
        name: stored[name]
        for name, field in find_public_fields().items()
        if name in stored and (kind := find_kind(field)) and kind.fits(stored[name])
    }


def has_required_fields() -> bool:
    """Return whether a comment can't be sent without any of the site's own fields."""
    return any(field.required for field in find_form_class().extra_fields().values())


def _describe(field: forms.Field) -> dict[str, Any]:
    kind = find_kind(field)
    described: dict[str, Any] = dict(kind.schema) if kind else {"type": "string"}
    if described.get("format") == "decimal":
        described = {"type": ["string", "number"]}
    choices = [value for value, _label, _group in flat_choices(field)]
    if isinstance(field, forms.ChoiceField):
        listed = {"type": "string", "enum": choices}
        described = {"type": "array", "items": listed} if described["type"] == "array" else listed
    for name, keyword in (("min_length", "minLength"), ("max_length", "maxLength")):
        if described["type"] == "string" and getattr(field, name, None) is not None:
            described[keyword] = getattr(field, name)
    for name, keyword in (("min_value", "minimum"), ("max_value", "maximum")):
        bound = getattr(field, name, None)
        if described["type"] in ("integer", "number") and isinstance(bound, int | float):
            described[keyword] = bound
    about = {"title": str(field.label or "")} if field.label else {}
    if field.help_text:
        about["description"] = str(field.help_text)
    if field.required:
        return {**about, **described}
    return {**about, "anyOf": [described, {"type": "null"}]}


def _json_type(field: forms.Field) -> str:
    kind = find_kind(field)
    json_type = kind.schema["type"] if kind else "string"
    return json_type if isinstance(json_type, str) else "any"


def _make_object(schema: dict[str, Any], properties: dict[str, Any]) -> None:
    described = {name: value for name, value in schema.items() if name in ("title", "description")}
    schema.clear()
    schema.update(described, type="object", properties=properties, additionalProperties=False)


def _error(name: str, code: str, sentence: Any, value: Any) -> ErrorDetails:
    return ErrorDetails(type=code, loc=("extra", name), msg=str(sentence), input=value)
