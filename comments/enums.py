"""The vocabularies of a discussion."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The state of a comment. Only approved comments are shown to readers."""

    PENDING = "pending", _("Awaiting moderation")
    APPROVED = "approved", _("Approved")
    SPAM = "spam", _("Spam")
    TRASH = "trash", _("Trash")


class Reason(models.TextChoices):
    """Why a comment got its status: the codes that this app writes into the moderation history."""

    PREMODERATION = "premoderation", _("New comments wait for a moderator")
    MODERATOR = "moderator", _("A moderator's decision")
    RULE_FAILED = "rule_failed", _("A rule failed, and a moderator should look")
