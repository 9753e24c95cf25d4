"""Moderators' list of comments: its columns, filters and search."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import django_filters
import swapper
from django import forms
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import (
    BaseColumn,
    BulkActionsCheckboxColumn,
    Column,
    DateColumn,
    StatusTagColumn,
    TitleColumn,
)
from wagtail.admin.views import generic

from comments.decisions import offered_decisions
from comments.enums import Status
from comments.models import Comment

SEARCH_FIELDS = ["body", "author_name", "author_email"]


def commented_pages(request: Any) -> QuerySet[Any]:
    """Return the pages that have a discussion."""
    pages = swapper.load_model("wagtailcore", "Page").objects
    return pages.filter(reader_discussion__isnull=False).order_by("title")


class CommentFilterSet(WagtailFilterSet):
    """What moderators filter comments by."""

    status = django_filters.MultipleChoiceFilter(
        label=_("Status"), choices=Status.choices, widget=forms.CheckboxSelectMultiple
    )
    page = django_filters.ModelChoiceFilter(
        field_name="discussion__page", label=_("Page"), queryset=commented_pages
    )
    created_at = django_filters.DateFromToRangeFilter(label=_("Written"), widget=DateRangePickerWidget)

    class Meta:
        model = Comment
        fields = ["status", "page", "created_at"]


class AuthorColumn(BaseColumn):
    """A comment's author, and what moderators know them by."""

    cell_template_name = "comments/admin/author_cell.html"


class PageColumn(Column):
    """The page a comment stands under, linked to where moderators can close its discussion."""

    cell_template_name = "comments/admin/page_cell.html"


class DecisionsColumn(BaseColumn):
    """Buttons that decide about one comment. They post, and so work without JavaScript."""

    cell_template_name = "comments/admin/decisions_cell.html"

    def get_cell_context_data(self, instance: Comment, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the cell's template is given."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        # The list is also fetched as a fragment, whose own address is no place to come back to.
        listing = reverse("comments_moderation:index")
        query = request.META.get("QUERY_STRING", "")
        return {
            **context,
            "comment": instance,
            "decisions": offered_decisions(instance.status),
            "csrf_token": get_token(request),
            "next_url": f"{listing}?{query}" if query else listing,
        }


class CommentIndexView(generic.IndexView):
    """The list of comments: those that await moderation first, then the newest."""

    any_permission_required = ["moderate"]
    template_name = "comments/admin/index.html"

    def get_base_queryset(self) -> QuerySet[Comment]:
        """Return all comments with what a row shows."""
        return Comment.objects.select_related("discussion__page", "parent")

    def order_queryset(self, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        """Return the comments in the chosen order."""
        if self.is_explicitly_ordered and self.ordering:
            return queryset.order_by(self.ordering, "-pk")
        waiting_first = Case(
            When(status=Status.PENDING, then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        return queryset.order_by(waiting_first, "-created_at", "-pk")

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """Return the table's columns."""
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="comment"),
            TitleColumn(
                "comment",
                label=_("Comment"),
                accessor=str,
                get_url=self.get_inspect_url,
                get_title_id=lambda comment: f"comment_{comment.pk}_title",
            ),
            AuthorColumn("author", label=_("Author"), sort_key="author_name"),
            PageColumn("page", label=_("Page"), accessor="discussion.page"),
            StatusTagColumn(
                "status",
                label=_("Status"),
                accessor="get_status_display",
                sort_key="status",
                primary=lambda comment: comment.status == Status.PENDING,
            ),
            DateColumn("created_at", label=_("Written"), sort_key="created_at"),
            DecisionsColumn("decisions", label=_("Decide")),
        ]

    def get_inspect_url(self, instance: Comment) -> str:
        """Return the address of the comment in full."""
        return reverse("comments_moderation:inspect", args=[instance.pk])
