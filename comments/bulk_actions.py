"""Decisions about many comments at once, from the list."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from wagtail.admin.views.bulk_action import BulkAction

from .admin_views import PERMISSION, check_moderator
from .anchors import attach_anchors
from .decisions import DECISIONS, Decision
from .enums import Status
from .listing import SEARCH_FIELDS, CommentFilterSet, CommentIndexView
from .models import Comment, ModerationEntry
from .services import find_overtaking_decisions, set_comment_status

# Up to 18 digits: what fits into a database's integer.
_PRIMARY_KEY = re.compile(r"[0-9]{1,18}")
_SHOWN = re.compile(r"([0-9]{1,18}):([a-z]+)")
# The confirmation page holds all of their texts, and somebody has to read it.
MAX_AT_ONCE: Final = 500


class ShownCommentsForm(forms.Form):
    """The comments that the confirmation page showed, each with the status that it showed.

    One field, "12:pending 13:spam", since Django limits the number of fields in a request. Its cleaned value
    is a dictionary of statuses by primary key.
    """

    shown = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": _lazy("Please choose the comments again.")}
    )

    def clean_shown(self) -> dict[int, str]:
        """Return the statuses by primary key. Raises ``ValidationError`` for what we did not write."""
        statuses: dict[int, str] = {}
        for item in self.cleaned_data["shown"].split():
            match = _SHOWN.fullmatch(item)
            if match is None or match[2] not in Status.values:
                raise ValidationError(_("Please choose the comments again."), code="invalid")
            statuses[int(match[1])] = match[2]
        if len(statuses) > MAX_AT_ONCE:
            raise ValidationError(_("Please choose fewer comments."), code="too_many")
        return statuses


class DecideBulkAction(BulkAction):
    """Give all selected comments one status.

    The selection is fixed when the confirmation page is made: it lists the comments in full, and posts which
    they were and what status each had. A comment that arrives later isn't decided about; one that somebody
    else decides about meanwhile is asked about again.
    """

    models = [Comment]
    template_name = "standfirst_comments/admin/confirm_bulk.html"
    form_class = ShownCommentsForm
    decision: Decision

    def __init__(self, request: HttpRequest, model: type[Comment]) -> None:
        super().__init__(request, model)
        self.selected_count = 0
        self.overtaken: dict[int, ModerationEntry] = {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_moderator(request)
        return super().dispatch(request, *args, **kwargs)

    @classmethod
    def get_queryset(cls, model: type[Comment], object_ids: Iterable[Any]) -> list[Comment]:
        """Return the comments of these ids, in their order. Raises ``Http404`` if there are none."""
        ids = [int(pk) for pk in object_ids if _PRIMARY_KEY.fullmatch(str(pk))]
        found = model.objects.select_related("discussion__page", "parent").in_bulk(ids)
        if not found:
            raise Http404
        return [found[pk] for pk in dict.fromkeys(ids) if pk in found]

    def get_actionable_objects(self) -> tuple[list[Comment], dict[str, list[Comment]]]:
        """Return the comments to list or, once the form was posted, those that it listed."""
        if self.overtaken:
            ids: Sequence[Any] = list(self.overtaken)
        elif self.cleaned_form is not None:
            ids = list(self.cleaned_form.cleaned_data["shown"])
        elif "all" in self.request.GET.getlist("id"):
            ids = self.get_all_objects_in_listing_query(self.request.GET.get("childOf"))
        else:
            ids = self.request.GET.getlist("id")
        self.selected_count = len(ids)
        return self.get_queryset(self.model, ids[:MAX_AT_ONCE]), {"items_with_no_access": []}

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Sequence[int]:
        """Return the ids of all comments that the list showed, on all of its pages, in its order.

        The list's filters and search come with the request: "all" is what the moderator saw, not every
        comment.
        """
        view = CommentIndexView(
            model=Comment,
            filterset_class=CommentFilterSet,
            search_fields=SEARCH_FIELDS,
            index_url_name="standfirst_comments_moderation:index",
            index_results_url_name="standfirst_comments_moderation:index_results",
        )
        view.setup(self.request)
        return list(view.get_queryset().values_list("pk", flat=True))

    def check_perm(self, obj: Comment) -> bool:
        return bool(self.request.user.has_perm(PERMISSION))

    def object_context(self, obj: Comment) -> dict[str, Any]:
        return {**super().object_context(obj), "overtaken_by": self.overtaken.get(obj.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        comments = [entry["item"] for entry in context["items"]]
        attach_anchors(comments)
        shown = " ".join(f"{comment.pk}:{comment.status}" for comment in comments)
        return {
            **context,
            "form": self.form_class(initial={"shown": shown}),
            "shown_errors": context["form"].errors.get("shown", []),
            "decision": self.decision,
            "action_button_text": str(self.decision.bulk_verb % {"count": len(comments)}),
            "selected_count": self.selected_count,
            "left_out": max(0, self.selected_count - MAX_AT_ONCE),
            "overtaken_count": len(self.overtaken),
        }

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Take the decision, and ask again about the comments that somebody else decided about meanwhile."""
        response: HttpResponse = super().form_valid(form)
        if not self.overtaken:
            return response
        return self.render_to_response(self.get_context_data(), status=HTTPStatus.CONFLICT)

    def get_execution_context(self) -> dict[str, Any]:
        return {"action": self}

    @classmethod
    def execute_action(cls, objects: Iterable[Comment], **kwargs: Any) -> tuple[int, int]:
        """Give the comments the status, and return how many did not have it yet."""
        action: DecideBulkAction = kwargs["action"]
        shown: dict[int, str] = action.cleaned_form.cleaned_data["shown"]
        seen = {comment.uid: shown[comment.pk] for comment in objects}
        status = action.decision.status
        changed = set_comment_status(uids=seen, status=status, actor=action.request.user, seen=seen)
        entries = find_overtaking_decisions(uids=seen, wanted=status, changed=changed)
        action.overtaken = {entry.comment_id: entry for entry in entries.values()}
        return len(changed), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        """Return the sentence that reports the result, None if there is nothing but what is asked again."""
        if num_parent_objects:
            return str(self.decision.done % {"count": num_parent_objects})
        return None if self.overtaken else _("The comments had this status already.")


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
