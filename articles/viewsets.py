"""Sources and people in the Wagtail admin."""

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, UpdatedAtColumn
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from articles.models import Person, Source


class SourceViewSet(SnippetViewSet):
    """Works that claims cite, with how often they are cited."""

    model = Source
    icon = "clipboard-list"
    menu_label = _("Sources")
    list_display = [
        "title",
        "authors_display",
        Column("year", label=_("Year"), sort_key="year"),
        "doi",
        Column("citation_count", label=_("Citations"), sort_key="citation_count"),
        UpdatedAtColumn(),
    ]
    list_filter = ["kind", "year"]
    search_fields = ["title", "authors", "doi", "pmid", "container_title"]
    # The database finds parts of words and identifiers, which matter more here than a ranking.
    search_backend_name = None
    ordering = ["title"]
    list_per_page = 50
    inspect_view_enabled = True
    inspect_view_fields = [
        "citation_text",
        "kind",
        "authors",
        "doi",
        "pmid",
        "url",
        "created_at",
        "updated_at",
    ]
    copy_view_enabled = False
    panels = [
        FieldPanel("title"),
        FieldPanel("authors"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("year")]),
        FieldPanel("container_title"),
        FieldRowPanel([FieldPanel("volume"), FieldPanel("issue"), FieldPanel("pages")]),
        FieldPanel("publisher"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("doi"), FieldPanel("pmid")]), FieldPanel("url")],
            heading=_("Where it can be found"),
        ),
    ]

    def get_queryset(self, request: Any) -> Any:
        """Return all sources with the number of published claims that cite each."""
        return Source.objects.annotate(citation_count=Count("citations__claim", distinct=True))


class PersonViewSet(SnippetViewSet):
    """People who write and review articles."""

    model = Person
    icon = "user"
    menu_label = _("People")
    list_display = ["name", "credentials", "role"]
    search_fields = ["name", "role"]
    search_backend_name = None
    ordering = ["name"]
    list_per_page = 50
    copy_view_enabled = False
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("credentials")]),
        FieldPanel("role"),
        FieldPanel("bio"),
        FieldPanel("url"),
        FieldPanel("photo"),
        FieldPanel("slug"),
    ]


class EvidenceViewSetGroup(SnippetViewSetGroup):
    """The menu with everything that articles rest on."""

    menu_label = _("Evidence")
    menu_icon = "clipboard-list"
    menu_order = 250
    items = (SourceViewSet, PersonViewSet)
