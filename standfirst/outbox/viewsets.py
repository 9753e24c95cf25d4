"""The admin's report on outgoing messages."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import register_admin_url_finder
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views import generic
from wagtail.log_actions import registry as log_registry

from standfirst.outbox.errors import InvalidPayload, UnknownKind
from standfirst.outbox.handling import discard_message, retry_message
from standfirst.outbox.kinds import all_kinds, find_kind
from standfirst.outbox.leases import MAX_INTERRUPTIONS
from standfirst.outbox.models import OutboxMessage, State
from standfirst.outbox.watching import find_trouble
from standfirst.viewsets import FormlessViewSet

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

VIEW = "standfirst.view_outboxmessage"
MANAGE = "standfirst.manage_outboxmessage"
NAMESPACE = "standfirst_outbox"


def may_see(user: Any) -> bool:
    """Return whether a user may see that there are messages, and how they fare."""
    return bool(user.has_perm(VIEW) or user.has_perm(MANAGE))


def kind_choices() -> "list[tuple[str, _StrOrPromise]]":
    return [(kind.name, kind.label) for kind in all_kinds()]


class OutboxFilterSet(WagtailFilterSet):
    """The filters of the list."""

    state = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("State"), choices=State.choices, widget=forms.CheckboxSelectMultiple
    )
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=kind_choices)

    class Meta:
        model = OutboxMessage
        fields = ["state", "kind"]


class DueColumn(Column):
    """When a message is tried next; nothing for one that won't be.

    Wagtail's column of dates calls every time to come "just now".
    """

    def get_value(self, instance: OutboxMessage) -> str:
        if not instance.is_pending:
            return ""
        due = date_format(timezone.localtime(instance.due_at), "SHORT_DATETIME_FORMAT")
        return _("not before %(time)s") % {"time": due}


class AttemptsColumn(Column):
    """How often a message was tried, in words: in a narrow window the cells stand below each other."""

    def get_value(self, instance: OutboxMessage) -> str:
        number = instance.attempts
        return ngettext("%(number)d attempt", "%(number)d attempts", number) % {"number": number}


class ActionsColumn(BaseColumn):
    """The buttons for a message that was given up. They post, and so work without JavaScript."""

    cell_template_name = "standfirst/admin/outbox/actions_cell.html"

    def get_cell_context_data(
        self, instance: OutboxMessage, parent_context: Mapping[str, Any]
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        # The list is also fetched as a fragment, whose own address is no place to return to.
        listing = reverse(f"{NAMESPACE}:index")
        query = request.META.get("QUERY_STRING", "")
        return {
            **context,
            "message": instance,
            "csrf_token": get_token(request),
            "next_url": f"{listing}?{query}" if query else listing,
        }


class OutboxIndexView(generic.IndexView):
    """The list of messages: those that were given up first, then those that wait, then the newest."""

    any_permission_required = ["view", "manage"]
    page_title = gettext_lazy("Outgoing messages")
    template_name = "standfirst/admin/outbox/index.html"
    table_classname = "listing sf-outbox-listing"

    @cached_property
    def may_manage(self) -> bool:
        return bool(self.request.user.has_perm(MANAGE))

    def get_base_queryset(self) -> QuerySet[OutboxMessage]:
        """Return all messages, with what is in them for those who may read it."""
        messages = OutboxMessage.objects.all()
        return messages if self.may_manage else messages.defer("payload")

    def order_queryset(self, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        if self.is_explicitly_ordered and self.ordering:
            return queryset.order_by(self.ordering, "-pk")
        urgent_first = Case(
            When(state=State.DEAD, then=Value(0)),
            When(state__in=[State.WAITING, State.LEASED], then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return queryset.order_by(urgent_first, "-pk")

    @cached_property
    def columns(self) -> list[Column]:
        columns: list[Column] = [
            TitleColumn(
                "kind",
                label=_("Message"),
                accessor="kind_label",
                sort_key="kind",
                get_url=lambda message: reverse(f"{NAMESPACE}:inspect", args=[message.pk]),
                get_title_id=lambda message: f"message_{message.pk}_title",
            ),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor="get_state_display",
                sort_key="state",
                primary=lambda message: message.is_dead,
            ),
            AttemptsColumn("attempts", label=_("Attempts"), sort_key="attempts"),
            Column("last_error", label=_("Last error"), classname="sf-outbox-text"),
            DueColumn("due_at", label=_("Next attempt"), sort_key="due_at"),
            DateColumn("created_at", label=_("Written"), sort_key="created_at"),
        ]
        if self.may_manage:
            columns.insert(
                1, Column("summary", label=_("About"), accessor=summarise, classname="sf-outbox-text")
            )
            columns.append(ActionsColumn("actions", label=_("Actions")))
        return columns

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return {**context, "trouble": find_trouble(timezone.now())}


class OutboxInspectView(generic.InspectView):
    """A message: how it fared and, for those who may read it, what is in it."""

    any_permission_required = ["view", "manage"]
    page_title = gettext_lazy("Outgoing message")
    template_name = "standfirst/admin/outbox/inspect.html"

    def get_page_subtitle(self) -> str:
        return str(self.object.kind_label)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        message = self.object
        may_manage = self.request.user.has_perm(MANAGE)
        return {
            **super().get_context_data(**kwargs),
            "message": message,
            "may_manage": may_manage,
            "content": describe(message) if may_manage else None,
            "may_have_arrived": message.interruptions >= MAX_INTERRUPTIONS,
            "history": log_registry.get_logs_for_instance(message).select_related("user"),
            "next_url": self.request.path,
        }


def summarise(message: OutboxMessage) -> str:
    """Return what tells a message from others of its kind, an empty text if its kind can't say."""
    try:
        kind = find_kind(message.kind)
        return kind.summarise(kind.clean(message.payload))
    except (UnknownKind, InvalidPayload):
        return ""


