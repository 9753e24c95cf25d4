"""The triggers come and go with migrations; while one is missing there is no version."""

import logging
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection, connections, models, transaction
from django.db.migrations import Migration
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag

from articles.models import Person
from comments.models import Discussion
from standfirst import parts
from standfirst.cache import by_signals, versions
from standfirst.cache.moves import read_moves
from standfirst.cache.triggers import (
    after_migrate,
    before_migrate,
    find_missing,
    find_unwatched,
    make_triggers,
    remove_triggers,
    vendor_module,
)
from standfirst.cache.version_checks import (
    check_databases,
    check_table_names,
    check_table_settings,
    check_triggers,
    check_without_triggers,
)
from standfirst.cache.versions import are_versions_exact, bump_version, read_version
from tests.standfirst.cache.tokens import moves, run, token

pytestmark = pytest.mark.django_db
CORE = apps.get_app_config("standfirst")


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look for triggers with each reading, and forget what was found in the end."""
    monkeypatch.setattr(versions, "INSPECTION_SECONDS", -1)
    monkeypatch.setattr(versions, "RETRY_SECONDS", -1)
    versions._inspections.clear()
    yield
    versions._inspections.clear()


def plan(*, app: str = "standfirst_articles", backwards: bool = False) -> list[tuple[Migration, bool]]:
    migration = Migration("0001_initial", app)
    migration.initial = True
    return [(migration, backwards)]


def drop_one() -> None:
    """Drop the triggers of one table."""
    vendor = vendor_module(connection)
    for trigger in vendor.find_triggers(connection):
        if trigger[0] == "taggit_tag":
            run(vendor.drop_statement(connection, trigger))


class TestReading:
    def test_it_takes_one_statement(self) -> None:
        token()
        with CaptureQueriesContext(connection) as queries:
            version = read_version(
                [("standfirst_comments.discussion", 1), ("standfirst_comments.discussion", 2)]
            )
        assert len(queries) == 1
        assert version is not None
        assert version.parts == {
            ("standfirst_comments.discussion", 1): 0,
            ("standfirst_comments.discussion", 2): 0,
        }

    def test_parts(self) -> None:
        from wagtail.models import Page, Site

        page = Site.objects.get().root_page
        other = Page.objects.get(depth=1)
        Discussion.objects.create(page=page, version=7)
        keys = [("standfirst_comments.discussion", page.pk), ("standfirst_comments.discussion", other.pk)]
        version = read_version(keys)
        assert version is not None
        assert version.parts == {keys[0]: 7, keys[1]: 0}

    def test_a_kind_that_nobody_offers_has_no_version(self) -> None:
        assert read_version([("shop.order", 1)]) is None

    def test_by_hand(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO, "standfirst.cache"):
            assert moves(lambda: bump_version("a new template"))
        assert "a new template" in caplog.text
        assert "bump_version: a new template" in [row.mover for row in read_moves(connection)]
        bump_version("x" * 500)

    def test_exact(self) -> None:
        assert are_versions_exact()


class TestMissing:
    def test_no_version_until_migrate_has_run(self, caplog: pytest.LogCaptureFixture) -> None:
        before = token()
        drop_one()
        assert read_version() is None
        assert read_version() is None
        assert len([record for record in caplog.records if "taggit_tag" in record.message]) == 1
        assert [message.id for message in check_triggers(None, databases=["default"])] == ["standfirst.W022"]
        assert check_triggers(None) == []
        with pytest.raises(CommandError, match="can't be trusted"):
            call_command("standfirst_cache_versions")
        call_command("migrate", verbosity=0)
        # Whatever was written meanwhile moved nothing.
        assert token() != before
        assert check_triggers(None, databases=["default"]) == []

    def test_without_the_token(self) -> None:
        token()
        run("DELETE FROM standfirst_content_version")
        assert read_version() is None
        make_triggers()
        assert read_version() is not None

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="Only PostgreSQL can disable triggers.")
    def test_disabled_triggers(self) -> None:
        before = token()
        run("ALTER TABLE taggit_tag DISABLE TRIGGER USER")
        assert read_version() is None
        Tag.objects.create(name="x")
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("ALTER TABLE taggit_tag ENABLE TRIGGER USER")
        assert token() != before

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite has virtual tables.")
    def test_a_table_that_can_not_be_watched(self) -> None:
        run("CREATE VIRTUAL TABLE shop_search USING fts5(body)")
        make_triggers()
        assert "shop_search" in find_unwatched(connection)


class TestParts:
    """Parts of other apps, and rows of theirs; those of comments are tested with these."""

    @pytest.fixture(autouse=True)
    def _ratings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parts._offers, "versioned_parts", {})
        monkeypatch.setattr(parts._offers, "classed_tables", parts.ClassedTables(set(), {"shop_review"}))
        run(
            "CREATE TABLE shop_rating "
            "(id integer PRIMARY KEY, product integer, version bigint NOT NULL, mean integer)"
        )
        run("CREATE TABLE shop_review (id integer PRIMARY KEY, product integer, stars integer)")
        run("INSERT INTO shop_rating VALUES (1, 10, 5, 0), (2, 20, 5, 0)")
        run("INSERT INTO shop_review VALUES (1, 10, 3), (2, 20, 3)")

    def offer(self, **options: Any) -> None:
        parts.offer_versioned_part(
            "shop.rating", table="shop_rating", key_column="product", version_column="version", **options
        )
        make_triggers()
        assert find_missing(connection) == []

    def versions(self) -> tuple[int, int]:
        found = read_version([("shop.rating", 10), ("shop.rating", 20)])
        assert found is not None
        return found.parts["shop.rating", 10], found.parts["shop.rating", 20]

    def test_without_any_rows(self) -> None:
        self.offer()
        before = token()
        run("UPDATE shop_rating SET mean = mean")
        assert self.versions() == (5, 5)
        run("UPDATE shop_rating SET mean = 4 WHERE id = 1")
        assert self.versions() == (6, 5)
        run("UPDATE shop_rating SET version = 9, mean = NULL WHERE id = 2")
        assert self.versions() == (6, 9)
        run("UPDATE shop_rating SET version = 3")
        assert self.versions() == (7, 10)
        run("UPDATE shop_review SET stars = 1")
        assert self.versions() == (7, 10)
        assert token() == before
        run("DELETE FROM shop_rating WHERE id = 2")
        assert (token() != before, self.versions()) == (True, (7, 0))
        run("INSERT INTO shop_rating VALUES (2, 20, 0, 0)")
        assert self.versions() == (7, 1)

    def test_rows_that_are_all_shown(self) -> None:
        self.offer(rows=[parts.PartRows("shop_review", column="product", refers_to="product")])
        before = token()
        run("INSERT INTO shop_review VALUES (3, 10, 1)")
        assert self.versions() == (6, 5)
        run("UPDATE shop_review SET product = 20 WHERE id = 3")
        assert self.versions() == (7, 6)
        run("DELETE FROM shop_review")
        assert self.versions()[0] > 7
        assert self.versions()[1] > 6
        run("INSERT INTO shop_review VALUES (4, 30, 1), (5, NULL, 1)")
        assert token() == before

    def test_conditions_of_every_kind(self) -> None:
        run("ALTER TABLE shop_review ADD COLUMN state varchar(20)")
        run("ALTER TABLE shop_review ADD COLUMN is_pinned boolean")
        shown = (("state", "=", """it's "public" $1 %s"""), ("is_pinned", "=", True), ("stars", ">", 4))
        rows = parts.PartRows("shop_review", "product", "product", hidden=("id",), shown=shown)  # type: ignore[arg-type]
        self.offer(rows=[rows])
        run("UPDATE shop_review SET stars = 4, state = 'public', is_pinned = %s", False)
        run("UPDATE shop_review SET stars = NULL, state = NULL, is_pinned = NULL")
        assert self.versions() == (5, 5)
        for change in ({"state": shown[0][2]}, {"is_pinned": True}, {"stars": 5}):
            ((column, value),) = change.items()
            before = self.versions()
            run(f"UPDATE shop_review SET {column} = %s WHERE id = 1", value)
            assert self.versions() == (before[0] + 1, 5)
            run("UPDATE shop_review SET id = 7 WHERE id = 1")
            assert self.versions() == (before[0] + 1, 5)
            run(f"UPDATE shop_review SET id = 1, {column} = NULL WHERE id = 7")
            assert self.versions() == (before[0] + 2, 5)

    def test_a_table_that_is_not_there(self) -> None:
        self.offer(rows=[parts.PartRows("shop_no_such_table", column="product")])

    def test_a_roll_back_takes_the_version_back(self) -> None:
        self.offer(rows=[parts.PartRows("shop_review", column="product", refers_to="product")])
        with transaction.atomic():
            run("UPDATE shop_review SET stars = 1")
            assert self.versions() == (6, 6)
            transaction.set_rollback(True)
        assert self.versions() == (5, 5)


