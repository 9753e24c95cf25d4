"""Sources and people in the Wagtail admin."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.forms import URLField
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from standfirst.word_search import WordSearchForm, WordSearchMixin

from .admin_views import ShownOnPagesEditView
from .models import Person, Source
from .sources.identifiers import normalise_doi, normalise_pmid

# The reference, as it is formatted, holds most of what a work is known by; the rest may be missing from it.
SOURCE_SEARCH_FIELDS = [
    "citation_text",
    "title",
    "authors",
    "container_title",
    "publisher",
    "doi",
    "pmid",
    "url",
]
PERSON_SEARCH_FIELDS = ["name", "credentials", "role"]


def match_identifier(word: str) -> Q:
    """Return the condition that a source has the identifier that a word spells, be it as an address."""
    condition = Q()
    for field, normalise in (("doi", normalise_doi), ("pmid", normalise_pmid)):
        with suppress(ValidationError):
            condition |= Q(**{field: normalise(word)})
    return condition


class SourceCreationForm(WagtailAdminModelForm):
    """The fields of a new source in the dialogue that chooses one."""

    # The dialogue opens over the editor of a page, which has a title and other fields of its own.
    prefix = "new-source"
    url = URLField(label=_("Web address"), required=False, max_length=2000, assume_scheme="https")

    class Meta:
        model = Source
        fields = [
            "title",
            "authors",
            "kind",
            "year",
            "container_title",
            "volume",
            "issue",
            "pages",
            "publisher",
            "doi",
            "pmid",
            "url",
        ]


class PersonCreationForm(WagtailAdminModelForm):
    """The fields of a new person in the dialogue that chooses one."""

    prefix = "new-person"
    url = URLField(label=_("Web page"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Person
        fields = ["name", "credentials", "role", "url"]


class SourceSearchForm(WordSearchForm):
    """The search of the dialogue that chooses a source."""

    word_search_fields = SOURCE_SEARCH_FIELDS

    def match_also(self, word: str) -> Q:
        return match_identifier(word)


class PersonSearchForm(WordSearchForm):
    """The search of the dialogue that chooses a person."""

    word_search_fields = PERSON_SEARCH_FIELDS


class SourceChooseView(ChooseView):
    filter_form_class = SourceSearchForm


class SourceChooseResultsView(ChooseResultsView):
    filter_form_class = SourceSearchForm


class PersonChooseView(ChooseView):
    filter_form_class = PersonSearchForm


class PersonChooseResultsView(ChooseResultsView):
    filter_form_class = PersonSearchForm


class SourceIndexView(WordSearchMixin, IndexView):
    """The list of sources."""

    def match_also(self, word: str) -> Q:
        return match_identifier(word)


class PersonIndexView(WordSearchMixin, IndexView):
    """The list of people."""


class SourceChooserViewSet(SnippetChooserViewSet):
    """The dialogue in which a source is chosen or, by those who may add sources, created."""

    creation_form_class = SourceCreationForm
    choose_view_class = SourceChooseView
    choose_results_view_class = SourceChooseResultsView


class PersonChooserViewSet(SnippetChooserViewSet):
    """The dialogue in which a person is chosen or, by those who may add people, created."""

    creation_form_class = PersonCreationForm
    choose_view_class = PersonChooseView
    choose_results_view_class = PersonChooseResultsView


class SourceViewSet(SnippetViewSet):
    """Works that claims cite, with how often they are cited."""

    model = Source
    chooser_viewset_class = SourceChooserViewSet
    edit_view_class = ShownOnPagesEditView
    icon = "clipboard-list"
    menu_label = _("Sources")
    list_display = [
        "title",
        Column("authors_display", label=_("Authors"), sort_key="authors"),
        Column("year", label=_("Year"), sort_key="year"),
        "doi",
        Column("citation_count", label=_("Citations"), sort_key="citation_count"),
        # Not Wagtail's own column, which reads the log: sources are written by imports and scripts, too.
        DateColumn("updated_at", label=_("Updated"), sort_key="updated_at"),
    ]
    list_filter = ["kind", "year"]
    index_view_class = SourceIndexView
    search_fields = SOURCE_SEARCH_FIELDS
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
        """Return all sources with the number of published claims that cite each.

        The index keeps the claims of a page that was unpublished, for the day it is published again.
        """
        is_published = Q(citations__claim__page__live=True)
        return Source.objects.annotate(
            citation_count=Count("citations__claim", filter=is_published, distinct=True)
        )


class PersonViewSet(SnippetViewSet):
    """People who write and review articles."""

    model = Person
    chooser_viewset_class = PersonChooserViewSet
    edit_view_class = ShownOnPagesEditView
    icon = "user"
    menu_label = _("People")
    list_display = ["name", "credentials", "role"]
    index_view_class = PersonIndexView
    search_fields = PERSON_SEARCH_FIELDS
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
    """The menu of sources and people."""

    menu_label = _("Evidence")
    menu_icon = "clipboard-list"
    menu_order = 250
    items = (SourceViewSet, PersonViewSet)
