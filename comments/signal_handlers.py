"""What follows from the deletion of a user."""

from typing import Any

from django.db.models import F, Model

from .announcing import announce_discussion
from .enums import Status
from .models import Comment, Discussion


def show_that_an_editor_is_gone(sender: type[Model], instance: Model, using: str, **kwargs: Any) -> None:
    """When a user is deleted, have the discussions change in which their comments bore an editor's mark."""
    written = Comment.objects.using(using).filter(user_id=instance.pk, status=Status.APPROVED)
    discussions = Discussion.objects.using(using).filter(pk__in=written.values("discussion"))
    if discussions.update(version=F("version") + 1):
        for discussion in discussions:
            announce_discussion(discussion, changed=["version"], using=using)
