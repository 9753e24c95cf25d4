"""What `make mutants` adds to pytest, so that a mutant costs seconds.

mutmut runs the suite once, and then forks a process for every mutant, in which pytest runs the tests that
reach the mutated function. Such a process starts with a copy of the first run's database, without asking what
is migrated, and with the quickest tests: most mutants fall at the first.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import utils
from hypothesis import HealthCheck, settings
from mutmut.state import state

# Seconds. Such a test counts queries or reads megabytes, and would be run again for every survivor.
TOO_SLOW = 8

_migrate = utils.setup_databases
_migrated: dict[str, bytes] = {}


def set_up_databases(*args: Any, **options: Any) -> Any:
    """Do what Django's ``setup_databases`` does, but look for migrations in the first process only."""
    if not _migrated:
        old_names = _migrate(*args, **options)
        connection.ensure_connection()
        _migrated["main"] = connection.connection.serialize()
        return old_names
    old_name = connection.settings_dict["NAME"]
    connection.close()
    path = Path(f"{connection.creation._get_test_db_name()}-{os.getpid()}")
    path.write_bytes(_migrated["main"])
    connection.settings_dict["NAME"] = str(path)
    return [(connection, old_name, True)]


utils.setup_databases = set_up_databases


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Let a property in a class be tested twice in one process, by two instances of the class."""
    settings.register_profile(
        "mutants",
        settings.default,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
    )
    settings.load_profile("mutants")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the quickest first, and leave out the slowest where others remain.

    Tests that empty the tables stay last, where pytest-django put them.
    """
    seconds = state().duration_by_test

    def cost(item: pytest.Item) -> tuple[bool, float]:
        marker = item.get_closest_marker("django_db")
        empties = bool(marker and marker.kwargs.get("transaction"))
        return empties, seconds.get(item.nodeid, 0)

    items.sort(key=cost)
    quick = [item for item in items if seconds.get(item.nodeid, 0) <= TOO_SLOW]
    if quick:
        config.hook.pytest_deselected(items=[item for item in items if item not in quick])
        items[:] = quick
