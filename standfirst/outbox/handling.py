"""What people do with messages that were given up."""

from typing import TYPE_CHECKING

from django.db import transaction
from wagtail.log_actions import log

from standfirst.outbox import leases
from standfirst.outbox.models import OutboxMessage, State
from standfirst.outbox.starting import start_delivery

if TYPE_CHECKING:
    from django.contrib.auth.models import User

RETRY = "standfirst.retry_message"
DISCARD = "standfirst.discard_message"


def retry_message(*, message: OutboxMessage, actor: "User") -> bool:
    """Have a message that was given up delivered again; return False if it isn't dead any more."""
    with transaction.atomic():
        if not leases.revive(pk=message.pk):
            return False
        log(instance=message, action=RETRY, user=actor)
        transaction.on_commit(start_delivery, robust=True)
    return True


def discard_message(*, message: OutboxMessage, actor: "User") -> bool:
    """Delete a message that was given up; return False if it isn't dead any more."""
    with transaction.atomic():
        # First, so that of two people who do it at once one is told that it is gone.
        deleted, _ = OutboxMessage.objects.filter(pk=message.pk, state=State.DEAD).delete()
        if not deleted:
            return False
        log(instance=message, action=DISCARD, user=actor, deleted=True)
    return True
