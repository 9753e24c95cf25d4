"""What follows from events elsewhere: a migration, the deletion of a user."""

import logging
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.db import transaction
from django.db.models import F, Model

from standfirst.shortening import shorten

from .anchors import ANCHOR_LABEL_MAX_LENGTH, anchor_labels
from .enums import Status
from .models import Comment, Discussion

logger = logging.getLogger("standfirst.comments")


def keep_words_of_anchors(sender: AppConfig, using: str, plan: Sequence[Any] = (), **kwargs: Any) -> None:
    """After the migration that adds ``anchor_label``, fill it for the comments whose part is still there.

    Not a step of that migration: what a part is called is said by the methods of a page type, which models
    from the past of an app don't have, and whose tables other apps may be about to change. Where a page can't
    be read, its comments are left as they are.
    """
    done = {(migration.app_label, migration.name) for migration, backwards in plan if not backwards}
    if ("comments", "0003_comment_anchor_label") not in done or not apps.ready:
        return
    unnamed = Comment.objects.using(using).exclude(anchor="").filter(anchor_label="")
    for discussion in Discussion.objects.using(using).filter(pk__in=unnamed.values("discussion")):
        try:
            with transaction.atomic(using=using):
                labels = anchor_labels(discussion.page.specific)
        except Exception:
            logger.exception(
                "The parts of page %s, which comments are about, can't be read.", discussion.page_id
            )
            continue
        for anchor, label in labels.items():
            comments = unnamed.filter(discussion=discussion, anchor=anchor)
            comments.update(anchor_label=shorten(label, ANCHOR_LABEL_MAX_LENGTH))


def show_that_an_editor_is_gone(sender: type[Model], instance: Model, using: str, **kwargs: Any) -> None:
    """When a user is deleted, have the discussions change in which their comments bore an editor's mark."""
    written = Comment.objects.using(using).filter(user_id=instance.pk, status=Status.APPROVED)
    Discussion.objects.using(using).filter(pk__in=written.values("discussion")).update(
        version=F("version") + 1
    )
