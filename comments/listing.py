"""The moderators' list of comments: its columns, filters and search."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

import django_filters
import swapper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
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
    Table,
)
from wagtail.admin.views import generic

from standfirst.spreadsheets import SafeSpreadsheetMixin
from standfirst.word_search import WordSearchMixin

from .anchors import attach_anchors
from .decisions import offered_decisions
from .enums import Status
from .exporting import COLUMNS, find_extra_columns, make_row
from .models import Comment

SEARCH_FIELDS = ["body", "author_name", "author_email", "author_url", "discussion__page__title"]


def commented_pages(request: Any) -> QuerySet[Any]:
    """Return the pages that have a discussion."""
    pages = swapper.load_model("wagtailcore", "Page").objects
    return pages.filter(reader_discussion__isnull=False).order_by("title")


class CommentFilterSet(WagtailFilterSet):
    """The filters of the list."""

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


class CommentColumn(BaseColumn):
    """A comment's whole text, what it answers and is about, and a link to its history."""

    cell_template_name = "standfirst_comments/admin/comment_cell.html"


class AuthorColumn(BaseColumn):
    """A comment's author, with the e-mail address."""

    cell_template_name = "standfirst_comments/admin/author_cell.html"


class PageColumn(Column):
    """The page a comment is under, linked to where moderators can close its discussion."""

    cell_template_name = "standfirst_comments/admin/page_cell.html"


def row_id(comment: Comment) -> str:
    """Return the id of a comment's row in the list."""
    return f"comment-row-{comment.pk}"


class CommentTable(Table):
    """The list's table, whose rows can be linked to, and then take the focus."""

    def get_row_attrs(self, instance: Comment) -> dict[str, str]:
        return {**super().get_row_attrs(instance), "id": row_id(instance), "tabindex": "-1"}

    @cached_property
    def next_row_ids(self) -> dict[int, str]:
        """Return, by a comment's primary key, the id of the row to continue with once it is decided about.

        That is the row below or, for the last one, the row above: a decision may remove its own row.
        """
        ids = [row_id(comment) for comment in self.data]
        following = [*ids[1:], *ids[-2:-1]] or ids
        return {comment.pk: following[place] for place, comment in enumerate(self.data)}


class DecisionsColumn(BaseColumn):
    """Buttons that decide about one comment. They post, and so work without JavaScript."""

    cell_template_name = "standfirst_comments/admin/decisions_cell.html"

    def get_cell_context_data(self, instance: Comment, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        # The list is also fetched as a fragment, whose own address is no place to return to.
        listing = reverse("standfirst_comments_moderation:index")
        query = request.META.get("QUERY_STRING", "")
        fragment = parent_context["table"].next_row_ids[instance.pk]
        return {
            **context,
            "comment": instance,
            "decisions": offered_decisions(instance.status),
            "csrf_token": get_token(request),
            "next_url": f"{listing}?{query}#{fragment}" if query else f"{listing}#{fragment}",
        }


class CommentIndexView(SafeSpreadsheetMixin, WordSearchMixin, generic.IndexView):
    """The list of comments: those that await moderation first, then the newest. It can be downloaded."""

    any_permission_required = ["moderate"]
    template_name = "standfirst_comments/admin/index.html"
    table_class = CommentTable
    table_classname = "listing sf-comment-listing"

    def get_base_queryset(self) -> QuerySet[Comment]:
        """Return all comments with what a row shows."""
        comments = Comment.objects.select_related("discussion__page", "parent")
        return comments.select_related("user") if self.is_export else comments

    @cached_property
    def list_export(self) -> list[str]:
        """Return the columns of the download. Which others there are is only known of what is downloaded."""
        return [*COLUMNS, *self.extra_columns]

    @cached_property
    def extra_columns(self) -> dict[str, str]:
        return find_extra_columns(self.object_list) if self.is_export else {}

    def get_heading(self, queryset: QuerySet[Comment], field: str) -> Any:
        if field in COLUMNS:
            return str(COLUMNS[field][0])
        self.export_headings = self.extra_columns
        return super().get_heading(queryset, field)

    def to_row_dict(self, item: Comment) -> dict[str, Any]:
        return make_row(item, self.extra_columns)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        attach_anchors(context["object_list"])
        return context

    def match_also(self, word: str) -> Q:
        """Return that a comment came from an address, if the word is a complete one."""
        with suppress(ValidationError):
            validate_ipv46_address(word)
            return Q(ip_address=word)
        return Q()

    def order_queryset(self, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        if self.is_explicitly_ordered and self.ordering:
            return queryset.order_by(self.ordering, "-pk")
        waiting_first = Case(
            When(status=Status.PENDING, then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        return queryset.order_by(waiting_first, "-created_at", "-pk")

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="comment"),
            CommentColumn("comment", label=_("Comment"), classname="title"),
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
