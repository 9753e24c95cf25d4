"""The app as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    """Articles whose claims are graded and sourced."""

    name = "articles"
    verbose_name = _("Articles")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from articles import checks  # noqa: F401
        from articles.models import Person, Source
        from articles.permissions import ShownOnPagesPermissionPolicy
        from articles.signal_handlers import connect

        for model in (Source, Person):
            register_permission_policy(model, ShownOnPagesPermissionPolicy(model))
        connect()
