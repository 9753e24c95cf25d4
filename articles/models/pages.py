"""The app's own page types."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.core.paginator import InvalidPage
from django.db import models
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable, Page
from wagtail.search import index

from standfirst.plain_migrations import plain_in_migrations
from standfirst.restrictions import RestrictionsOnce
from standfirst.visibility import visitor

from ..body.gathering import gathered_rows
from ..queries.article_index import list_teasers
from .mixins import ArticleMixin
from .people import Person


def link_to_page(related_name: str) -> models.OneToOneField[Page, Page]:
    """Return the link of a page type to Wagtail's page, under a name that no page type of a host can have.

    Django would call it by the class alone, and a site with an ``ArticlePage`` of its own could not start.
    """
    return models.OneToOneField(
        Page, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name=related_name
    )


@plain_in_migrations
class ArticleIndexPage(RestrictionsOnce, Page):
    """A list of the articles below it, newest first, that readers can narrow to a tag."""

    page_ptr = link_to_page("standfirst_article_index")
    introduction = models.TextField(
        _("introduction"), blank=True, max_length=600, help_text=_("A few plain sentences under the title.")
    )

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]
    subpage_types = ["standfirst_articles.ArticlePage", "standfirst_articles.ArticleIndexPage"]
    template = "standfirst_articles/article_index_page.html"

    class Meta:
        verbose_name = _("article index")
        verbose_name_plural = _("article indexes")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the template's context; the listing takes ``tag`` and ``page`` from the query string."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        try:
            listing = list_teasers(
                index_page=self,
                articles=ArticlePage.objects.all(),
                viewer=visitor(request),
                tag=request.GET.get("tag", ""),
                number=request.GET.get("page", ""),
            )
        except InvalidPage as error:
            raise Http404 from error
        # Each page of the list is a page of its own to search engines.
        context |= {"listing": listing, "canonical_query": listing.query_for(listing.page.number)}
        return context

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the list; for a tag that no article has, the empty list with the way back, as not found."""
        response: TemplateResponse = super().serve(request, *args, **kwargs)
        context = response.context_data or {}
        if context["listing"].tag_is_unknown:
            response.status_code = HTTPStatus.NOT_FOUND
        return response


@plain_in_migrations
class ArticleTag(TaggedItemBase):
    """A tag on an article."""

    content_object = ParentalKey(
        "standfirst_articles.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items"
    )


@plain_in_migrations
class ArticleAuthor(Orderable):
    """A place in an article's byline."""

    page = ParentalKey("standfirst_articles.ArticlePage", on_delete=models.CASCADE, related_name="bylines")
    # A revision that names a deleted person loads without them only if the key cascades. ProtectedWhereUsed
    # protects the people in bylines.
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.CASCADE, related_name="bylines"
    )

    class Meta(Orderable.Meta):
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return str(self.person)


@plain_in_migrations
class ArticlePage(ArticleMixin, RestrictionsOnce, Page):  # type: ignore[django-manager-missing]
    """An article."""

    page_ptr = link_to_page("standfirst_article")
    tags = ClusterTaggableManager(
        through=ArticleTag, blank=True, verbose_name=_("tags"), related_name="standfirst_articles"
    )

    content_panels = [
        *Page.content_panels,
        InlinePanel("bylines", label=_("Author"), heading=_("Authors")),
        *ArticleMixin.article_panels,
    ]
    promote_panels = [*Page.promote_panels, FieldPanel("tags")]
    search_fields = [*Page.search_fields, *ArticleMixin.article_search_fields]
    subpage_types: list[str] = []
    template = "standfirst_articles/article_page.html"
    article_relations = ("bylines__person", "tagged_items__tag")

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the template's context with the index that the article stands in, if any."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        parent = self.get_parent() if self.path else None
        if parent is not None and issubclass(parent.specific_class or object, ArticleIndexPage):
            context["article_index"] = parent
        return context

    @property
    def article_authors(self) -> Sequence[Person]:
        gathered = gathered_rows(self, "bylines")
        rows = self.bylines.all() if gathered is None else gathered
        bylines = [byline for byline in rows if byline.person_id]
        if gathered is None:
            prefetch_related_objects(bylines, "person")
        # Somebody named twice in the editor is shown once to readers.
        return list({byline.person_id: byline.person for byline in bylines}.values())

    @property
    def article_tags(self) -> Sequence[Any]:
        # The tag manager queries the database even if the tags were fetched with many articles at once.
        gathered = gathered_rows(self, "tagged_items")
        items = list(self.tagged_items.all() if gathered is None else gathered)
        if gathered is None:
            prefetch_related_objects(items, "tag")
        return sorted((item.tag for item in items), key=lambda tag: tag.name.casefold())

    @classmethod
    def find_by_author(cls, author: str) -> models.QuerySet[Any]:
        condition = models.Q(person__slug__iexact=author)
        if author.isascii() and author.isdigit() and int(author) <= models.BigIntegerField.MAX_BIGINT:
            condition |= models.Q(person=int(author))
        bylines = ArticleAuthor.objects.filter(condition)
        return cls._default_manager.filter(pk__in=bylines.values("page"))

    @classmethod
    def find_by_tag(cls, slug: str) -> models.QuerySet[Any]:
        items = ArticleTag.objects.filter(tag__slug__iexact=slug)
        return cls._default_manager.filter(pk__in=items.values("content_object"))
