"""The settings of the content's version, read when they are used."""

from typing import Any, Final

from django.conf import settings

DEFAULTS: Final[dict[str, Any]] = {
    # Tables of the site's own that no public answer depends on: names, or beginnings of names with a * after.
    "STANDFIRST_CACHE_INVISIBLE_TABLES": [],
    # Tables that public answers do depend on, though we know them as invisible; written alike.
    "STANDFIRST_CACHE_VISIBLE_TABLES": [],
    # Whether answers are kept on a database that is neither SQLite nor PostgreSQL. There only changes through
    # Django's models move the version, and a moment after the commit.
    "STANDFIRST_CACHE_WITHOUT_TRIGGERS": False,
}


def read(name: str) -> Any:
    return getattr(settings, name, DEFAULTS[name])


def invisible_tables() -> list[str]:
    return list(read("STANDFIRST_CACHE_INVISIBLE_TABLES"))


def visible_tables() -> list[str]:
    return list(read("STANDFIRST_CACHE_VISIBLE_TABLES"))


def works_without_triggers() -> bool:
    return bool(read("STANDFIRST_CACHE_WITHOUT_TRIGGERS"))
