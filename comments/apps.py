"""The app's configuration."""

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    """Moderated reader comments under any Wagtail page."""

    name = __package__
    label = "standfirst_comments"
    verbose_name = _("Comments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and connect the signals."""
        from standfirst import parts

        from . import checks, errors, signal_handlers  # noqa: F401
        from .anchors import ProtocolAnchors
        from .enums import Status
        from .models import HIDDEN_COLUMNS, Comment, Discussion, ModerationEntry
        from .screening import pipeline
        from .services.counts import Counter

        parts.offer_router(
            f"{__package__}.api.router", tags={"comments": "What readers say, and the form that takes it."}
        )
        parts.offer_examples(f"{__package__}.api_examples.make_examples")
        parts.offer_comment_counter(Counter())
        parts.offer_anchors(ProtocolAnchors(), is_last=True)
        parts.offer_parameters("after")
        # Comments move the version of their discussion, and nothing else. A discussion that is open and has
        # no approved comment is shown like none at all.
        parts.offer_versioned_part(
            Discussion.PART,
            table=Discussion._meta.db_table,
            key_column="page_id",
            version_column="version",
            hidden=["pending_count"],
            shown=[("is_open", "=", False), ("approved_count", ">", 0)],
            rows=[
                parts.PartRows(
                    Comment._meta.db_table,
                    column="discussion_id",
                    hidden=HIDDEN_COLUMNS,
                    shown=(("status", "=", Status.APPROVED.value), ("approved_reply_count", ">", 0)),
                )
            ],
        )
        parts.class_tables(invisible=[Comment._meta.db_table, ModerationEntry._meta.db_table])
        parts.offer_problem_codes({**pipeline.codes(), **errors.codes()})
        pre_delete.connect(signal_handlers.show_that_an_editor_is_gone, sender=settings.AUTH_USER_MODEL)
