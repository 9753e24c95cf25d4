"""What the core adds to Wagtail."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import PageViewRestriction, Revision

from standfirst.aliases import find_original_id, is_alias_of_hidden, page_model
from standfirst.bulk_publishing import GuardedPublishBulkAction
from standfirst.cache.tags import note_tag
from standfirst.editing import guard_editing
from standfirst.going_live import hold_new_page_back
from standfirst.outbox.handling import DISCARD, RETRY
from standfirst.outbox.viewsets import OutboxTroublePanel, OutboxViewSet, may_see
from standfirst.publishing import (
    ACTIONS,
    describe_overtaking,
    find_overtaking_revision,
)

# After Wagtail's own action of the same name, so that ours is the one that stays.
hooks.register("register_bulk_action", GuardedPublishBulkAction, order=100)


@hooks.register("register_actions")
def replace_actions(registry: Any) -> None:
    """Have what acts through Wagtail's registry act in one transaction, and publish nothing stale."""
    for action in ACTIONS:
        registry.register(page_model(), action)


@hooks.register("register_admin_viewset", order=10_000)
def guard_the_editor_of_every_page_type() -> list[Any]:
    """Have editors undo nothing that others did meanwhile; after all viewsets of pages were registered."""
    guard_editing()
    return []


@hooks.register("before_serve_page")
def serve_no_alias_before_its_original(page: Any, request: HttpRequest, *args: Any) -> None:
    """Raise ``Http404`` for an alias of a page that isn't live, however it came to be live itself."""
    if page.alias_of_id and is_alias_of_hidden(page):
        raise Http404


@hooks.register("before_serve_page")
def name_page(page: Any, request: HttpRequest, *args: Any) -> None:
    """Have caches know that the answer is about this page."""
    note_tag("page", page.pk)


@hooks.register("before_create_page")
def make_new_pages_live_by_their_revision(request: HttpRequest, parent_page: Any, page_class: Any) -> None:
    """Have a page that is published from the form that creates it go live once, with its first revision."""
    if request.method == "POST" and "action-publish" in request.POST:
        hold_new_page_back(parent_page)


@hooks.register("before_publish_page")
def ask_before_replacing_what_others_published(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Keep what an editor wrote as a draft, and don't publish it, if others have published meanwhile.

    Wagtail warns an editor whose form was overtaken by another *draft*, as long as the browser can ask the
    server. This is about what readers see: publishing again, with the newer version seen, replaces it.
    """
    begun_from = request.POST.get("overwrite_revision_id") or request.POST.get("loaded_revision_id") or ""
    if not begun_from.isdecimal() or len(begun_from) > 18:
        return None
    base = Revision.page_revisions.filter(pk=begun_from, object_id=str(page.pk)).first()
    live = find_overtaking_revision(base) if base is not None else None
    if live is None:
        return None
    compare = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "live", "latest"])
    messages.error(
        request,
        _("%(reason)s Yours is kept as a draft. Publish again to replace what is live.")
        % {"reason": describe_overtaking(live)},
        buttons=[messages.button(compare, _("Compare with what is live"))],
    )
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("before_edit_page")
def say_that_an_alias_has_no_privacy_of_its_own(request: HttpRequest, page: Any) -> None:
    """Warn of an alias that looks private in the admin and is open to everybody."""
    if request.method != "GET" or not page.alias_of_id:
        return
    own = PageViewRestriction.objects.filter(page=page.pk).exclude(restriction_type=PageViewRestriction.NONE)
    if not own.exists() or page.get_view_restrictions().exists():
        return
    messages.warning(
        request,
        _(
            "The privacy setting of this alias has no effect: everybody can see the alias, because its "
            "original is not private. Make the original private, or convert the alias into an ordinary page."
        ),
        buttons=[
            messages.button(
                reverse("wagtailadmin_pages:edit", args=[find_original_id(page)]), _("Edit original page")
            )
        ],
    )


@hooks.register("register_admin_viewset")
def register_outbox() -> OutboxViewSet:
    return OutboxViewSet()


@hooks.register("construct_homepage_panels")
def warn_of_messages_that_stay(request: HttpRequest, panels: list[Any]) -> None:
    """Say on the admin's front page that messages don't leave."""
    if may_see(request.user):
        panels.append(OutboxTroublePanel())


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    """Register what people do with outgoing messages, for the site history."""
    actions.register_action(RETRY, _lazy("Retry outgoing message"), _lazy("Outgoing message retried"))
    actions.register_action(DISCARD, _lazy("Discard outgoing message"), _lazy("Outgoing message discarded"))
