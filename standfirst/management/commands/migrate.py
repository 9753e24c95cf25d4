"""Django's ``migrate``, which makes our triggers again even if a migration fails."""

import logging
from typing import Any

from django.apps import apps
from django.core.management.commands import migrate

from standfirst.cache.triggers import remake_triggers
from standfirst.records.guards import make_guards

logger = logging.getLogger(__name__)


class Command(migrate.Command):
    """The signal that has the triggers made anew isn't sent after a failure."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        except BaseException:
            try:
                for app in apps.get_app_configs():
                    make_guards(sender=app, using=options["database"])
                remake_triggers(using=options["database"])
            except Exception:
                # The failure itself is what the person has to read.
                logger.exception("The database may lack triggers until the next migrate succeeds.")
            raise
