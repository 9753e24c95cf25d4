"""The table of messages."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from standfirst.outbox.errors import UnknownKind
from standfirst.outbox.kinds import NAME_MAX_LENGTH, find_kind
from standfirst.plain_migrations import plain_in_migrations


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    LEASED = "leased", _("Being delivered")
    DELIVERED = "delivered", _("Delivered")
    DEAD = "dead", _("Given up")


@plain_in_migrations
class OutboxMessage(models.Model):
    """Something that is to leave the site. Only ``standfirst.outbox`` writes these.

    A worker takes a message on a lease, named by a random text: whoever has the lease may write the outcome.
    A lease that runs out belonged to a worker that was killed, or is too slow to be told from one.
    """

    uid = models.UUIDField(_("uid"), default=uuid7, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=NAME_MAX_LENGTH)
    payload = models.JSONField(_("payload"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    interruptions = models.PositiveSmallIntegerField(
        _("interruptions"),
        default=0,
        help_text=_("Attempts that nobody knows the outcome of: the message may have arrived."),
    )
    due_at = models.DateTimeField(
        _("due"),
        default=timezone.now,
        help_text=_("When the next attempt may begin or, during one, when its lease runs out."),
    )
    lease = models.CharField(max_length=32, blank=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        default_permissions = ("view",)
        permissions = [("manage_outboxmessage", _("Can read, retry and discard outgoing messages"))]
        indexes = [
            models.Index(fields=["state", "due_at"], name="standfirst_outbox_due"),
            models.Index(fields=["state", "finished_at"], name="standfirst_outbox_finished"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="standfirst_outbox_known_state"),
            models.CheckConstraint(
                condition=(Q(state=State.LEASED) & ~Q(lease="")) | (~Q(state=State.LEASED) & Q(lease="")),
                name="standfirst_outbox_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.WAITING, State.LEASED], finished_at__isnull=True)
                | Q(state__in=[State.DELIVERED, State.DEAD], finished_at__isnull=False),
                name="standfirst_outbox_end",
            ),
        ]

    def __str__(self) -> str:
        """Name the message without telling what is in it: this is logged, and kept for longer."""
        return f"{self.kind} {self.uid}"

    @cached_property
    def kind_label(self) -> str:
        """Return the kind in words; one that isn't registered is shown as it is."""
        try:
            return str(find_kind(self.kind).label)
        except UnknownKind:
            return self.kind

    @property
    def is_dead(self) -> bool:
        return self.state == State.DEAD

    @property
    def is_pending(self) -> bool:
        """Return whether the message has yet to be delivered."""
        return self.state in {State.WAITING, State.LEASED}
