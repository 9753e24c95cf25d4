"""The addresses of the delivery API. Mount them anywhere, with ``include``."""

from django.urls import path

from standfirst.delivery.api import build_api

api = build_api()
urlpatterns = [path("", api.urls)]
