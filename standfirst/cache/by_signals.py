"""Moving the version where the database has no triggers of ours.

Changes through Django's models move it, a moment after their commit: a row that every transaction had to
write would have each wait for the others. What ``update()``, ``bulk_create()`` and SQL change moves nothing.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save

from standfirst.cache.classing import Classing
from standfirst.cache.versions import move
from standfirst.triggers import has_triggers

_UID = "standfirst.cache.by_signals"


def connect() -> None:
    """Watch all models, if there is a database without triggers.

    Elsewhere not: Django deletes row by row what somebody watches.
    """
    if all(has_triggers(using) for using in settings.DATABASES):
        return
    for signal in (post_save, post_delete, m2m_changed):
        signal.connect(move_after_commit, dispatch_uid=_UID)


def move_after_commit(sender: Any, using: str, **kwargs: Any) -> None:
    """Move the version once the transaction of a change is committed."""
    if has_triggers(using) or Classing().find_rule(sender._meta.db_table) is None:
        return
    connection = transaction.get_connection(using)

    def move_now() -> None:
        move(connection, sender._meta.db_table)

    transaction.on_commit(move_now, using=using, robust=True)
