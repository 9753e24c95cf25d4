"""Rows of several tables, read by one statement.

A page shows rows of many small tables, each found by a column that holds one of some values. Asked for one
after the other, most of the time goes into asking. Here they come as one column of JSON, under the number of
their table, and are turned back into objects: the statement's text is put together from the models once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, JSONField, Model

# How a database makes an array of JSON of its columns, and text of that.
_ARRAYS = {
    "sqlite": "json_array({})",
    "postgresql": "json_build_array({})::text",
    "mysql": "CAST(JSON_ARRAY({}) AS CHAR)",
}
# Functions of databases take at least 100 arguments.
_MAX_COLUMNS = 100
# Fields whose values lose digits in JSON, or have no place in it.
_CHANGED_BY_JSON = {"BinaryField", "DecimalField", "FloatField"}
# Which fields have values that JSON writes as text.
_TEXTS = {"DateTimeField", "DateField", "TimeField", "UUIDField", "DurationField"}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a model whose column ``field`` holds one of the ``values``; without a field, all rows.

    ``related`` is a foreign key whose rows come along.
    """

    model: type[Model]
    field: str = ""
    values: Collection[Any] = ()
    related: str = ""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many rows of a model, whose column ``field`` holds one of the ``values``, are alike in ``by``."""

    model: type[Model]
    field: str
    values: Collection[Any]
    by: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Exists:
    """Whether a model has a row whose column ``field`` isn't empty."""

    model: type[Model]
    field: str


Part = Rows | Counts | Exists


class Together:
    """What the statement found: the rows of each part, as objects when they are asked for."""

    def __init__(
        self,
        parts: Sequence[Part],
        texts: Sequence[list[str]],
        using: str,
        made: dict[int, list[Any]],
    ) -> None:
        self._parts = parts
        self._using = using
        # Each row as the database wrote it, sorted: what was read, letter by letter.
        self.texts = texts
        self._made: dict[int, list[Any]] = made

    def texts_by(self, part: Rows, field: str) -> dict[Any, list[str]]:
        """Return the rows as the database wrote them, by what stands in one of their columns."""
        place = [known.name for known in _fields(part.model)].index(_field(part.model, field).name)
        found: dict[Any, list[str]] = {}
        for text in self.texts[self._number(part)]:
            found.setdefault(json.loads(text)[place], []).append(text)
        return found

    def rows(self, part: Rows) -> list[Any]:
        """Return the objects of a part that consists of rows, ordered by their keys."""
        number = self._number(part)
        if number not in self._made:
            make = _maker(part.model, part.related, self._using)
            found = [make(json.loads(text)) for text in self.texts[number]]
            self._made[number] = sorted(found, key=lambda row: row.pk)
        return self._made[number]

    def counts(self, part: Counts) -> list[list[Any]]:
        """Return the values of ``by`` and their number, once for each combination."""
        return [json.loads(text) for text in self.texts[self._number(part)]]

    def exists(self, part: Exists) -> bool:
        return bool(self.texts[self._number(part)])

    def _number(self, part: Part) -> int:
        return next(number for number, known in enumerate(self._parts) if known is part)


def read_together(parts: Iterable[Part], *, using: str = DEFAULT_DB_ALIAS) -> Together:
    """Return the rows of all parts. Takes one statement; none if every part asks for no value at all.

    Models with fields whose values JSON would change take a statement of their own each.
    """
    parts = list(parts)
    texts: list[list[str]] = [[] for _part in parts]
    asked = [(number, part) for number, part in enumerate(parts) if _asks(part)]
    made: dict[int, list[Any]] = {}
    for number, part in asked:
        if isinstance(part, Rows) and not _survives_json(part.model, part.related, using):
            made[number], texts[number] = _read_alone(part, using)
    asked = [(number, part) for number, part in asked if number not in made]
    if asked:
        vendor = connections[using].vendor
        selects, values = [], []
        for number, part in asked:
            selects.append(_select(number, part, vendor, using))
            if not isinstance(part, Exists):
                values += [_prepare(part, value, using) for value in part.values]
        with connections[using].cursor() as cursor:
            cursor.execute(" UNION ALL ".join(selects), values)
            for number, text in cursor.fetchall():
                texts[number].append(text)
    for rows in texts:
        rows.sort()
    return Together(parts, texts, using, made)


@lru_cache(maxsize=256)
def _survives_json(model: type[Model], related: str, using: str) -> bool:
    """Return whether all values of a model come back from JSON as they are stored."""
    fields = _fields(model)
    if related:
        key: Any = model._meta.get_field(related)
        fields = [*fields, *_fields(key.remote_field.model)]
    return len(fields) <= _MAX_COLUMNS and all(
        _is_plain(field, connections[using].vendor) for field in fields
    )


def _is_plain(field: Any, vendor: str) -> bool:
    if field.get_internal_type() in _CHANGED_BY_JSON:
        return False
    # A field of a site's own may be stored as it likes, which PostgreSQL's JSON doesn't show.
    is_known = type(field).__module__.startswith(("django.", "wagtail.", "modelcluster.", "taggit."))
    return vendor == "sqlite" or is_known or not hasattr(field, "from_db_value")


def _read_alone(part: Rows, using: str) -> tuple[list[Any], list[str]]:
    """Return the objects of a part by a statement of their own, and their values as texts."""
    rows = part.model._base_manager.using(using).order_by("pk")
    if part.related:
        rows = rows.select_related(part.related)
    if part.field:
        rows = rows.filter(**{f"{part.field}__in": part.values})
    found = list(rows)
    names = [field.attname for field in _fields(part.model)]
    return found, [json.dumps([getattr(row, name) for name in names], default=_as_text) for row in found]


