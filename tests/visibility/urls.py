"""The project's addresses as they are with several languages."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls

from cms.urls import urlpatterns as project_urls

urlpatterns = [
    *project_urls[:-1],
    *i18n_patterns(path("", include(wagtail_urls)), prefix_default_language=False),
]
