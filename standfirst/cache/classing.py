"""Which tables, rows and columns a public answer can depend on. What nobody has classed counts.

A table is classed, in this order, by the site's settings, by the app that has it
(``standfirst.parts.class_tables``), or here for Django, Wagtail and the core.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import swapper
from django.apps import apps
from django.contrib.auth import get_user_model
from modelcluster.fields import ParentalKey, ParentalManyToManyField

from standfirst import parts
from standfirst.cache import version_conf

INSERT: Final = "INSERT"
UPDATE: Final = "UPDATE"
DELETE: Final = "DELETE"
EVERY_EVENT: Final = (INSERT, UPDATE, DELETE)

# Our own tables of this mechanism.
VERSION_TABLE: Final = "standfirst_content_version"
MOVES_TABLE: Final = "standfirst_content_moves"

INVISIBLE_TABLES: Final = (
    VERSION_TABLE,
    MOVES_TABLE,
    "standfirst_outboxmessage",
    "standfirst_purge_permit",
    "standfirst_recordlogentry",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
    "django_tasks_database_dbtaskresult",
    # Rights within the admin. Whether somebody is an editor at all hangs on auth_*, which is visible.
    "wagtailcore_groupcollectionpermission",
    "wagtailcore_grouppagepermission",
    "wagtailcore_groupsitepermission",
    "wagtailcore_apitoken",
    "wagtailcore_comment",
    "wagtailcore_commentreply",
    "wagtailcore_groupapprovaltask*",
    "wagtailcore_modellogentry",
    "wagtailcore_pagelogentry",
    "wagtailcore_pagesubscription",
    "wagtailcore_referenceindex",
    "wagtailcore_revision",
    "wagtailcore_task",
    "wagtailcore_taskstate",
    "wagtailcore_uploadedfile",
    "wagtailcore_workflow*",
    "wagtailadmin_*",
    "wagtailforms_formsubmission",
    "wagtailsearch_*",
    "wagtailsearchpromotions_query*",
    "wagtailusers_userprofile",
)

# Those that we know and that do count: what is on neither list is new to us.
VISIBLE_TABLES: Final = (
    "standfirst_frontendsettings",
    "auth_*",
    "django_flatpage*",
    "django_redirect",
    "django_site",
    "taggit_*",
    "wagtailcore_collection",
    "wagtailcore_collectionviewrestriction*",
    "wagtailcore_locale",
    "wagtailcore_page",
    "wagtailcore_pageviewrestriction*",
    "wagtailcore_site",
    "wagtaildocs_document",
    "wagtailembeds_embed",
    "wagtailimages_image",
    "wagtailimages_rendition",
    "wagtailredirects_redirect",
    "wagtailsearchpromotions_searchpromotion",
)

# A row is added by the first reader of a page, and changes nothing for others.
_ONLY_ADDED: Final = ("wagtailembeds_embed", "wagtailimages_rendition")

_HIDDEN_OF_PAGES: Final = (
    "draft_title",
    "has_unpublished_changes",
    "latest_revision_created_at",
    "latest_revision_id",
    "locked",
    "locked_at",
    "locked_by_id",
    # A page that is live counts itself when it comes and goes.
    "numchild",
)
_HIDDEN_OF_USERS: Final = ("last_login", "password")


@dataclass(frozen=True, slots=True)
class Rule:
    """Which changes to a table move the version.

    An UPDATE that touches ``hidden`` columns alone does not. Of a table of pages (``is_page``), and of one
    whose rows belong to the page that ``page_column`` names, only rows count whose page is live or has
    children, whose addresses hang on it.
    """

    events: tuple[str, ...] = EVERY_EVENT
    hidden: tuple[str, ...] = ()
    is_page: bool = False
    page_column: str = ""


class Classing:
    """The classing of all tables, as the settings and the installed apps have it now."""

    def __init__(self) -> None:
        self.page_table: str = swapper.load_model("wagtailcore", "Page")._meta.db_table
        self.user_table: str = get_user_model()._meta.db_table
        self.page_columns = dict(_find_page_columns())
        self.versioned = {part.table for part in parts.versioned_parts().values()}
        self.only_added = {*_ONLY_ADDED, *_find_renditions()}

    def find_rule(self, table: str) -> Rule | None:
        """Return which changes to a table count, None if none does."""
        if table in (VERSION_TABLE, MOVES_TABLE):
            return None
        is_meant = is_named(table, version_conf.visible_tables())
        if not is_meant:
            if table in self.versioned:
                # The version of a part that is gone would begin again.
                return Rule(events=(DELETE,))
            if self.is_invisible(table):
                return None
        if table == self.page_table:
            return Rule(hidden=_HIDDEN_OF_PAGES, is_page=True)
        return Rule(
            events=(UPDATE, DELETE) if table in self.only_added and not is_meant else EVERY_EVENT,
            hidden=_HIDDEN_OF_USERS if table == self.user_table else (),
            page_column=self.page_columns.get(table, ""),
        )

    def is_invisible(self, table: str) -> bool:
        """Return whether no change to a table counts."""
        if is_named(table, version_conf.invisible_tables()):
            return True
        offered = parts.classed_tables()
        invisible = (*INVISIBLE_TABLES, *offered.invisible)
        return is_named(table, invisible) and not is_named(table, offered.visible)

    def is_classed(self, table: str) -> bool:
        """Return whether anybody has said what a table is; if not, it counts."""
        offered = parts.classed_tables()
        names = (*INVISIBLE_TABLES, *VISIBLE_TABLES, *offered.invisible, *offered.visible)
        own = (*version_conf.invisible_tables(), *version_conf.visible_tables())
        known = {self.page_table, self.user_table, *self.page_columns, *self.versioned, *self.only_added}
        return table in known or is_named(table, (*names, *own))


def is_named(table: str, names: Iterable[str]) -> bool:
    """Return whether one of the names is a table's, or its beginning with a * after."""
    return any(table == name or (name.endswith("*") and table.startswith(name[:-1])) for name in names)


def _find_page_columns() -> Iterable[tuple[str, str]]:
    """Yield the tables whose rows belong to one page, with the column that says to which."""
    page = swapper.load_model("wagtailcore", "Page")
    for model in apps.get_models():
        options = model._meta
        if options.proxy or model is page:
            continue
        if issubclass(model, page):
            pk: Any = options.pk
            yield options.db_table, pk.column
            for many in options.local_many_to_many:
                if isinstance(many, ParentalManyToManyField) and _is_made_by_django(many):
                    yield many.m2m_db_table(), many.m2m_column_name()
            continue
        for field in options.local_concrete_fields:
            if isinstance(field, ParentalKey) and issubclass(field.related_model, page):
                yield options.db_table, field.column


def _is_made_by_django(field: Any) -> bool:
    return bool(field.remote_field.through._meta.auto_created)


def _find_renditions() -> set[str]:
    """Return the tables of the site's own renditions."""
    if not apps.is_installed("wagtail.images"):
        return set()
    from wagtail.images.models import AbstractRendition

    return {model._meta.db_table for model in apps.get_models() if issubclass(model, AbstractRendition)}
