"""The project's addresses as they are with several languages."""

from django.conf.urls.i18n import i18n_patterns

from cms.urls import page_urlpatterns
from cms.urls import urlpatterns as project_urls

urlpatterns = [
    *project_urls[: -len(page_urlpatterns)],
    *i18n_patterns(*page_urlpatterns, prefix_default_language=False),
]
