"""What this app adds to Wagtail."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.snippets.action_menu import ActionMenuItem, LockedMenuItem
from wagtail.snippets.models import register_snippet

from .links import find_dead_links
from .models import ArticleMixin, Person, Source
from .permissions import register_policies
from .refusals import describe_refused_deletion
from .services.article_import import LOG_ACTION as IMPORT_LOG_ACTION
from .viewsets import EvidenceViewSetGroup

# More links than this are counted, not named.
_NAMED_LINKS = 10

# An app of Wagtail's that stands earlier in INSTALLED_APPS loads this module before ours is ready, and making
# the viewsets asks for the policies.
register_policies()
register_snippet(EvidenceViewSetGroup)


@hooks.register("register_log_actions")
def register_import(actions: Any) -> None:
    """Register the import of an article for the history of its page."""
    actions.register_action(IMPORT_LOG_ACTION, _("Import"), _("Imported from a file"))


@hooks.register("register_snippet_action_menu_item")
def show_a_lock_in_place_of_saving(model: Any) -> ActionMenuItem | None:
    """Have something stand at the foot of an editor that its user can only read."""
    return LockedMenuItem(order=10_000) if model in (Source, Person) else None


@hooks.register("before_edit_page")
def warn_of_dead_links(request: HttpRequest, page: Any) -> None:
    """Say, when an article is opened, which of its links readers can't follow."""
    if request.method == "GET" and isinstance(page, ArticleMixin):
        _warn_of_dead_links(request, page)


@hooks.register("after_publish_page")
def warn_of_published_dead_links(request: HttpRequest, page: Any) -> None:
    """Say, when an article is published from its editor, which of its links readers can't follow."""
    if isinstance(page, ArticleMixin):
        _warn_of_dead_links(request, page)


def _warn_of_dead_links(request: HttpRequest, page: Any) -> None:
    links = find_dead_links(page)
    if not links:
        return
    named = format_html_join(
        "; ", "“{}” ({})", ((link.words, link.reason.label) for link in links[:_NAMED_LINKS])
    )
    rest = len(links) - _NAMED_LINKS
    more = format_html(ngettext("; and {count} other", "; and {count} others", rest), count=rest)
    sentence = ngettext(
        "Readers can't follow this link: {links}{more}.",
        "Readers can't follow these links: {links}{more}.",
        len(links),
    )
    messages.warning(request, format_html(sentence, links=named, more=more if rest > 0 else ""))


@hooks.register("before_delete_snippet")
def refuse_deleting_what_pages_use(request: HttpRequest, instances: Sequence[Any]) -> HttpResponse | None:
    """Say where a source is cited or a person named, instead of deleting it."""
    model: Any = type(instances[0]) if instances else None
    if model not in (Source, Person):
        return None
    by_id = {instance.pk: instance for instance in instances}
    usage = model.objects.filter(pk__in=by_id).find_usage()
    if not usage:
        return None
    for object_id, uses in groupby(usage, key=lambda use: use.object_id):
        refusal = describe_refused_deletion(by_id[object_id], uses=list(uses), user=request.user)
        messages.error(request, refusal)
    return redirect(model.snippet_viewset.get_url_name("list"))
