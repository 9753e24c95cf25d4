"""What this app adds to Wagtail."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import swapper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.snippets.models import register_snippet

from articles.models import Person, Source
from articles.models.usage import Usage
from articles.publishing import AtomicPublishPageRevisionAction
from articles.services.article_import import LOG_ACTION as IMPORT_LOG_ACTION
from articles.viewsets import EvidenceViewSetGroup

# More pages than this are counted, not named.
_NAMED_PAGES = 5
_REFUSALS: dict[type, Any] = {
    Source: gettext_lazy(
        "“{name}” was not deleted: claims cite it on {pages}{more}. Remove it from these claims first."
    ),
    Person: gettext_lazy(
        "“{name}” was not deleted: it stands in the byline of {pages}{more}. Remove it from there first."
    ),
}

register_snippet(EvidenceViewSetGroup)


@hooks.register("register_actions")
def replace_publish_action(registry: Any) -> None:
    """Have everything that publishes through Wagtail's registry publish in one transaction."""
    registry.register(swapper.load_model("wagtailcore", "Page"), AtomicPublishPageRevisionAction)


@hooks.register("register_log_actions")
def register_import(actions: Any) -> None:
    """Name the import of an article in the history of its page."""
    actions.register_action(IMPORT_LOG_ACTION, _("Import"), _("Imported from a file"))


@hooks.register("before_delete_snippet")
def refuse_deleting_what_pages_use(request: HttpRequest, instances: Sequence[Any]) -> HttpResponse | None:
    """Say where a source is cited or a person named, in place of deleting it."""
    model: Any = type(instances[0]) if instances else None
    if model not in _REFUSALS:
        return None
    names = {instance.pk: str(instance) for instance in instances}
    usage = model.objects.filter(pk__in=names).find_usage()
    if not usage:
        return None
    for object_id, uses in groupby(usage, key=lambda use: use.object_id):
        messages.error(request, _describe_refusal(_REFUSALS[model], names[object_id], list(uses)))
    return redirect(model.snippet_viewset.get_url_name("list"))


def _describe_refusal(sentence: Any, name: str, uses: list[Usage]) -> str:
    named = uses[:_NAMED_PAGES]
    pages = format_html_join(
        ", ",
        # Wagtail's classes: the colour of its links can't be read on that of an error.
        '<a class="w-text-current w-underline" href="{}">{}</a>{}',
        (
            (
                reverse("wagtailadmin_pages:edit", args=[use.page.pk]),
                use.page.get_admin_display_title(),
                f" ({_('draft')})" if use.in_draft_only else "",
            )
            for use in named
        ),
    )
    rest = len(uses) - len(named)
    more = ngettext(" and %(count)d other page", " and %(count)d other pages", rest) % {"count": rest}
    return format_html(sentence, name=name, pages=pages, more=more if rest else "")
