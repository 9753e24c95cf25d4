"""The project's own page type: the front page."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from cms.front_page import read_front_page
from standfirst.restrictions import RestrictionsOnce
from standfirst.visibility import visitor


class HomePage(RestrictionsOnce, Page):
    """The front page: what the publication is for, its newest articles and figures about their claims."""

    headline = models.CharField(
        _("headline"), max_length=160, blank=True, help_text=_("What the publication promises, in one line.")
    )
    introduction = models.TextField(
        _("introduction"),
        max_length=600,
        blank=True,
        help_text=_("A few plain sentences under the headline."),
    )

    content_panels = [*Page.content_panels, FieldPanel("headline"), FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["standfirst_articles.ArticleIndexPage", "standfirst_articles.ArticlePage"]
    template = "cms/home_page.html"

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the template's context with what the front page shows."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["front"] = read_front_page(home=self, viewer=visitor(request))
        return context
