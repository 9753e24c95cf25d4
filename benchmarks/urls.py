"""The site's addresses, and the views that it is compared with."""

from django.urls import path

from benchmarks.bare import BARE_PREFIX, WRAPPED_PREFIX, serve_recorded
from cms.urls import handler500, urlpatterns

__all__ = ["handler500", "urlpatterns"]

urlpatterns = [
    path(f"{BARE_PREFIX[1:]}<slug:name>/", serve_recorded),
    path(f"{WRAPPED_PREFIX[1:]}<slug:name>/", serve_recorded),
    *urlpatterns,
]
