"""A site with nothing but Wagtail and comments: no address of the project, no article."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.models import Page


def show_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Render a page as an adopter's template does."""
    page = get_object_or_404(Page, slug=slug)
    template = engines["django"].from_string("{% load standfirst_comments_tags %}{% discussion page %}")
    return HttpResponse(template.render({"page": page}, request))


urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("comments/", include("comments.urls")),
    path("api/", include("standfirst.delivery.urls")),
    path("<slug:slug>/", show_page),
    path("", include("wagtail.urls")),
]
