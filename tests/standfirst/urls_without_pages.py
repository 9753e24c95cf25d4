"""A headless site: its pages are shown by a frontend alone."""

from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("comments/", include("comments.urls")),
    path("api/v1/", include("standfirst.delivery.urls")),
]