def _as_text(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | bytearray | memoryview) else str(value)


def _asks(part: Part) -> bool:
    return isinstance(part, Exists) or not part.field or bool(part.values)


def _prepare(part: Rows | Counts, value: Any, using: str) -> Any:
    field = _field(part.model, part.field)
    return field.get_db_prep_value(value, connections[using], prepared=False)


def _select(number: int, part: Part, vendor: str, using: str) -> str:
    if isinstance(part, Exists):
        return _exists_sql(number, part.model, part.field, vendor, using)
    count = len(part.values)
    if isinstance(part, Counts):
        return _counts_sql(number, part.model, part.field, count, part.by, vendor, using)
    return _rows_sql(number, part.model, part.field, count, part.related, vendor, using)


@lru_cache(maxsize=1024)
def _rows_sql(
    number: int, model: type[Model], field: str, count: int, related: str, vendor: str, using: str
) -> str:
    quote = connections[using].ops.quote_name
    columns = [f"a.{quote(known.column)}" for known in _fields(model)]
    tables = f"{quote(model._meta.db_table)} a"
    if related:
        key: Any = model._meta.get_field(related)
        target = key.remote_field.model
        columns += [f"b.{quote(known.column)}" for known in _fields(target)]
        tables += f" LEFT JOIN {quote(target._meta.db_table)} b ON b.{quote(target._meta.pk.column)}"
        tables += f" = a.{quote(key.column)}"
    array = _ARRAYS[vendor].format(", ".join(columns))
    condition = f" WHERE {_among(model, field, count, using)}" if field else ""
    return f"SELECT {number}, {array} FROM {tables}{condition}"  # noqa: S608 - names of our own models


@lru_cache(maxsize=256)
def _counts_sql(
    number: int, model: type[Model], field: str, count: int, by: tuple[str, ...], vendor: str, using: str
) -> str:
    quote = connections[using].ops.quote_name
    columns = ", ".join(f"a.{quote(_field(model, name).column)}" for name in by)
    array = _ARRAYS[vendor].format(f"{columns}, COUNT(*)")
    return (  # names of our own models
        f"SELECT {number}, {array} FROM {quote(model._meta.db_table)} a "  # noqa: S608
        f"WHERE {_among(model, field, count, using)} GROUP BY {columns}"
    )


@lru_cache(maxsize=64)
def _exists_sql(number: int, model: type[Model], field: str, vendor: str, using: str) -> str:
    quote = connections[using].ops.quote_name
    array = _ARRAYS[vendor].format("1")
    table, column = quote(model._meta.db_table), quote(_field(model, field).column)
    return (
        f"SELECT {number}, {array} FROM (SELECT 1 AS found) x "  # noqa: S608 - names of our own models
        f"WHERE EXISTS (SELECT 1 FROM {table} a WHERE a.{column} IS NOT NULL)"
    )


def _among(model: type[Model], field: str, count: int, using: str) -> str:
    column = connections[using].ops.quote_name(_field(model, field).column)
    return f"a.{column} IN ({', '.join(['%s'] * count)})"


def _field(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _fields(model: type[Model]) -> list[Any]:
    return list(model._meta.local_concrete_fields)


@lru_cache(maxsize=64)
def _maker(model: type[Model], related: str, using: str) -> Callable[[list[Any]], Any]:
    """Return what makes an object of the values of a row."""
    readers = [_reader(field, using) for field in _fields(model)]
    names = [field.attname for field in _fields(model)]
    if not related:
        return lambda values: model.from_db(using, names, _convert(readers, values))
    key: Any = model._meta.get_field(related)
    target = key.remote_field.model
    other_readers = [_reader(field, using) for field in _fields(target)]
    other_names = [field.attname for field in _fields(target)]

    def make(values: list[Any]) -> Any:
        row = model.from_db(using, names, _convert(readers, values))
        others = values[len(readers) :]
        if others[0] is not None:
            setattr(row, key.name, target.from_db(using, other_names, _convert(other_readers, others)))
        return row

    return make


def _convert(readers: Sequence[Callable[[Any], Any] | None], values: Sequence[Any]) -> list[Any]:
    return [
        value if reader is None else reader(value) for reader, value in zip(readers, values, strict=False)
    ]


def _reader(field: Field[Any, Any], using: str) -> Callable[[Any], Any] | None:
    """Return what makes of a value in JSON what the field would have read; None if it is that already."""
    connection = connections[using]
    expression: Any = field.get_col(field.model._meta.db_table)
    if isinstance(field, JSONField) and connection.vendor == "postgresql":
        return None  # There it is part of the array; elsewhere it is text.
    plain = field.remote_field.model._meta.pk if field.remote_field else field
    if connection.vendor == "sqlite" or isinstance(field, JSONField):
        # JSON keeps what SQLite stores as it is: text, numbers and NULL.
        converters = [
            *connection.ops.get_db_converters(expression),
            *expression.get_db_converters(connection),
        ]
        if not converters:
            return None

        def convert(value: Any) -> Any:
            for converter in converters:
                value = converter(value, expression, connection)
            return value

        return convert
    text = plain.get_internal_type() in _TEXTS
    return plain.to_python if text else None
