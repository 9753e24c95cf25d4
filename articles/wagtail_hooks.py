"""What this app adds to Wagtail."""

from collections.abc import Sequence
from typing import Any

import swapper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.snippets.models import register_snippet

from articles.models import Source
from articles.publishing import AtomicPublishPageRevisionAction
from articles.services.article_import import LOG_ACTION as IMPORT_LOG_ACTION
from articles.sources.usage import SourceUsage, find_source_usage
from articles.viewsets import EvidenceViewSetGroup

# More pages than this are counted, not named.
_NAMED_PAGES = 5

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
def refuse_deleting_cited_sources(request: HttpRequest, instances: Sequence[Any]) -> HttpResponse | None:
    """Say where a source is cited, in place of deleting it."""
    sources = [instance for instance in instances if isinstance(instance, Source)]
    usage = find_source_usage([source.pk for source in sources])
    if not usage:
        return None
    for source in sources:
        uses = [use for use in usage if use.source_id == source.pk]
        if uses:
            messages.error(request, _describe_refusal(source, uses))
    viewset: Any = Source.snippet_viewset
    return redirect(viewset.get_url_name("list"))


def _describe_refusal(source: Source, uses: list[SourceUsage]) -> str:
    named = uses[:_NAMED_PAGES]
    pages = format_html_join(
        ", ",
        '<a href="{}">{}</a>{}',
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
    return format_html(
        _("“{source}” was not deleted: claims cite it on {pages}{more}. Remove it from these claims first."),
        source=source.title,
        pages=pages,
        more=more if rest else "",
    )
