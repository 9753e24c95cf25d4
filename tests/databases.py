"""The migrated database that the tests begin with: made once, then copied for each process.

Migrating an empty database takes longer than most test files. What comes out depends on the migrations and
the locked packages alone; what else follows a migration (content types, permissions, triggers) Django does
again over the copy. In CI a copy lives as long as the run; elsewhere it is kept in the user's cache folder,
or on the PostgreSQL server, for the runs to come.
"""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

ROOT = Path(__file__).resolve().parent.parent
KEPT_TEMPLATES = 8
PREFIX = "standfirst_template_"
ROWS_AT_ONCE = 100
Rows = list[list[Model]]


def provide_test_database(folder: Path) -> None:
    """Have the database that the tests of this process use, migrated.

    It does not connect to it: Django's own ``setup_databases(keepdb=True)`` takes it from there.
    """
    name = connection.creation._get_test_db_name()
    key = key_of_migrations()
    store = SQLiteTemplates(folder, key) if connection.vendor == "sqlite" else PostgresTemplates(key)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / f"{PREFIX}{connection.vendor}.lock"):
        if store.exists():
            store.copy_to(name)
            return
        configured = settings.DATABASES["default"]["NAME"]
        # Django 6.1 keeps no copy of the rows unless asked, and warns of the argument.
        unasked = {"serialize": False} if django.VERSION < (6, 1) else {}
        connection.creation.create_test_db(verbosity=0, autoclobber=True, **unasked)
        store.save(name)
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = configured


def write_migrated_site(folder: Path, in_ci: bool) -> None:
    """Put a migrated SQLite database where a site with this data folder looks for it.

    The suite must run on SQLite itself, and its database must have been set up.
    """
    SQLiteTemplates(template_folder(in_ci), key_of_migrations()).copy_to(str(folder / "standfirst.sqlite3"))


def template_folder(in_ci: bool) -> Path:
    """Return where the templates lie: in CI with the data of this run."""
    if in_ci:
        return Path(os.environ["STANDFIRST_TEST_DATA_DIR"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "standfirst-tests"


def key_of_migrations() -> str:
    """Return a text that changes with a migration, ours or a package's, and with a locked version."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update((ROOT / "requirements-dev.lock").read_bytes())
    for config in apps.get_app_configs():
        for path in sorted((Path(config.path) / "migrations").rglob("*.py")):
            digest.update(f"{config.label} {path.name}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time do what follows."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class SQLiteTemplates:
    """Files in a folder."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        self.path = folder / f"{PREFIX}{key}.sqlite3"

    def exists(self) -> bool:
        return self.path.exists()

    def save(self, name: str) -> None:
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(unfinished)])
        unfinished.rename(self.path)
        newest_first = sorted(self.folder.glob(f"{PREFIX}*.sqlite3"), key=lambda path: -path.stat().st_mtime)
        for path in newest_first[KEPT_TEMPLATES:]:
            path.unlink()

    def copy_to(self, name: str) -> None:
        for leftover in (f"{name}-wal", f"{name}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(self.path, name)


class PostgresTemplates:
    """Databases on the server that the tests run on."""

    def __init__(self, key: str) -> None:
        self.name = f"{PREFIX}{key}"

    def exists(self) -> bool:
        return self.name in self._names()

    def save(self, name: str) -> None:
        connection.close()  # PostgreSQL copies a database that nobody is connected to.
        for old in self._names():
            self._execute(f'DROP DATABASE "{old}"')
        unfinished = self.name.replace("template", "unfinished")
        self._execute(f'DROP DATABASE IF EXISTS "{unfinished}"')
        self._execute(f'CREATE DATABASE "{unfinished}" TEMPLATE "{name}"')
        self._execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{self.name}"')

    def copy_to(self, name: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{name}"')
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')

    def _names(self) -> list[str]:
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
            return [name for (name,) in cursor.fetchall()]

    def _execute(self, statement: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)


def read_all_rows() -> Rows:
    """Return everything that is in the database: rows by table.

    SQLite's own search table is left out: its triggers write it.
    """
    tables = [
        list(model._base_manager.all())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.db_table.endswith("_fts")
    ]
    return [rows for rows in tables if rows]


def write_all_rows(tables: Rows) -> None:
    """Put back what ``read_all_rows`` returned, in place of what is in the same tables; no signal is sent."""
    with transaction.atomic():
        for rows in tables:  # Emptying made content types and permissions anew, under other ids.
            type(rows[0])._base_manager.all()._raw_delete(using="default")
        for rows in tables:
            model = type(rows[0])
            fields = [field for field in model._meta.local_concrete_fields if not field.generated]
            for start in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[start : start + ROWS_AT_ONCE]
                model._base_manager._insert(some, fields=fields, raw=True, using="default")
        # PostgreSQL's sequences don't notice keys that are given; a flush may have set them back to 1.
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(
                no_style(), [type(rows[0]) for rows in tables]
            ):
                cursor.execute(statement)
