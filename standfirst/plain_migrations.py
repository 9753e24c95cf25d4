"""What migrations write down of our models: the tables, and nothing that changes with a word or a class.

A page type of a host inherits fields of ours. Were their labels, help texts, choices or blocks part of its
migrations, a release of ours that mends a sentence would have the host make a migration of its own, and one
that moves a class would break those it has.
"""

from functools import cache
from typing import Any, TypeVar

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as global_apps
from django.contrib.auth.management import create_permissions
from django.db import models
from wagtail.fields import StreamField

from standfirst.records.doors import PURGE

WORDS_OF_FIELDS = {"verbose_name", "help_text", "choices", "violation_error_message"}
WORDS_OF_MODELS = ("verbose_name", "verbose_name_plural", "permissions")
_models_with_permissions: list[type[models.Model]] = []
AnyModel = TypeVar("AnyModel", bound=models.Model)


def plain_in_migrations(model: type[AnyModel]) -> type[AnyModel]:
    """Have migrations write down the columns and constraints of a model alone, which may be abstract.

    A StreamField is a ``JSONField`` to them. As a StreamField without blocks, which is shorter still, it
    would be emptied where a historic model is saved. Wagtail's ``MigrateStreamData`` doesn't work on such a
    field: a migration of blocks edits the raw list. A manager of tags stays as it is: its class fills in
    words.
    """
    parts: list[Any] = [*model._meta.local_fields, *model._meta.constraints]
    for part in parts:
        kind: Any = type(part)
        part.__class__ = _make_plain(kind)
    if model._meta.permissions:
        _models_with_permissions.append(model)
    for word in WORDS_OF_MODELS:
        model._meta.original_attrs.pop(word, None)
    return model


def make_permissions(
    app_config: AppConfig, using: str, verbosity: int, apps: Apps = global_apps, **kwargs: Any
) -> None:
    """Make the permissions of an app's plain models, after ``migrate`` and ``flush``.

    Django makes those that migrations know of, and they don't know of ours.
    """
    for model in _models_with_permissions:
        # ``apps`` are as the migrations left them: one that was taken back has no such table.
        if model._meta.app_label == app_config.label and model._meta.model_name in apps.all_models.get(
            app_config.label, {}
        ):
            create_permissions(app_config, verbosity=verbosity, using=using)
            return


@cache
def _make_plain(original: Any) -> Any:
    """Return the class with another deconstruction. It has its name, which Django writes into migrations."""
    if getattr(original, "is_plain_in_migrations", False):
        return original

    def deconstruct(self: Any) -> tuple[Any, ...]:
        *head, options = original.deconstruct(self)
        options = {name: value for name, value in options.items() if name not in WORDS_OF_FIELDS}
        if options.get("on_delete") is PURGE:  # Records are not guarded while a migration runs.
            options["on_delete"] = models.CASCADE
        return (*head, options)

    attributes: dict[str, Any] = {"deconstruct": deconstruct, "is_plain_in_migrations": True}
    if issubclass(original, StreamField):
        attributes |= {"deconstruct": _deconstruct_as_json, "clone": _as_json}
    attributes |= {"__module__": original.__module__, "__qualname__": original.__qualname__}
    return type(original.__name__, (original,), attributes)


def _as_json(self: StreamField) -> "models.JSONField[Any, Any]":
    return models.JSONField(encoder=self.json_field.encoder, blank=self.blank)


def _deconstruct_as_json(self: StreamField) -> tuple[Any, ...]:
    return (self.name, *_as_json(self).deconstruct()[1:])
