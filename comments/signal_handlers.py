"""What follows from the deletion of a user."""

from typing import Any

from django.db.models import F, Model

from .announcing import announce_discussion
from .models import Comment, Discussion


def show_that_an_editor_is_gone(sender: type[Model], instance: Model, using: str, **kwargs: Any) -> None:
    """When a user is deleted, have the discussions change in which their comments bore an editor's mark.

    Those where a removed comment of theirs keeps its place change, too: they are locked before the comments.
    """
    written = Comment.objects.using(using).shown().filter(user_id=instance.pk)
    discussions = Discussion.objects.using(using).filter(pk__in=written.values("discussion"))
    if discussions.update(version=F("version") + 1):
        for discussion in discussions:
            announce_discussion(discussion, changed=["version"], using=using)
