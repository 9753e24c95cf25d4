"""Template tags of the site's skin."""

from typing import Any

from django import template
from django.http import HttpRequest
from wagtail.models import Site

from articles.public import exclude_restricted

register = template.Library()


@register.simple_tag(takes_context=True)
def main_menu(context: dict[str, Any]) -> list[Any]:
    """Return the public pages directly under the site's root that an editor chose to show in menus.

    Costs two queries besides the look-up of the site, and none where there is no request or site (as on an
    error page).
    """
    request: HttpRequest | None = context.get("request")
    site = Site.find_for_request(request) if request else None
    if site is None:
        return []
    return list(exclude_restricted(site.root_page.get_children().live().in_menu()).order_by("path"))


@register.simple_tag(takes_context=True)
def site_root_url(context: dict[str, Any]) -> str:
    """Return the root-relative address of the site's front page."""
    request: HttpRequest | None = context.get("request")
    site = Site.find_for_request(request) if request else None
    return (site.root_page.get_url(request) if site else None) or "/"
