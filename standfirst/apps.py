"""The core as Django knows it."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class StandfirstConfig(AppConfig):
    """What articles and comments rest on."""

    name = "standfirst"
    verbose_name = _("Standfirst")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Guard the records of all apps, watch what readers see, and follow Wagtail's pages."""
        from standfirst import aliases, going_live
        from standfirst import checks as own_checks  # noqa: F401
        from standfirst.cache import addresses, by_signals, origin_checks, triggers, version_checks  # noqa: F401
        from standfirst.cache.purging import PurgeKind
        from standfirst.delivery import checks as delivery_checks  # noqa: F401
        from standfirst.outbox import checks as outbox_checks  # noqa: F401
        from standfirst.outbox import register
        from standfirst.outbox.mail import MailKind
        from standfirst.plain_migrations import make_permissions
        from standfirst.records import checks, guards, persons  # noqa: F401

        if apps.is_installed("wagtail.contrib.settings"):
            from wagtail.contrib.settings.registry import register_setting

            from standfirst.models import FrontendSettings

            register_setting(FrontendSettings, icon="desktop")
        pre_migrate.connect(guards.remove_guards, dispatch_uid="standfirst.records.guards")
        post_migrate.connect(guards.make_guards, dispatch_uid="standfirst.records.guards")
        pre_migrate.connect(triggers.before_migrate, dispatch_uid="standfirst.cache.triggers")
        post_migrate.connect(triggers.after_migrate, dispatch_uid="standfirst.cache.triggers")
        post_migrate.connect(make_permissions, dispatch_uid="standfirst.plain_migrations")
        persons.watch_persons()
        by_signals.connect()
        aliases.connect()
        going_live.connect()
        addresses.connect()
        register(MailKind())
        register(PurgeKind())