class TestMigrations:
    def test_only_sqlite_takes_them_away(self) -> None:
        before_migrate(sender=apps.get_app_config("standfirst_articles"), plan=plan())
        before_migrate(sender=CORE, plan=[])
        assert find_missing(connection) == []
        before_migrate(sender=CORE, plan=plan())
        assert bool(find_missing(connection)) == (connection.vendor == "sqlite")
        after_migrate(sender=CORE, plan=plan())
        assert find_missing(connection) == []

    def test_a_migration_moves_the_version(self) -> None:
        assert moves(lambda: after_migrate(sender=CORE, plan=plan()))
        assert not moves(lambda: after_migrate(sender=CORE, plan=[]))

    def test_a_migration_that_fails(self) -> None:
        def fail(*args: Any, **options: Any) -> None:
            before_migrate(sender=CORE, plan=plan())
            raise RuntimeError("It failed.")

        with mock.patch.object(DjangoMigrate, "handle", fail), pytest.raises(RuntimeError, match="It failed"):
            call_command("migrate", verbosity=0)
        assert find_missing(connection) == []

    def test_nothing_is_left_once_the_core_has_gone(self) -> None:
        gone = plan(app="standfirst", backwards=True)
        before_migrate(sender=CORE, plan=gone)
        assert vendor_module(connection).find_triggers(connection) == {}
        empty = mock.Mock(all_models={})
        after_migrate(sender=CORE, plan=gone, apps=empty)
        tables = connection.introspection.table_names()
        assert not [table for table in tables if table.startswith("standfirst_content")]
        if connection.vendor == "postgresql":
            assert not run("SELECT 1 FROM pg_proc WHERE starts_with(proname, 'standfirst_version')")
            assert not run("SELECT 1 FROM pg_class WHERE starts_with(relname, 'standfirst_content')")
        assert read_version() is None
        # Other apps migrate on.
        after_migrate(sender=CORE, plan=plan(), apps=empty)
        assert read_version() is None

    def test_what_is_there_is_left_alone(self) -> None:
        """On PostgreSQL, to make a trigger is to wait for whoever writes to its table."""
        with CaptureQueriesContext(connection) as queries:
            make_triggers()
        made = [query["sql"] for query in queries if "TRIGGER" in query["sql"].split("(")[0]]
        assert made == []

    def test_triggers_of_tables_that_no_longer_count(self, settings: Any) -> None:
        settings.STANDFIRST_CACHE_INVISIBLE_TABLES = ["taggit_*"]
        make_triggers()
        found = vendor_module(connection).find_triggers(connection)
        assert not [table for table, _name in found if table.startswith("taggit_")]


