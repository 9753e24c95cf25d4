"""The template tags for a page's discussion."""

from dataclasses import dataclass
from typing import Any

import swapper
from django import template
from django.template import Context

from standfirst.visibility import Viewer, visitor

from ..models import Discussion
from ..page_types import SHOWS_DISCUSSION
from ..page_types import takes_comments as type_takes_comments
from ..presentation import blank_form, discussion_context, form_context
from ..services import find_discussion

register = template.Library()

_CACHE_NAME = "_comments_states"


@dataclass(frozen=True, slots=True)
class DiscussionState:
    """Whether a page shows its discussion to somebody, and whether they can write a comment there."""

    is_shown: bool
    takes_comments: bool
    discussion: Discussion | None = None


@register.simple_tag(takes_context=True)
def discussion_state(context: Context, page: Any) -> DiscussionState:
    """Say what links to a page's comments may promise: ``{% discussion_state page as state %}``.

    ``state.is_shown``: ``{% discussion page %}`` shows something. ``state.takes_comments``: its form is open.
    Takes one query, once a request, which ``{% discussion page %}`` then saves.
    """
    request = context.get("request")
    if page is None or page.pk is None or getattr(request, "is_preview", False):
        return DiscussionState(is_shown=False, takes_comments=False)
    # Where there is no request, as in a block that a template renders by itself, the page is as short-lived.
    keeper = page if request is None else request
    states: dict[int, DiscussionState] = keeper.__dict__.setdefault(_CACHE_NAME, {})
    if page.pk not in states:
        states[page.pk] = _find_state(request, page)
    return states[page.pk]


@register.inclusion_tag("standfirst_comments/discussion.html", takes_context=True)
def discussion(context: Context, page: Any) -> dict[str, Any]:
    """Render the comments under a page, their number, and the form: ``{% discussion page %}``.

    Takes two queries, whatever the number of comments, and reads nothing of the visitor. A preview in the
    editor shows none of it: what readers wrote is not the page's text, which Wagtail checks and counts there.
    On an alias, which shows its original's discussion, it asks in addition whether that may be seen.
    """
    state = discussion_state(context, page)
    if not state.is_shown:
        return {"page": None}
    request = context.get("request")
    shown = discussion_context(page=page, discussion=state.discussion)
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


def _find_state(request: Any, page: Any) -> DiscussionState:
    if page.alias_of_id and not _viewer(request).may_discuss(page):
        return DiscussionState(is_shown=False, takes_comments=False)
    discussion = find_discussion(page)
    is_open = discussion is None or discussion.is_open
    return DiscussionState(
        is_shown=True, takes_comments=is_open and type_takes_comments(page), discussion=discussion
    )


def _viewer(request: Any) -> Viewer:
    # A template that is rendered for no request, as for a mail, is for anybody.
    return visitor(request) if request is not None else Viewer(site=None)
