"""System checks of the site as a whole."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections

from standfirst.write_lock import begins_with_lock


@checks.register("standfirst", deploy=True)
def check_sqlite(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Report SQLite databases whose transactions may be refused instead of waiting for each other.

    Ours wait (``standfirst.write_lock``); those of Wagtail's admin begin as the settings say.
    """
    return [
        checks.Warning(
            f"Transactions on the SQLite database “{alias}” begin without the write lock: of two people who "
            "save at the same time, one may get an error page (“database is locked”).",
            hint=f'Set DATABASES["{alias}"]["OPTIONS"]["transaction_mode"] to "IMMEDIATE".',
            id="standfirst.W004",
        )
        for alias in connections
        if connections[alias].vendor == "sqlite" and not begins_with_lock(connections[alias].settings_dict)
    ]
