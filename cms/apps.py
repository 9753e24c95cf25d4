from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """The project: settings, addresses, the assembled API, demonstration content."""

    name = "cms"
    verbose_name = _("Standfirst site")
