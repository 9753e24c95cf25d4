"""The core's own tables."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting

from standfirst.addresses import validate_web_address
from standfirst.outbox.models import OutboxMessage
from standfirst.plain_migrations import plain_in_migrations
from standfirst.records import Record

__all__ = ["FrontendSettings", "OutboxMessage", "RecordLogEntry"]


@plain_in_migrations
class RecordLogEntry(Record):
    """One use of a door: how many records of which kind were redacted or purged, when, why and by whom.

    It outlives what it tells of, and is a record itself.
    """

    class Door(models.TextChoices):
        REDACT = "redact", _("Redacted")
        PURGE = "purge", _("Purged")

    door = models.CharField(_("door"), max_length=10, choices=Door.choices)
    record = models.CharField(_("kind of record"), max_length=200)
    number = models.PositiveBigIntegerField(_("number"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty if the site itself did it, or the account is gone."),
    )
    created_at = models.DateTimeField(_("date"), default=timezone.now)

    personal_fields: ClassVar[tuple[str, ...]] = ("actor",)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("log entry about records")
        verbose_name_plural = _("log entries about records")
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.door} {self.number} {self.record}"


@plain_in_migrations
class FrontendSettings(BaseSiteSetting):
    """Where readers find the pages of a site that a separate frontend draws."""

    base_url = models.CharField(
        _("address of the frontend"),
        max_length=255,
        blank=True,
        help_text=_(
            "Where readers find the pages, such as https://www.example.org, if a separate frontend shows "
            "them. The API, canonical links and links to comments then lead there. Leave empty if this site "
            "shows its pages itself."
        ),
    )

    panels: ClassVar[list[FieldPanel]] = [FieldPanel("base_url")]

    class Meta:
        verbose_name = _("frontend")
        default_permissions = ("change",)

    def __str__(self) -> str:
        return self.base_url

    def clean(self) -> None:
        """Refuse what is no web address, and one with a query or fragment: paths of pages are appended."""
        super().clean()
        if not self.base_url:
            return
        try:
            validate_web_address(self.base_url)
        except ValidationError as error:
            raise ValidationError({"base_url": error}) from error
        if "?" in self.base_url or "#" in self.base_url:
            raise ValidationError(
                {"base_url": ValidationError(_("Leave out what begins with ? or #."), code="invalid")}
            )
