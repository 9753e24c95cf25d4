"""The redaction that the deletion of a person brings about."""

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.signals import pre_delete

from standfirst.records.doors import log_door
from standfirst.records.models import Record


def watch_persons() -> None:
    """Have the log say when the deletion of a person empties fields of records: theirs is ``SET_NULL``."""
    persons = {field.remote_field.model for field in _personal_keys()}
    for person in persons:
        pre_delete.connect(_log_redaction, sender=person, dispatch_uid="standfirst.records.persons")


def _log_redaction(sender: type[models.Model], instance: models.Model, using: str, **kwargs: Any) -> None:
    """Log, in the transaction that deletes a person, in how many records they were named."""
    for field in _personal_keys():
        if field.remote_field.model is sender:
            named = field.model._base_manager.using(using).filter(**{field.name: instance.pk}).count()
            log_door(
                "redact",
                field.model,
                number=named,
                # Not which one: the log must not tell who it was.
                reason=f"{sender._meta.label_lower} was deleted",
                actor=None,
                using=using,
            )


def _personal_keys() -> "list[models.ForeignKey[Any, Any]]":
    return [
        field
        for model in apps.get_models()
        if issubclass(model, Record) and not model._meta.proxy
        for name in model.personal_fields
        if isinstance(field := model._meta.get_field(name), models.ForeignKey)
    ]
