"""Every address of the project, Wagtail's catch-all last."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail import views as wagtail_views
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.api.v3.api import api as management_api
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.documents.views import serve as documents_views

from cms import views
from cms.guessing import limit_guesses
from standfirst.visibility import is_multilingual

urlpatterns = [
    # Wagtail's own address, which it goes on making by its name; ours is asked first.
    path(
        "documents/authenticate_with_password/<int:restriction_id>/",
        limit_guesses(documents_views.authenticate_with_password, what="collection password"),
    ),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("comments/", include("comments.urls")),
    path("api/v1/", include("standfirst.delivery.urls")),
    path("api/wagtail/v3/", management_api.urls),
    re_path(r"^api/", views.api_not_found),
]

if settings.SERVE_MEDIA:
    urlpatterns += [
        re_path(r"^media/(?P<path>.*)$", views.serve_upload),
    ]

# Wagtail's address for passwords is among those of the pages, and so has each language's prefix, too.
page_urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "_util/authenticate_with_password/<int:restriction_id>/<int:page_id>/",
        limit_guesses(wagtail_views.authenticate_with_password, what="page password"),
    ),
    path("", include(wagtail_urls)),
]
# The site's own language has no prefix, so that its addresses stay when another is added.
urlpatterns += (
    i18n_patterns(*page_urlpatterns, prefix_default_language=False) if is_multilingual() else page_urlpatterns
)

handler500 = "cms.views.server_error"
