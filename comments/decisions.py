"""The decisions that a moderator can make about a comment, in the admin's words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from .enums import Status


@dataclass(frozen=True, slots=True)
class Decision:
    """A status to give, the verb for its button, and the words for its result.

    ``question`` asks before many are changed, and ``bulk_verb`` is on the button that does it; it and
    ``done`` take ``count``. ``icon`` is the name of a Wagtail icon.
    """

    status: Status
    verb: str | Promise
    bulk_label: str | Promise
    question: str | Promise
    bulk_verb: str | Promise
    done: str | Promise
    icon: str
    is_serious: bool = False


DECISIONS: tuple[Decision, ...] = (
    Decision(
        status=Status.APPROVED,
        verb=_("Approve"),
        bulk_label=_("Approve selected comments"),
        question=_("Approve these comments?"),
        bulk_verb=ngettext_lazy("Approve %(count)d comment", "Approve %(count)d comments", "count"),
        done=ngettext_lazy("%(count)d comment approved.", "%(count)d comments approved.", "count"),
        icon="check",
    ),
    Decision(
        status=Status.PENDING,
        verb=_("Hold"),
        bulk_label=_("Hold selected comments"),
        question=_("Hold these comments?"),
        bulk_verb=ngettext_lazy("Hold %(count)d comment", "Hold %(count)d comments", "count"),
        done=ngettext_lazy("%(count)d comment held.", "%(count)d comments held.", "count"),
        icon="history",
    ),
    Decision(
        status=Status.SPAM,
        verb=_("Mark as spam"),
        bulk_label=_("Mark selected comments as spam"),
        question=_("Mark these comments as spam?"),
        bulk_verb=ngettext_lazy("Mark %(count)d comment as spam", "Mark %(count)d comments as spam", "count"),
        done=ngettext_lazy(
            "%(count)d comment marked as spam.", "%(count)d comments marked as spam.", "count"
        ),
        icon="warning",
        is_serious=True,
    ),
    Decision(
        status=Status.TRASH,
        verb=_("Move to trash"),
        bulk_label=_("Move selected comments to the trash"),
        question=_("Move these comments to the trash?"),
        bulk_verb=ngettext_lazy(
            "Move %(count)d comment to the trash", "Move %(count)d comments to the trash", "count"
        ),
        done=ngettext_lazy(
            "%(count)d comment moved to the trash.", "%(count)d comments moved to the trash.", "count"
        ),
        icon="bin",
        is_serious=True,
    ),
)


def offered_decisions(status: str) -> list[Decision]:
    """Return the decisions that would change a comment of this status."""
    return [decision for decision in DECISIONS if decision.status != status]


def find_decision(status: str) -> Decision | None:
    """Return the decision that gives a status, None if there is no such status."""
    return next((decision for decision in DECISIONS if decision.status == status), None)
