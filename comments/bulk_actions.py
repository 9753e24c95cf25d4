"""Decisions about many comments at once, from the list."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_list_or_404
from django.utils.translation import gettext as _
from wagtail.admin.views.bulk_action import BulkAction

from comments.admin_views import PERMISSION, check_moderator
from comments.decisions import DECISIONS, Decision
from comments.listing import SEARCH_FIELDS, CommentFilterSet, CommentIndexView
from comments.models import Comment
from comments.services import set_comment_status

# Up to 18 digits: what fits into a database's integer.
_PRIMARY_KEY = re.compile(r"[0-9]{1,18}")


class DecideBulkAction(BulkAction):
    """Give all selected comments one status."""

    models = [Comment]
    template_name = "comments/admin/confirm_bulk.html"
    decision: Decision

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let moderators pass. Raises ``PermissionDenied`` for everybody else."""
        check_moderator(request)
        return super().dispatch(request, *args, **kwargs)

    @classmethod
    def get_queryset(cls, model: type[Comment], object_ids: Iterable[Any]) -> list[Comment]:
        """Return the selected comments. Raises ``Http404`` where there are none."""
        ids = [int(pk) for pk in object_ids if _PRIMARY_KEY.fullmatch(str(pk))]
        comments = model.objects.select_related("discussion__page").order_by("pk")
        return get_list_or_404(comments, pk__in=ids)

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Sequence[int]:
        """Return the ids of all comments that the list showed, on all of its pages.

        The list's filters and search come with the request: "all" is what the moderator saw, not every
        comment.
        """
        view = CommentIndexView(
            model=Comment,
            filterset_class=CommentFilterSet,
            search_fields=SEARCH_FIELDS,
            index_url_name="comments_moderation:index",
            index_results_url_name="comments_moderation:index_results",
        )
        view.setup(self.request)
        return list(view.get_queryset().values_list("pk", flat=True))

    def check_perm(self, obj: Comment) -> bool:
        """Return whether the moderator may decide about a comment."""
        return bool(self.request.user.has_perm(PERMISSION))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the confirmation page is given."""
        context = super().get_context_data(**kwargs)
        button = str(self.decision.bulk_verb % {"count": len(context["items"])})
        return {**context, "decision": self.decision, "action_button_text": button}

    def get_execution_context(self) -> dict[str, Any]:
        """Return the arguments of ``execute_action`` beside the comments."""
        return {"actor": self.request.user, "decision": self.decision}

    @classmethod
    def execute_action(cls, objects: Iterable[Comment], **kwargs: Any) -> tuple[int, int]:
        """Give the comments the status, and return how many did not have it yet."""
        changed = set_comment_status(
            uids=[comment.uid for comment in objects],
            status=kwargs["decision"].status,
            actor=kwargs["actor"],
        )
        return len(changed), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Return the sentence that reports the result."""
        if not num_parent_objects:
            return _("The comments had this status already.")
        return str(self.decision.done % {"count": num_parent_objects})


def make_bulk_actions() -> list[type[DecideBulkAction]]:
    """Return one bulk action class for each decision."""
    return [
        type(
            f"{decision.status.name.title()}BulkAction",
            (DecideBulkAction,),
            {
                "decision": decision,
                "display_name": decision.verb,
                "aria_label": decision.bulk_label,
                "action_type": decision.status.value,
                "action_priority": 10 * position,
                "classes": {"serious"} if decision.is_serious else set(),
            },
        )
        for position, decision in enumerate(DECISIONS, start=1)
    ]