@pytest.mark.django_db(transaction=True)
def test_a_table_is_made_anew() -> None:
    """As SQLite does for most changes to a column: its triggers go with the old table."""
    short = Person._meta.get_field("name")
    long = models.CharField(max_length=300)
    long.set_attributes_from_name("name")
    long.model = Person
    token()
    try:
        # As by a migration that sends no signal.
        with connection.schema_editor() as editor:
            editor.alter_field(Person, short, long)
        assert bool(find_missing(connection)) == (connection.vendor == "sqlite")
        assert (read_version() is None) == (connection.vendor == "sqlite")
        make_triggers()
        assert moves(lambda: Person.objects.bulk_create([Person(name="x")]))
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(Person, long, short)
        make_triggers()
    assert find_missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_a_column_of_a_watched_table_goes_in_a_migration() -> None:
    """Also one of the tables whose triggers name columns, which SQLite would refuse to drop."""
    extra = models.CharField(max_length=9, default="x")
    extra.set_attributes_from_name("extra")
    user = get_user_model()
    with connection.schema_editor() as editor:
        editor.add_field(user, extra)
    make_triggers()
    assert moves(lambda: run("INSERT INTO taggit_tag (name, slug) VALUES ('x', 'x')"))
    before_migrate(sender=CORE, plan=plan())
    with connection.schema_editor() as editor:
        editor.remove_field(user, extra)
    after_migrate(sender=CORE, plan=plan())
    assert find_missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_flush() -> None:
    before = token()
    call_command("flush", verbosity=0, interactive=False)
    assert token() != before
    assert find_missing(connection) == []


