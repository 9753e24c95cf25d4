"""The model and the queryset that refuse to change or delete a record."""

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from django.db import models, router, transaction
from django.db.models import Q

from standfirst.records.doors import log_door, open_permit
from standfirst.records.errors import RecordIsPermanentError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

RecordModel = TypeVar("RecordModel", bound="Record", covariant=True)


class RecordQuerySet(models.QuerySet[RecordModel]):
    """Records: what would change or delete them is refused, but for the two doors."""

    def update(self, **kwargs: Any) -> NoReturn:
        self._refuse("changed")

    def update_or_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse("changed")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse("changed")

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("update_conflicts"):
            self._refuse("changed")
        return super().bulk_create(objs, *args, **kwargs)

    def delete(self) -> NoReturn:
        self._refuse("deleted")

    # As in Django: a manager has no method that deletes everything.
    update.alters_data = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def redact(self, *, reason: str, actor: "User | None" = None) -> int:
        """Empty the columns that name a person, and return in how many records there was anything to empty.

        ``reason`` and ``actor`` are logged; the reason is read long after the person is gone, so it names
        nobody.
        """
        empty = {name: self.model.empty_value(name) for name in self.model.personal_fields}
        filled = Q()
        for name, value in empty.items():
            filled |= ~Q(**({f"{name}__isnull": True} if value is None else {name: value}))
        if not empty:
            return 0
        using = router.db_for_write(self.model)
        with transaction.atomic(using=using):
            number = models.QuerySet.update(self.filter(filled), **empty)
            log_door("redact", self.model, number=number, reason=reason, actor=actor, using=using)
        return number

    def purge(self, *, reason: str, actor: "User | None" = None) -> int:
        """Delete the records, and return how many. ``reason``, such as a rule, and ``actor`` are logged."""
        using = router.db_for_write(self.model)
        with open_permit(using):
            _, deleted = models.QuerySet.delete(self)
            number = deleted.get(self.model._meta.label, 0)
            log_door("purge", self.model, number=number, reason=reason, actor=actor, using=using)
        return number

    redact.alters_data = True  # type: ignore[attr-defined]
    redact.queryset_only = True  # type: ignore[attr-defined]
    purge.alters_data = True  # type: ignore[attr-defined]
    purge.queryset_only = True  # type: ignore[attr-defined]

    def _refuse(self, what: str) -> NoReturn:
        raise RecordIsPermanentError(f"Records of {self.model._meta.label} can't be {what}.")


class Record(models.Model):
    """A row that is only ever added.

    A subclass names in ``personal_fields`` the fields that tell who somebody is: nullable foreign keys with
    ``on_delete=SET_NULL``, and columns that may be null or empty. Foreign keys to what the record is about
    have ``on_delete=PURGE``, so that it can be deleted together with its records.
    """

    personal_fields: ClassVar[tuple[str, ...]] = ()

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        """Add the record. Raises ``RecordIsPermanentError`` if it exists already."""
        if not self._state.adding:
            raise RecordIsPermanentError(f"A record of {self._meta.label} can't be changed.")
        # Without this, a new object with the key of a stored one would be tried as a change first.
        super().save(**{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RecordIsPermanentError(f"A record of {self._meta.label} can't be deleted.")

    @classmethod
    def empty_value(cls, name: str) -> str | None:
        """Return what a personal field holds once it is redacted."""
        return None if cls._meta.get_field(name).null else ""
