"""What this app adds to Wagtail's admin."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.menus.pages import PageMenuItem

from .admin_views import PERMISSION
from .bulk_actions import make_bulk_actions
from .page_types import takes_comments
from .viewsets import CommentViewSet


@hooks.register("register_admin_viewset")
def register_viewset() -> CommentViewSet:
    return CommentViewSet()


for _bulk_action in make_bulk_actions():
    hooks.register("register_bulk_action", _bulk_action)


class PageCommentsMenuItem(PageMenuItem):
    """The link from a page to its discussion."""

    def __init__(self, page: Any, **kwargs: Any) -> None:
        url = reverse("standfirst_comments_moderation:discussion", args=[page.pk])
        super().__init__(_("Comments"), page=page, url=url, icon_name="comment", **kwargs)

    def is_shown(self, user: Any) -> bool:
        return bool(user.has_perm(PERMISSION)) and takes_comments(self.page)


@hooks.register("register_page_listing_more_buttons")
def add_listing_button(page: Any, user: Any, next_url: str | None = None) -> Iterator[PageCommentsMenuItem]:
    """Add the page's comments to the actions in page listings."""
    yield PageCommentsMenuItem(page, priority=55)


@hooks.register("register_page_header_buttons")
def add_header_button(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[PageCommentsMenuItem]:
    """Add the page's comments to the actions in the page's own header."""
    yield PageCommentsMenuItem(page, priority=66)


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    """Register this app's entries in the history of pages."""
    actions.register_action(
        "standfirst_comments.open_discussion", _("Open discussion"), _("Discussion opened")
    )
    actions.register_action(
        "standfirst_comments.close_discussion", _("Close discussion"), _("Discussion closed")
    )