class TestChecks:
    @pytest.mark.parametrize("value", ["axes_*", None, [1], [""]])
    @pytest.mark.parametrize("name", ["STANDFIRST_CACHE_INVISIBLE_TABLES", "STANDFIRST_CACHE_VISIBLE_TABLES"])
    def test_settings(self, settings: Any, name: str, value: Any) -> None:
        assert check_table_settings(None) == []
        setattr(settings, name, value)
        assert [message.id for message in check_table_settings(None)] == ["standfirst.E020"]
        assert check_table_names(None, databases=["default"]) == []

    def test_unknown_names(self, settings: Any) -> None:
        assert check_table_names(None, databases=["default"]) == []
        settings.STANDFIRST_CACHE_INVISIBLE_TABLES = ["axes_*", "taggit_tag", "taggit_tags", "axess_*"]
        settings.STANDFIRST_CACHE_VISIBLE_TABLES = ["wagtail*core"]
        found = check_table_names(None, databases=["default"])
        assert [message.id for message in found] == ["standfirst.W023"] * 3
        assert check_table_names(None) == []

    def test_other_databases(self, settings: Any) -> None:
        assert check_without_triggers(None) == []
        with mock.patch.object(type(connections["default"]), "vendor", "mysql"):
            (found,) = check_without_triggers(None)
            assert found.id == "standfirst.W020"
            assert "neither" in found.msg
            settings.STANDFIRST_CACHE_WITHOUT_TRIGGERS = True
            (found,) = check_without_triggers(None)
            assert "through Django's models" in found.msg

    def test_content_in_several_databases(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        assert check_databases(None) == []
        monkeypatch.setattr(
            "standfirst.cache.version_checks.settings", mock.Mock(DATABASES={"a": {}, "b": {}})
        )
        assert check_databases(None) == []
        monkeypatch.setattr(
            "standfirst.cache.version_checks.router.db_for_read",
            lambda model, **hints: "other" if model is Person else "default",
        )
        (found,) = check_databases(None)
        assert found.id == "standfirst.W021"
        assert "standfirst_articles.Person" in found.msg


class TestWithoutTriggers:
    """On another database; here one without the triggers takes its place."""

    @pytest.fixture(autouse=True)
    def _other_database(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
        settings.STANDFIRST_CACHE_WITHOUT_TRIGGERS = True
        remove_triggers()
        vendor_module(connection).remove_what_is_shared(connection)
        for module in ("triggers", "cache.by_signals", "cache.triggers"):
            monkeypatch.setattr(f"standfirst.{module}.has_triggers", lambda using: False)
        monkeypatch.setattr(versions, "TRIGGER_VENDORS", ())
        after_migrate(sender=CORE, plan=plan())
        after_migrate(sender=CORE, plan=plan())

    @pytest.fixture
    def _watched(self) -> Iterator[None]:
        by_signals.connect()
        yield
        for signal in (models.signals.post_save, models.signals.post_delete, models.signals.m2m_changed):
            assert signal.disconnect(dispatch_uid="standfirst.cache.by_signals")

    def test_no_version_unless_the_site_wants_it(self, settings: Any) -> None:
        assert read_version() is not None
        assert not are_versions_exact()
        settings.STANDFIRST_CACHE_WITHOUT_TRIGGERS = False
        assert read_version() is None

    @pytest.mark.usefixtures("_watched")
    def test_changes_through_models(self, django_capture_on_commit_callbacks: Any) -> None:
        before = token()
        with django_capture_on_commit_callbacks() as callbacks:
            tag = Tag.objects.create(name="x")
        assert token() == before
        for callback in callbacks:
            callback()
        assert token() != before
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            Discussion.objects.filter(pk=-1).delete()
        before = token()
        with django_capture_on_commit_callbacks(execute=True):
            tag.delete()
        assert token() != before

    def test_by_hand(self) -> None:
        assert moves(lambda: bump_version("x"))
        assert read_moves(connection) == []


def test_nobody_listens_where_there_are_triggers() -> None:
    """Django deletes row by row what somebody listens to."""
    for signal in (models.signals.post_save, models.signals.post_delete, models.signals.m2m_changed):
        assert not signal.disconnect(dispatch_uid="standfirst.cache.by_signals")


class TestCommands:
    def test_bump(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert moves(lambda: call_command("standfirst_bump_version", reason="a deployment"))
        assert moves(lambda: call_command("standfirst_bump_version", verbosity=0))
        call_command("standfirst_cache_versions")
        out = capsys.readouterr().out
        assert "Triggers missing: 0" in out
        assert "bump_version: a deployment" in out
        assert "bump_version: no reason given" in out

    def test_counters(self, capsys: pytest.CaptureFixture[str]) -> None:
        Tag.objects.create(name="x")
        run("CREATE TABLE shop_order (id integer)")
        make_triggers()
        call_command("standfirst_cache_versions")
        out = capsys.readouterr().out
        assert "taggit_tag" in out
        assert "nobody has classed, which count: shop_order" in out

    def test_bump_before_migrate(self) -> None:
        remove_triggers()
        vendor_module(connection).remove_what_is_shared(connection)
        with pytest.raises(CommandError, match="Has migrate been run"):
            call_command("standfirst_bump_version")


def test_the_log_says_which_tables_moved_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "standfirst.cache"):
        token()
        Tag.objects.create(name="x")
        token()
        token()
    lines = [record.message for record in caplog.records]
    assert [line for line in lines if "taggit_tag +1" in line] == lines[-1:]
