"""The settings of a site that has page types and blocks of its own."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "tests.hosts"]
# Its tables are made without migrations.
MIGRATION_MODULES = {"hosts": None}
