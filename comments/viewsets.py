"""The admin's section on comments."""

from typing import Any

from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import register_admin_url_finder
from wagtail.admin.menu import MenuItem

from standfirst.viewsets import FormlessViewSet

from .admin_views import PERMISSION, CommentDecisionView, CommentInspectView, DiscussionView
from .enums import Status
from .listing import SEARCH_FIELDS, CommentFilterSet, CommentIndexView
from .models import Comment


class CommentsMenuItem(MenuItem):
    """The menu item, with the number of comments that await moderation."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))

    def render_component(self, request: HttpRequest) -> Any:
        component = super().render_component(request)
        waiting = Comment.objects.filter(status=Status.PENDING).count()
        if waiting:
            component.label = _("Comments (%(count)d)") % {"count": waiting}
        return component


class CommentURLFinder:
    """Where the admin shows a comment: comments are decided about, not edited."""

    def __init__(self, user: Any) -> None:
        self.user = user

    def get_edit_url(self, comment: Comment) -> str | None:
        """Return the address of a comment in the admin, None for users who don't moderate."""
        if not self.user.has_perm(PERMISSION):
            return None
        return reverse("standfirst_comments_moderation:inspect", args=[quote(comment.pk)])


class CommentViewSet(FormlessViewSet):
    """List, show and decide. Nobody writes, edits or deletes readers' words in the admin."""

    model = Comment
    name = "standfirst_comments_moderation"
    url_prefix = "standfirst/comments"
    icon = "comment"
    menu_name = "standfirst-comments"
    menu_label = gettext_lazy("Comments")
    menu_order = 250
    add_to_admin_menu = True
    add_to_reference_index = False
    inspect_view_enabled = True
    copy_view_enabled = False
    index_view_class = CommentIndexView
    inspect_view_class = CommentInspectView
    filterset_class = CommentFilterSet
    search_fields = SEARCH_FIELDS
    list_per_page = 50
    export_filename = "comments"
    index_template_name = "standfirst_comments/admin/index.html"
    inspect_template_name = "standfirst_comments/admin/inspect.html"
    menu_item_class = CommentsMenuItem

    def register_admin_url_finder(self) -> None:
        """Make other parts of the admin link to the page that shows a comment."""
        register_admin_url_finder(Comment, CommentURLFinder)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("inspect/<int:pk>/", self.inspect_view, name="inspect"),
            path("decide/<int:pk>/", CommentDecisionView.as_view(), name="decide"),
            path("page/<int:page_id>/", DiscussionView.as_view(), name="discussion"),
        ]
