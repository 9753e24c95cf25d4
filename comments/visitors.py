"""What a request tells about the person behind it."""

from typing import TYPE_CHECKING, Any

import swapper
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.models import PageViewRestriction, Site

from comments import conf
from comments.services import Visitor
from standfirst.clients import client_address

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def read_visitor(request: HttpRequest, *, trust_session: bool) -> Visitor:
    """Return who sent a request. Without ``trust_session`` it is anonymous, and no session is read."""
    return Visitor(
        user=_signed_in_user(request) if trust_session else None,
        ip_address=client_address(request, trusted_proxies=conf.trusted_proxies()),
        user_agent=_storable(request.headers.get("User-Agent", ""))[:255],
    )


def readable_pages(request: HttpRequest, *, trust_session: bool) -> QuerySet[Any]:
    """Return the live pages of the request's site that its sender may read.

    ``wagtail.api.querysets.get_public_pages_queryset`` answers nearly the same question, but it reads the
    session wherever the site has a private page, and takes ``?site=`` from the address; an anonymous answer
    must depend on neither. With ``trust_session``, a visitor who sent a session cookie can also reach the
    private pages that the session opens.
    """
    page_model = swapper.load_model("wagtailcore", "Page")
    site = Site.find_for_request(request)
    if site is None:
        return page_model.objects.none()
    pages = _exclude_restricted(
        page_model.objects.live(),
        request if trust_session and settings.SESSION_COOKIE_NAME in request.COOKIES else None,
    )
    roots = [site.root_page]
    if getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        roots += site.root_page.get_translations()
    in_site = page_model.objects.none()
    for root in roots:
        in_site |= pages.descendant_of(root, inclusive=True)
    return in_site


def _exclude_restricted(pages: Any, request: HttpRequest | None) -> Any:
    """Return the pages whose restrictions the request's session passes; without one, those that have none.

    Restrictions hold for what is below a page, too, and an alias has those of its original, as Wagtail has it
    when it serves a page (its querysets' ``public()`` leaves aliases out of account).
    """
    restrictions = PageViewRestriction.objects.exclude(restriction_type=PageViewRestriction.NONE)
    closed = {
        restriction.page_id: restriction.page.path
        for restriction in restrictions.select_related("page")
        if request is None or not restriction.accept_request(request)
    }
    found = closed
    while found:
        aliases = pages.model._default_manager.filter(alias_of__in=found).exclude(pk__in=closed)
        found = dict(aliases.values_list("pk", "path"))
        closed |= found
    for path in closed.values():
        pages = pages.exclude(path__startswith=path)
    return pages


def _signed_in_user(request: HttpRequest) -> "User | None":
    user = getattr(request, "user", None)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or user is None or not user.is_authenticated:
        return None
    # The lazy wrapper around the request's user is no model instance.
    return user._wrapped if hasattr(user, "_wrapped") else user


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
