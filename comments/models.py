"""Discussions, comments, and the history of what moderators decided."""

from typing import Any, ClassVar

import swapper
import uuid_utils.compat
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from standfirst.addresses import is_web_address
from standfirst.anchors import Anchor
from standfirst.plain_migrations import plain_in_migrations
from standfirst.records import PURGE, Record
from standfirst.shortening import shorten

from .anchors import ANCHOR_LABEL_MAX_LENGTH, ANCHOR_MAX_LENGTH
from .editors import IsEditor
from .enums import Reason, Status
from .paths import MAX_PATH_LENGTH
from .stored_rendering import MARK_MAX_LENGTH, Rendering, from_stored, mark_of, render, to_stored

BODY_MAX_LENGTH = 65_525
NAME_MAX_LENGTH = 245
EMAIL_MAX_LENGTH = 100
URL_MAX_LENGTH = 200
#: What ``Comment.keep_rendering`` sets.
RENDERED_FIELDS = ("rendered_body", "rendered_from")
#: Columns of comments that no reader sees anything of. What a text looks like follows from the text.
HIDDEN_COLUMNS = (
    *("author_email", "ip_address", "user_agent", "fingerprint", "status_changed_at"),
    *RENDERED_FIELDS,
)


@plain_in_migrations
class Discussion(models.Model):
    """All comments under one page. The row is made when it is needed: a page without one is open and empty.

    An alias of a page shares its original's discussion. The counters are kept by the services, in the same
    transaction as the comments they count. So is the version, which triggers move as well, whoever changes
    what readers see; it never goes back. Whoever reads a discussion for a public answer notes its version
    (``standfirst.cache.noting``) before reading its comments.
    """

    #: What the core calls a discussion among the parts of answers that have versions of their own.
    PART: ClassVar[str] = "standfirst_comments.discussion"

    page = models.OneToOneField(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="reader_discussion",
    )
    is_open = models.BooleanField(_("open"), default=True)
    approved_count = models.PositiveIntegerField(_("approved comments"), default=0)
    pending_count = models.PositiveIntegerField(_("comments awaiting moderation"), default=0)
    version = models.PositiveBigIntegerField(
        _("version"), default=0, help_text=_("Rises with every change that readers can see.")
    )

    # A page's comments are not a usage of the page that an editor should be warned about.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("discussion")
        verbose_name_plural = _("discussions")
        default_permissions = ()

    def __str__(self) -> str:
        return f"Discussion of page {self.page_id}"


class CommentQuerySet(models.QuerySet["Comment"]):
    """Selections of comments."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the comments and all replies to them, and keep the counters of their discussions right."""
        from .counting import keeping_counts  # It needs the models.

        discussions = Comment.objects.using(self.db).filter(pk__in=self.order_by().values("pk"))
        with keeping_counts(discussions.values_list("discussion_id", flat=True).distinct()):
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def update(self, **kwargs: Any) -> int:
        """Update the comments; of a text that is replaced, nothing is kept in the HTML beside it."""
        if "body" in kwargs:
            kwargs = {**dict.fromkeys(RENDERED_FIELDS, ""), **kwargs}
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def approved(self) -> "CommentQuerySet":
        return self.filter(status=Status.APPROVED)

    def shown(self) -> "CommentQuerySet":
        """Return approved comments, and those that keep their place because of approved replies."""
        return self.filter(models.Q(status=Status.APPROVED) | models.Q(approved_reply_count__gt=0))

    def marking_editors(self) -> "CommentQuerySet":
        """Return the comments with ``is_by_editor`` set, within the same query.

        An editor is somebody who may use the admin at the time of reading: an account that loses the right
        loses the mark.
        """
        return self.annotate(is_by_editor=IsEditor("user"))


