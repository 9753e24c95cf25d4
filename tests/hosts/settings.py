"""The settings of a site that has page types and blocks of its own, some of them from how-to pages."""

import os
import sys
from pathlib import Path

from tests.hosts.followed import write_app
from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as OURS

_FOLDER = Path(os.environ["STANDFIRST_TEST_DATA_DIR"]) / "site"
write_app("add-a-kind-of-block.md", _FOLDER)
sys.path.insert(0, str(_FOLDER))

INSTALLED_APPS = [*OURS, "tests.hosts", "home"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