def describe(message: OutboxMessage) -> "list[tuple[_StrOrPromise, str]]":
    """Return what is in a message, in its kind's words if it has a kind and is valid."""
    try:
        kind = find_kind(message.kind)
        return kind.describe(kind.clean(message.payload))
    except (UnknownKind, InvalidPayload):
        return [(_("Content"), str(message.payload))]


class OutboxActionView(View):
    """Retry or discard a message that was given up (POST only), and return to where that was asked."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the posted ``action`` says: ``retry`` or ``discard``."""
        user = request.user
        if not user.is_authenticated or not user.has_perm(MANAGE):
            raise PermissionDenied
        action = request.POST.get("action")
        if action not in {"retry", "discard"}:
            return HttpResponseBadRequest()
        message = get_object_or_404(OutboxMessage, pk=pk)
        if action == "retry":
            is_done = retry_message(message=message, actor=user)
            done = _("The message will be tried again.")
        else:
            is_done = discard_message(message=message, actor=user)
            done = _("The message was discarded.")
        if is_done:
            messages.success(request, done)
        else:
            messages.warning(request, _("Nothing was changed: somebody else has dealt with the message."))
        index = reverse(f"{NAMESPACE}:index")
        # The page of a message that was discarded is gone.
        next_url = get_valid_next_url_from_request(request) if action == "retry" else ""
        listing = get_valid_next_url_from_request(request).startswith(index + "?")
        return redirect(get_valid_next_url_from_request(request) if listing else next_url or index)


class OutboxMenuItem(MenuItem):
    """The entry among the reports."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_see(request.user)


class OutboxURLFinder:
    """Where the admin shows a message, for its site history."""

    def __init__(self, user: Any) -> None:
        self.user = user

    def get_edit_url(self, message: OutboxMessage) -> str | None:
        """Return the address of a message in the admin, None for users who may not see it."""
        return reverse(f"{NAMESPACE}:inspect", args=[quote(message.pk)]) if may_see(self.user) else None


class OutboxViewSet(FormlessViewSet):
    """List and show messages, retry and discard. Nobody writes or edits one in the admin."""

    model = OutboxMessage
    name = NAMESPACE
    url_prefix = "standfirst/outbox"
    icon = "mail"
    menu_name = "standfirst-outbox"
    menu_label = gettext_lazy("Outgoing messages")
    menu_order = 900
    menu_hook = "register_reports_menu_item"
    menu_item_class = OutboxMenuItem
    add_to_reference_index = False
    inspect_view_enabled = True
    copy_view_enabled = False
    index_view_class = OutboxIndexView
    inspect_view_class = OutboxInspectView
    filterset_class = OutboxFilterSet
    list_per_page = 50
    index_template_name = "standfirst/admin/outbox/index.html"
    inspect_template_name = "standfirst/admin/outbox/inspect.html"

    def register_admin_url_finder(self) -> None:
        """Make other parts of the admin link to the page that shows a message."""
        register_admin_url_finder(OutboxMessage, OutboxURLFinder)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("inspect/<int:pk>/", self.inspect_view, name="inspect"),
            path("act/<int:pk>/", OutboxActionView.as_view(), name="act"),
        ]


class OutboxTroublePanel(Component):
    """What the admin's front page says if messages don't leave, to those who may see them."""

    name = "standfirst_outbox_trouble"
    template_name = "standfirst/admin/outbox/trouble_panel.html"
    order = 90

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"trouble": find_trouble(timezone.now())}
