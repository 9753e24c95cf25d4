"""The core as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StandfirstConfig(AppConfig):
    """What articles and comments rest on."""

    name = "standfirst"
    verbose_name = _("Standfirst")
    default_auto_field = "django.db.models.BigAutoField"
