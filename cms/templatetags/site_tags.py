"""Template tags of the site's skin."""

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Locale

from standfirst.routing import noted_menu
from standfirst.visibility import is_multilingual, visitor

register = template.Library()


@register.simple_tag(takes_context=True)
def main_menu(context: dict[str, Any]) -> list[Any]:
    """Return the pages directly under the site's root, in the page's language, that an editor put into menus.

    A restricted page is among them on the pages inside its restriction alone. Costs a query besides what is
    read once a request, and none if the page was found together with the menu, or if there is no request or
    site (as on an error page).
    """
    request: HttpRequest | None = context.get("request")
    viewer = visitor(request) if request else None
    root = viewer.root_in(_locale_id(context)) if viewer else None
    if viewer is None or root is None:
        return []
    # Wagtail calls the page that it serves "self"; the pages of comments have a "page", but aren't it.
    page = context.get("self")
    page = page if getattr(page, "path", "") else root
    known = noted_menu(request, root) if request else None
    if known is not None and not any(item.alias_of_id for item in known):
        return [item for item in known if viewer.sees_within(item, page)]
    items = root.get_children().in_menu().order_by("path")
    return list(viewer.see_within(items, page))


@register.simple_tag
def own_name() -> str:
    """Return the site's name on pages of Django's views for logging in, whose ``site_name`` is the host's."""
    return settings.WAGTAIL_SITE_NAME


@register.simple_tag(takes_context=True)
def site_root_url(context: dict[str, Any]) -> str:
    """Return the root-relative address of the site's front page in the page's language."""
    request: HttpRequest | None = context.get("request")
    root = visitor(request).root_in(_locale_id(context)) if request else None
    return (root.get_url(request) if root else None) or "/"


def _locale_id(context: dict[str, Any]) -> int | None:
    """Return the locale of the page that is shown, else the one that the address asked for."""
    if not is_multilingual():
        return None
    page = context.get("page")
    locale_id: int | None = getattr(page, "locale_id", None) or Locale.get_active().pk
    return locale_id
