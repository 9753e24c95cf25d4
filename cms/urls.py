"""Every address of the project, Wagtail's catch-all last."""

from django.conf import settings
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.api.v3.api import api as management_api
from wagtail.documents import urls as wagtaildocs_urls

from cms import views
from cms.api import api

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("comments/", include("comments.urls")),
    path("api/v1/", api.urls),
    path("api/wagtail/v3/", management_api.urls),
    re_path(r"^api/", views.api_not_found),
]

if settings.SERVE_MEDIA:
    urlpatterns += [
        re_path(r"^media/(?P<path>.*)$", views.serve_upload),
    ]

urlpatterns += [path("", include(wagtail_urls))]

handler500 = "cms.views.server_error"
