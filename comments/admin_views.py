"""Moderators' views of one comment and of one discussion."""

from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import swapper
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from .anchors import anchor_labels, attach_anchors
from .decisions import Decision, find_decision, offered_decisions
from .enums import Status
from .extra_fields import name_values
from .forms import find_form_class
from .models import Comment, Discussion, ModerationEntry
from .services import (
    find_discussion,
    find_overtaking_decisions,
    set_comment_status,
    set_discussion_open,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PERMISSION = "standfirst_comments.moderate_comment"
NOTE_MAX_LENGTH = 2000


class CommentInspectView(generic.InspectView):
    """A comment in full, what is known about its author, and every decision about it."""

    any_permission_required = ["moderate"]
    template_name = "standfirst_comments/admin/inspect.html"
    page_title = _("Comment")

    def get_object(self, queryset: Any = None) -> Comment:
        comments = Comment.objects.select_related("discussion__page", "parent", "user")
        return get_object_or_404(comments, pk=self.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        comment = self.object
        page = comment.discussion.page
        attach_anchors([comment])
        return {
            **super().get_context_data(**kwargs),
            "comment": comment,
            "page": page,
            "is_anchor_gone": comment.found_anchor is None and not _is_in_draft(comment),
            "extra": name_values(comment.extra, find_form_class().extra_fields()),
            "decisions": offered_decisions(comment.status),
            "entries": comment.moderation_entries.select_related("actor"),
            "note_max_length": NOTE_MAX_LENGTH,
            "next_url": self.request.path,
        }


def _is_in_draft(comment: Comment) -> bool:
    """Return whether a page that readers don't see now has the part that a comment is about."""
    page = comment.discussion.page
    return not page.live and comment.anchor in anchor_labels(page.specific)


def check_moderator(request: HttpRequest) -> "User":
    """Return the request's user if they moderate comments. Raises ``PermissionDenied`` for anybody else."""
    user = request.user
    if not user.is_authenticated or not user.has_perm(PERMISSION):
        raise PermissionDenied
    return user


class CommentDecisionView(WagtailAdminTemplateMixin, TemplateView):
    """Make a decision about one comment (POST only), and return to where it was made.

    The form carries the status that the moderator saw. If the status has changed since, nothing is changed,
    and the answer says who decided what.
    """

    template_name = "standfirst_comments/admin/overtaken.html"
    page_title = _("Decided meanwhile")
    header_icon = "comment"
    http_method_names = ["post"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        section = {
            "url": reverse("standfirst_comments_moderation:index"),
            "label": capfirst(Comment._meta.verbose_name_plural),
        }
        return [*self.breadcrumbs_items, section, {"url": "", "label": self.get_page_title()}]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the comment the posted ``status`` if it still has the one that was ``seen``.

        An optional ``note`` goes into its history.
        """
        moderator = check_moderator(request)
        decision = find_decision(request.POST.get("status", ""))
        if decision is None:
            return HttpResponseBadRequest()
        seen = request.POST.get("seen", "")
        if seen not in Status.values:
            return HttpResponseBadRequest()
        comment = get_object_or_404(Comment, pk=pk)
        note = request.POST.get("note", "").replace("\0", "").strip()[:NOTE_MAX_LENGTH]
        changed = set_comment_status(
            uids=[comment.uid],
            status=decision.status,
            actor=moderator,
            note=note,
            seen={comment.uid: seen},
        )
        overtaking = find_overtaking_decisions(uids=[comment.uid], wanted=decision.status, changed=changed)
        next_url = get_valid_next_url_from_request(request) or reverse("standfirst_comments_moderation:index")
        if overtaking:
            return self.ask(decision=decision, entry=overtaking[comment.uid], note=note, next_url=next_url)
        if changed:
            messages.success(request, str(decision.done % {"count": 1}))
        else:
            messages.info(request, _("The comment had this status already."))
        return redirect(next_url)

    def ask(self, *, decision: Decision, entry: ModerationEntry, note: str, next_url: str) -> HttpResponse:
        """Show who decided otherwise meanwhile, and let the moderator overrule it knowingly."""
        comment = Comment.objects.select_related("discussion__page", "parent").get(pk=entry.comment_id)
        attach_anchors([comment])
        context = {
            **self.get_context_data(),
            "comment": comment,
            "decision": decision,
            "last_decision": entry,
            "note": note,
            "next_url": next_url,
        }
        return self.render_to_response(context, status=HTTPStatus.CONFLICT)


class DiscussionView(WagtailAdminTemplateMixin, TemplateView):
    """The discussion under one page: its counts, and the button that closes or opens it."""

    template_name = "standfirst_comments/admin/discussion.html"
    page_title = _("Comments")
    header_icon = "comment"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        check_moderator(request)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def page(self) -> Any:
        pages = swapper.load_model("wagtailcore", "Page").objects
        return get_object_or_404(pages, pk=self.kwargs["page_id"])

    def get_page_subtitle(self) -> str:
        return str(self.page.get_admin_display_title())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {
                "url": reverse("standfirst_comments_moderation:index"),
                "label": capfirst(Comment._meta.verbose_name_plural),
            },
            {"url": "", "label": self.get_page_subtitle()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        discussion = find_discussion(self.page) or Discussion(page=self.page)
        return {**super().get_context_data(**kwargs), "page": self.page, "discussion": discussion}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Open the discussion if ``open`` is 1, close it if it is 0."""
        wanted = request.POST.get("open")
        if wanted not in {"0", "1"}:
            return HttpResponseBadRequest()
        discussion = set_discussion_open(
            page=self.page, is_open=wanted == "1", actor=check_moderator(request)
        )
        text = _("The discussion is open.") if discussion.is_open else _("The discussion is closed.")
        messages.success(request, text)
        return redirect("standfirst_comments_moderation:discussion", page_id=self.page.pk)
