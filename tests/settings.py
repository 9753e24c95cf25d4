"""The project's settings as the suite uses them.

A run has a data folder of its own, so that it can neither see nor spoil a developer's site, and ignores every
STANDFIRST_ variable of the shell it was started from. DATABASE_URL is the one exception: it chooses the
database server that the suite runs on.
"""

import atexit
import os
import shutil
import tempfile

_FOLDER_VARIABLE = "STANDFIRST_TEST_DATA_DIR"


def _prepare_environment() -> None:
    """Set the variables that ``cms.settings`` reads, once for the run and all of its worker processes."""
    folder = os.environ.get(_FOLDER_VARIABLE)
    if not folder:
        folder = tempfile.mkdtemp(prefix="standfirst-test-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith("STANDFIRST_")]:
        del os.environ[name]
    os.environ[_FOLDER_VARIABLE] = folder  # The worker processes inherit it.
    os.environ["STANDFIRST_DATA_DIR"] = folder
    os.environ["STANDFIRST_SECRET_KEY"] = "a key that is used by nothing but the tests"
    os.makedirs(os.path.join(folder, "static"), exist_ok=True)


_prepare_environment()

from cms.settings import *  # noqa: E402, F403
from cms.settings import DATABASES, STORAGES  # noqa: E402

# Slow hashes protect real passwords; here they would only cost time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# File names with hashes need a collectstatic first.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SERVE_MEDIA = True
# The live server's threads end with their requests.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# No data of the suite outlives the run: nothing needs to reach the disk.
if "init_command" in DATABASES["default"].get("OPTIONS", {}):
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
