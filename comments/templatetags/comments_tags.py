"""The template tag for a page's discussion."""

from typing import Any

import swapper
from django import template
from django.template import Context

from comments.page_types import SHOWS_DISCUSSION
from comments.presentation import blank_form, discussion_context, form_context
from standfirst.visibility import Viewer, visitor

register = template.Library()


@register.inclusion_tag("comments/discussion.html", takes_context=True)
def discussion(context: Context, page: Any) -> dict[str, Any]:
    """Render the comments under a page, their number, and the form: ``{% discussion page %}``.

    Takes two queries, whatever the number of comments, and reads nothing of the visitor. A preview in the
    editor shows none of it: what readers wrote is not the page's text, which Wagtail checks and counts there.
    On an alias, which shows its original's discussion, it asks in addition whether that may be seen.
    """
    request = context.get("request")
    if page is None or page.pk is None or getattr(request, "is_preview", False):
        return {"page": None}
    if page.alias_of_id and not _viewer(request).may_discuss(page):
        return {"page": None}
    shown = discussion_context(page=page)
    no_pages = swapper.load_model("wagtailcore", "Page").objects.none()
    return {
        **form_context(form=blank_form(page=page, pages=no_pages), page=page),
        **shown,
        "request": request,
        "document_language": context.get("document_language"),
        "page_url": page.get_full_url(request) or "",
    }


# By this, comments.page_types knows the types of pages whose template has the tag.
setattr(discussion, SHOWS_DISCUSSION, True)


def _viewer(request: Any) -> Viewer:
    # A template that is rendered for no request, as for a mail, is for anybody.
    return visitor(request) if request is not None else Viewer(site=None)