@plain_in_migrations
class Comment(models.Model):
    """What a reader wrote under a page.

    Only the services write status, counters and paths.
    """

    # Version 7 sorts by time of creation.
    uid = models.UUIDField(_("uid"), default=uuid_utils.compat.uuid7, unique=True, editable=False)
    discussion = models.ForeignKey(
        Discussion, verbose_name=_("discussion"), on_delete=models.CASCADE, related_name="comments"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("in reply to"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="replies",
    )
    path = models.CharField(max_length=MAX_PATH_LENGTH, editable=False)
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    approved_reply_count = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Approved comments anywhere below this one.")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    author_name = models.CharField(_("name"), max_length=NAME_MAX_LENGTH)
    author_email = models.EmailField(_("email"), max_length=EMAIL_MAX_LENGTH, blank=True)
    author_url = models.URLField(_("website"), max_length=URL_MAX_LENGTH, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        # Wagtail's own (editorial) comments have the plain name.
        related_name="reader_comments",
    )
    body = models.TextField(_("comment"))
    # What the text looks like, made when it is saved; to be read by ``rendering`` alone.
    rendered_body = models.TextField(default="", blank=True, editable=False)
    rendered_from = models.CharField(max_length=MARK_MAX_LENGTH, default="", blank=True, editable=False)
    anchor = models.CharField(_("part of the page"), max_length=ANCHOR_MAX_LENGTH, blank=True)
    anchor_label = models.CharField(
        _("that part in words"),
        max_length=ANCHOR_LABEL_MAX_LENGTH,
        blank=True,
        help_text=_("As it was when the comment was written. The part itself may be gone."),
    )
    extra: "models.JSONField[Any, Any]" = models.JSONField(
        _("further values"),
        default=dict,
        blank=True,
        help_text=_("What the site's own fields of the form were given, by name."),
    )
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True, unpack_ipv4=True)
    user_agent = models.CharField(_("browser"), max_length=255, blank=True)
    fingerprint = models.CharField(
        max_length=64, editable=False, help_text=_("Equal for one author's equal comments in one place.")
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    status_changed_at = models.DateTimeField(_("status changed"), default=timezone.now)

    #: Whether the author may use the admin; known only for comments from ``marking_editors``.
    is_by_editor = False
    #: The part of the page that it is about, as it is now; known only after ``attach_anchors``.
    found_anchor: "Anchor | None" = None

    objects = CommentQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        # Comments are written by readers and moderated; nobody edits or deletes them in the admin.
        default_permissions = ()
        permissions = [("moderate_comment", _("Can moderate comments"))]
        indexes = [
            models.Index(fields=["discussion", "path"], name="standfirst_comment_tree"),
            models.Index(fields=["discussion", "anchor", "path"], name="standfirst_comment_anchor"),
            models.Index(fields=["discussion", "fingerprint"], name="standfirst_comment_duplicate"),
            models.Index(fields=["status", "created_at"], name="standfirst_comment_status"),
            models.Index(fields=["created_at"], name="standfirst_comment_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="standfirst_comment_known_status"
            )
        ]

    def __str__(self) -> str:
        return shorten(" ".join(self.body.split()), 80)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the comment and, with its text, what the text looks like."""
        update_fields = kwargs.get("update_fields")
        if update_fields is None or "body" in update_fields:
            if self.rendered_from != mark_of(self.body):
                self.keep_rendering()
            if update_fields is not None:
                kwargs["update_fields"] = {*update_fields, *RENDERED_FIELDS}
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the comment and all replies to it, and keep the counters of its discussion right."""
        from .counting import keeping_counts  # It needs the models.

        with keeping_counts([self.discussion_id]):
            return super().delete(*args, **kwargs)

    @property
    def is_approved(self) -> bool:
        """Return whether readers may see the text; if not, the comment only keeps its place."""
        return self.status == Status.APPROVED

    @property
    def element_id(self) -> str:
        return f"comment-{self.uid}"

    @property
    def rendering(self) -> Rendering:
        """Return what the text looks like: as it was stored or, if the text is another by now, afresh."""
        return from_stored(self.body, self.rendered_body, self.rendered_from)

    @property
    def body_html(self) -> SafeString:
        return self.rendering.whole

    def keep_rendering(self) -> None:
        """Set the fields that hold what the text looks like, to be saved with it."""
        self.rendered_body = to_stored(render(self.body))
        self.rendered_from = mark_of(self.body)

    @property
    def excerpt(self) -> str:
        """Return the beginning of the text, to identify the comment."""
        return shorten(self.body, 280)

    @property
    def author_link(self) -> str:
        """Return the author's website if it can safely be linked to, else an empty string."""
        return self.author_url if is_web_address(self.author_url) else ""


@plain_in_migrations
class ModerationEntry(Record):
    """One decision about one comment. Entries are only ever added; they go when the comment goes."""

    comment = models.ForeignKey(
        Comment, verbose_name=_("comment"), on_delete=PURGE, related_name="moderation_entries"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("moderator"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty where the site itself decided."),
    )
    from_status = models.CharField(_("from"), max_length=10, choices=Status.choices, blank=True)
    to_status = models.CharField(_("to"), max_length=10, choices=Status.choices)
    reason = models.CharField(_("reason"), max_length=50, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("date"), default=timezone.now)

    personal_fields: ClassVar[tuple[str, ...]] = ("actor",)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("moderation entry")
        verbose_name_plural = _("moderation entries")
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.from_status or 'new'} → {self.to_status}"

    @property
    def is_by_moderator(self) -> bool:
        """Return whether a moderator decided, whose account may be gone by now."""
        return self.reason == Reason.MODERATOR

    @property
    def reason_label(self) -> str:
        """Return the reason in words; codes of other apps are shown as they are."""
        return str(Reason(self.reason).label) if self.reason in Reason.values else self.reason
