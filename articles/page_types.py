"""Fields of a site's own that the API serves: those of its page types, and those of claims.

Register both in the ``ready`` of an app: the types of the API are made when its addresses are loaded, and are
closed then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeVar
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from pydantic import BaseModel, create_model

AnySchema = TypeVar("AnySchema", bound=type[BaseModel])


class PageType:
    """What the API says of a page type of a site beside what it says of every article.

    A subclass names the model, what the API calls it (``"story"``: the answer's ``type``, and
    ``"story_summary"`` in lists), and a schema of the fields of its own.
    """

    model: ClassVar[type[models.Model]]
    name: ClassVar[str]
    fields: ClassVar[type[BaseModel]]

    def read(self, pages: Sequence[Any]) -> Iterable[BaseModel]:
        """Return the own fields of each page, in order: of all at once, so that a list costs the same."""
        raise NotImplementedError


class ClaimFields:
    """What the API says of a claim beside what it says of every claim, wherever it has one.

    Each field has a default: a claim of a draft, or one that was just written, may not be known yet.
    """

    fields: ClassVar[type[BaseModel]]

    def read(self, uids: Sequence[UUID]) -> Mapping[UUID, BaseModel]:
        """Return the own fields of all claims with these uids; one that is left out has the defaults."""
        raise NotImplementedError


_page_types: dict[type[models.Model], PageType] = {}
_claim_fields: list[ClaimFields] = []
_used: list[str] = []


def register_page_type(page_type: PageType) -> None:
    """Have the API serve fields of a page type's own, under a ``type`` of its own.

    Raises ``ImproperlyConfigured`` if it comes too late, or for a name or model that has a type already.
    """
    _refuse_late(f"page type “{page_type.name}”")
    names = {known.name for known in _page_types.values()}
    if page_type.model in _page_types or page_type.name in {"article", *names}:
        raise ImproperlyConfigured(f"There is a type “{page_type.name}”, or one of the same model, already.")
    _page_types[page_type.model] = page_type


def register_claim_fields(claim_fields: ClaimFields) -> None:
    """Have the API serve fields of a site's own with every claim, in bodies and in ``/claims/``.

    Raises ``ImproperlyConfigured`` if it comes too late, or if a field has no default.
    """
    _refuse_late("fields of claims")
    required = [name for name, field in claim_fields.fields.model_fields.items() if field.is_required()]
    if required:
        raise ImproperlyConfigured(f"Give the claim's field “{required[0]}” a default.")
    _claim_fields.append(claim_fields)


def find_page_type(page: Any) -> PageType | None:
    """Return the registered type of a page, or that of the nearest class that it inherits."""
    return next((_page_types[parent] for parent in type(page).__mro__ if parent in _page_types), None)


def adds_fields(page: Any) -> bool:
    """Return whether the API's answer about a page has fields of a site's own."""
    return bool(_claim_fields) or find_page_type(page) is not None


def extend_with_page_types(base: type[BaseModel], suffix: str) -> dict[str, type[BaseModel]]:
    """Return a schema for each registered type by its name: ``base`` with its own fields.

    ``suffix`` follows the name in the schema's ``type``. Nothing can be registered afterwards.
    """
    _used.append("the API's document")
    return {
        page_type.name: _extend(
            base,
            page_type.fields,
            name=f"{_camel(page_type.name)}{base.__name__.removeprefix('Article')}",
            literal=f"{page_type.name}{suffix}",
        )
        for page_type in _page_types.values()
    }


def extend_claim(base: AnySchema) -> AnySchema:
    """Return a schema of claims with all registered fields. Nothing can be registered afterwards."""
    _used.append("the API's document")
    extended: Any = base
    for claim_fields in _claim_fields:
        extended = _extend(extended, claim_fields.fields, name=base.__name__)
    if extended is not base:
        extended.__doc__ = base.__doc__
    return extended


def read_page_fields(pages: Sequence[Any]) -> dict[int, dict[str, Any]]:
    """Return the own fields of pages by their ids, at a number of queries that their types decide."""
    found: dict[int, dict[str, Any]] = {page.pk: {} for page in pages}
    for page_type in _page_types.values():
        same = [page for page in pages if find_page_type(page) is page_type]
        if same:
            for page, fields in zip(same, page_type.read(same), strict=True):
                found[page.pk] = _values(fields)
    return found


def read_claim_fields(uids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the registered fields of claims by their uids."""
    found: dict[UUID, dict[str, Any]] = {uid: {} for uid in uids}
    for claim_fields in _claim_fields if uids else ():
        for uid, fields in claim_fields.read(uids).items():
            found.setdefault(uid, {}).update(_values(fields))
    return found


def _extend(
    base: type[BaseModel], fields: type[BaseModel], *, name: str, literal: str | None = None
) -> type[BaseModel]:
    taken = sorted(set(base.model_fields) & set(fields.model_fields))
    if taken:
        raise ImproperlyConfigured(
            f"{fields.__name__} has a field “{taken[0]}”, which {base.__name__} has too."
        )
    own: dict[str, Any] = {} if literal is None else {"type": (Literal[literal], ...)}
    doc = fields.__doc__ or base.__doc__
    return create_model(name, __base__=(fields, base), __doc__=doc, **own)


def _values(fields: BaseModel) -> dict[str, Any]:
    # Not dumped: an object among them stays one.
    return {name: getattr(fields, name) for name in type(fields).model_fields}


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _refuse_late(what: str) -> None:
    if _used:
        raise ImproperlyConfigured(
            f"The {what} is registered too late: {_used[0]} is in use. "
            "Register it in the ready() of your AppConfig."
        )
