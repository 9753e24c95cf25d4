"""Records stay as they are, whoever asks: Django, SQL or a cascade. Two doors are open, and logged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import IntegrityError, connection, connections, models, transaction
from django.db.migrations import Migration
from django.test.utils import isolate_apps
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from wagtail.log_actions import LogContext
from wagtail.models import Page, Site

from comments.enums import Status
from comments.models import Comment, Discussion, ModerationEntry
from comments.services import set_comment_status, submit_comment
from standfirst.models import RecordLogEntry
from standfirst.records import PURGE, Record, RecordIsPermanentError
from standfirst.records.checks import check_guards, check_record, check_vendors
from standfirst.records.doors import open_permit
from standfirst.records.guards import PERMIT_TABLE, is_guarded, make_guards, remove_guards
from tests.examples import RUN_TWICE

TABLE = ModerationEntry._meta.db_table
RECORD = "standfirst_comments.moderationentry"


def make_entries(number: int = 3) -> list[ModerationEntry]:
    """Return the records of comments that a moderator has decided about: two for each comment."""
    page = Site.objects.get(is_default_site=True).root_page
    user = get_user_model().objects.create_user("moderator")
    for place in range(number):
        comment = submit_comment(
            page=page, body=f"{place}", author_name="A", author_email=f"{place}@example.org"
        )
        set_comment_status(uids=[comment.uid], status=Status.SPAM, actor=user, note="Seen.")
    return list(ModerationEntry.objects.all())


@pytest.fixture
def entries(db: None, settings: Any) -> list[ModerationEntry]:
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
    return make_entries()


@contextmanager
def refused(by: type[Exception] = IntegrityError) -> Iterator[None]:
    """Expect a refusal, and that the rows are the same afterwards."""
    before = rows()
    with pytest.raises(by), transaction.atomic():
        yield
    assert rows() == before


def rows(model: type[models.Model] = ModerationEntry) -> list[dict[str, Any]]:
    return list(model._base_manager.order_by("pk").values())


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def log() -> list[tuple[str, str, int, str]]:
    return list(RecordLogEntry.objects.values_list("door", "record", "number", "reason"))


class TestDjangoRefuses:
    @pytest.mark.parametrize(
        "act",
        [
            lambda records: records.update(note="x"),
            lambda records: records.filter(note="Seen.").update(created_at=None),
            lambda records: records.all().delete(),
            lambda records: records.bulk_update([records.first()], ["note"]),
            lambda records: records.update_or_create(pk=records.first().pk, defaults={"note": "x"}),
            lambda records: records.bulk_create(
                [records.first()], update_conflicts=True, update_fields=["note"], unique_fields=["id"]
            ),
            lambda records: records.first().save(),
            lambda records: records.first().delete(),
            lambda records: records.first().comment.moderation_entries.all().delete(),
            lambda records: records.first().comment.moderation_entries.update(note="x"),
        ],
    )
    def test_changes(self, entries: list[ModerationEntry], act: Callable[[Any], Any]) -> None:
        with refused(RecordIsPermanentError):
            act(ModerationEntry.objects)

    def test_a_new_object_with_the_key_of_a_record(self, entries: list[ModerationEntry]) -> None:
        entry = entries[0]
        with refused():
            ModerationEntry(pk=entry.pk, comment=entry.comment, to_status=Status.SPAM).save()

    def test_a_manager_deletes_nothing(self) -> None:
        assert not hasattr(ModerationEntry.objects, "delete")


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "act",
        [
            lambda records: records.update(note="x"),
            lambda records: records.update(actor=get_user_model().objects.create_user("other")),
            lambda records: records.all().delete(),
            lambda records: records.all()._raw_delete("default"),
            lambda records: records.bulk_update([records.model(pk=records.first().pk, note="x")], ["note"]),
            lambda records: models.Model.delete(records.first()),
            lambda records: run(f"UPDATE {TABLE} SET note = 'x'"),
            lambda records: run(f"UPDATE {TABLE} SET id = id + 1000"),
            lambda records: run(f"UPDATE {TABLE} SET created_at = NULL, actor_id = NULL"),
            lambda records: run(f"DELETE FROM {TABLE}"),
            lambda records: run(f"DELETE FROM {TABLE} WHERE id = %s", records.first().pk),
        ],
    )
    def test_changes_past_django(self, entries: list[ModerationEntry], act: Callable[[Any], Any]) -> None:
        with refused():
            act(ModerationEntry._base_manager)

    def test_a_row_in_the_place_of_another(self, entries: list[ModerationEntry]) -> None:
        names = "id, comment_id, from_status, to_status, reason, note, created_at"
        copied = f"SELECT id, comment_id, from_status, to_status, reason, 'x', created_at FROM {TABLE}"
        with refused():
            if connection.vendor == "sqlite":
                run(f"INSERT OR REPLACE INTO {TABLE} ({names}) {copied}")
            else:
                replace = "ON CONFLICT (id) DO UPDATE SET note = excluded.note"
                run(f"INSERT INTO {TABLE} ({names}) {copied} {replace}")

    def test_a_cascade_without_the_door(self, entries: list[ModerationEntry]) -> None:
        field = ModerationEntry._meta.get_field("comment")
        patch = pytest.MonkeyPatch()
        patch.setattr(field.remote_field, "on_delete", models.CASCADE)
        try:
            with refused():
                entries[0].comment.delete()
        finally:
            patch.undo()

    def test_a_row_that_stays_the_same_may_be_written(self, entries: list[ModerationEntry]) -> None:
        before = rows()
        run(f"UPDATE {TABLE} SET note = note, actor_id = actor_id")
        # JSON would cut the moments to milliseconds.
        fixture = serializers.serialize("python", ModerationEntry.objects.all())
        for loaded in serializers.deserialize("python", fixture):
            loaded.save()
        assert rows() == before

    def test_a_fixture_that_says_something_else(self, entries: list[ModerationEntry]) -> None:
        fixture = serializers.serialize("json", ModerationEntry.objects.all()).replace("Seen.", "Unseen.")
        with refused():
            for loaded in serializers.deserialize("json", fixture):
                loaded.save()


class TestRedact:
    def test_it_empties_persons_and_nothing_else(self, entries: list[ModerationEntry]) -> None:
        before = rows()
        assert ModerationEntry.objects.all().redact(reason="A request for erasure") == 3
        assert rows() == [{**row, "actor_id": None} for row in before]
        assert log() == [("redact", RECORD, 3, "A request for erasure")]
        assert ModerationEntry.objects.all().redact(reason="Again") == 0
        assert len(log()) == 1

    def test_deleting_a_user_redacts(self, entries: list[ModerationEntry]) -> None:
        before = rows()
        user = get_user_model().objects.get()
        with LogContext(user=user):
            user.delete()
        assert rows() == [{**row, "actor_id": None} for row in before]
        assert log() == [("redact", RECORD, 3, "auth.user was deleted")]
        assert RecordLogEntry.objects.get().actor is None

    def test_nobody_takes_a_persons_place(self, entries: list[ModerationEntry]) -> None:
        ModerationEntry.objects.all().redact(reason="x")
        user = get_user_model().objects.get()
        with refused():
            run(f"UPDATE {TABLE} SET actor_id = %s", user.pk)


class TestPurge:
    def test_by_a_rule(self, entries: list[ModerationEntry]) -> None:
        user = get_user_model().objects.get()
        chosen = ModerationEntry.objects.filter(from_status="")
        assert chosen.purge(reason="Older than two years", actor=user) == 3
        assert ModerationEntry.objects.count() == 3
        assert log() == [("purge", RECORD, 3, "Older than two years")]
        assert RecordLogEntry.objects.get().actor == user
        with refused():
            run(f"DELETE FROM {TABLE}")

    def test_with_a_comment(self, entries: list[ModerationEntry]) -> None:
        comment = entries[0].comment
        pk = comment.pk
        comment.delete()
        assert ModerationEntry.objects.count() == 4
        assert log() == [("purge", RECORD, 2, f"standfirst_comments.comment {pk} was deleted")]
        with refused():
            run(f"DELETE FROM {TABLE}")

    def test_with_many_comments(self, entries: list[ModerationEntry]) -> None:
        Comment.objects.all().delete()
        assert not ModerationEntry.objects.exists()
        assert log() == [
            (
                "purge",
                RECORD,
                6,
                "several of standfirst_comments.comment were deleted",
            )
        ]

    def test_with_a_page_by_whoever_uses_the_admin(self, db: None) -> None:
        home = Site.objects.get(is_default_site=True).root_page
        page = home.add_child(instance=Page(title="A page"))
        user = get_user_model().objects.create_user("editor")
        submit_comment(page=page, body="x", author_name="A", author_email="a@example.org")
        with LogContext(user=user):
            page.delete()
        assert not Discussion.objects.exists()
        assert not ModerationEntry.objects.exists()
        assert [(row.door, row.number, row.actor) for row in RecordLogEntry.objects.all()] == [
            ("purge", 1, user)
        ]

    def test_a_deletion_that_fails_leaves_records_and_no_open_door(
        self, entries: list[ModerationEntry]
    ) -> None:
        with refused(ZeroDivisionError):
            entries[0].comment.delete()
            raise ZeroDivisionError
        assert not RecordLogEntry.objects.exists()
        with refused():
            run(f"DELETE FROM {TABLE}")

    def test_doors_within_doors(self, entries: list[ModerationEntry]) -> None:
        with open_permit("default"):
            with pytest.raises(ZeroDivisionError), open_permit("default"):
                raise ZeroDivisionError
            with open_permit("default"):
                pass
            run(f"DELETE FROM {TABLE} WHERE id = %s", entries[0].pk)
        with refused():
            run(f"DELETE FROM {TABLE}")

    def test_the_log_is_a_record(self, entries: list[ModerationEntry]) -> None:
        entries[0].comment.delete()
        before = rows(RecordLogEntry)
        table = RecordLogEntry._meta.db_table
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET number = 0"):
            with pytest.raises(IntegrityError), transaction.atomic():
                run(sql)
        with pytest.raises(RecordIsPermanentError):
            RecordLogEntry.objects.all().delete()
        assert rows(RecordLogEntry) == before


@pytest.mark.django_db(transaction=True)
class TestTransactions:
    def test_no_permit_outlives_its_transaction(self) -> None:
        plain_page = Site.objects.get(is_default_site=True).root_page
        comment = submit_comment(page=plain_page, body="x", author_name="A", author_email="a@example.org")
        submit_comment(page=plain_page, body="y", author_name="A", author_email="b@example.org")
        comment.delete()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {PERMIT_TABLE}")
                assert cursor.fetchone() == (0,)
        for _ in range(2):
            with pytest.raises(IntegrityError):
                run(f"DELETE FROM {TABLE}")
            connection.close()
        assert ModerationEntry.objects.count() == 1

    def test_flush_empties_records(self) -> None:
        plain_page = Site.objects.get(is_default_site=True).root_page
        submit_comment(page=plain_page, body="x", author_name="A", author_email="a@example.org")
        call_command("flush", verbosity=0, interactive=False)
        assert not ModerationEntry.objects.exists()
        assert is_guarded(connection, ModerationEntry)


class TestMigrations:
    def test_guards_are_taken_away_and_made_again(self, entries: list[ModerationEntry]) -> None:
        sender = apps.get_app_config("standfirst_comments")
        mine = [(Migration("0009_later", "standfirst_comments"), False)]
        other = [(Migration("0009_later", "standfirst_articles"), False)]
        remove_guards(sender=sender, using="default", plan=other)
        assert is_guarded(connection, ModerationEntry)
        remove_guards(sender=sender, using="default", plan=mine)
        assert not is_guarded(connection, ModerationEntry)
        ModerationEntry._base_manager.update(reason="from a data migration")
        for plan in (mine, []):
            make_guards(sender=sender, using="default", plan=plan)
            assert is_guarded(connection, ModerationEntry)
        with refused():
            run(f"DELETE FROM {TABLE}")

    def test_a_table_that_is_made_anew(self, entries: list[ModerationEntry]) -> None:
        """As SQLite's migrations make it: the triggers go with the old table."""
        if connection.vendor == "postgresql":  # It drops no table with checks to come.
            run("SET CONSTRAINTS ALL IMMEDIATE")
        run(f"CREATE TABLE new_table AS SELECT * FROM {TABLE}")
        remove_guards(
            sender=apps.get_app_config("standfirst_comments"),
            plan=[(Migration("0009_later", "standfirst_comments"), False)],
        )
        run(f"DROP TABLE {TABLE}")
        run(f"ALTER TABLE new_table RENAME TO {TABLE}")
        make_guards(sender=apps.get_app_config("standfirst_comments"))
        with refused():
            run(f"UPDATE {TABLE} SET note = 'x'")

    @pytest.mark.django_db
    def test_a_migration_that_fails_leaves_records_guarded(self) -> None:
        def fail(*args: Any, **options: Any) -> None:
            remove_guards(
                sender=apps.get_app_config("standfirst_comments"),
                plan=[(Migration("0009_later", "standfirst_comments"), False)],
            )
            raise RuntimeError("It failed.")

        with (
            mock.patch.object(DjangoMigrate, "handle", fail),
            pytest.raises(RuntimeError, match="It failed"),
        ):
            call_command("migrate", verbosity=0)
        assert is_guarded(connection, ModerationEntry)

    @pytest.mark.django_db
    def test_nothing_is_left_once_the_last_record_has_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if connection.vendor == "sqlite":
            shared = f"SELECT count(*) FROM sqlite_master WHERE name = '{PERMIT_TABLE}'"
        else:
            shared = "SELECT count(*) FROM pg_proc WHERE proname = 'standfirst_keep_record'"

        def is_there() -> bool:
            with connection.cursor() as cursor:
                cursor.execute(shared)
                return bool(cursor.fetchone()[0])

        senders = [apps.get_app_config(label) for label in ("standfirst_comments", "standfirst")]
        plan = [(Migration("0001_initial", sender.label), True) for sender in senders]
        make_guards(sender=senders[0], plan=plan)
        assert is_there()
        for sender in senders:
            remove_guards(sender=sender, plan=plan)
        monkeypatch.setattr("standfirst.records.guards._records_of", lambda *_: [])
        make_guards(sender=senders[1], plan=[(plan[1][0], False)])
        assert is_there()
        make_guards(sender=senders[1], plan=plan)
        assert not is_there()


class TestChecks:
    @pytest.mark.django_db
    def test_missing_guards(self) -> None:
        assert check_guards(None, databases=["default"]) == []
        remove_guards(
            sender=apps.get_app_config("standfirst_comments"),
            plan=[(Migration("0009_later", "standfirst_comments"), False)],
        )
        assert [message.id for message in check_guards(None, databases=["default"])] == ["standfirst.W002"]
        assert check_guards(None) == []

    @isolate_apps("comments")
    def test_definitions(self) -> None:
        class Bad(Record):
            number = models.IntegerField()
            about = models.ForeignKey("self", on_delete=models.CASCADE)
            person = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
            personal_fields = ("number", "nothing")

            class Meta:
                app_label = "comments"

        class Good(Record):
            about = models.ForeignKey("self", on_delete=PURGE)
            name = models.CharField(max_length=10)
            person = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
            personal_fields = ("name", "person")

            class Meta:
                app_label = "comments"

        found = [message.id for message in check_record(Bad)]
        assert found == ["standfirst.E001"] * 2 + ["standfirst.E002"] * 2
        assert list(check_record(Good)) == []
        assert list(check_record(Page)) == []

    def test_other_databases(self) -> None:
        assert check_vendors(None) == []
        with mock.patch.object(type(connections["default"]), "vendor", "mysql"):
            assert [message.id for message in check_vendors(None)] == ["standfirst.W001"]


def add_again(entry: ModerationEntry) -> Any:
    """Add a record under the key of another."""
    return ModerationEntry.objects.bulk_create([ModerationEntry(pk=entry.pk, comment_id=entry.comment_id)])


OPERATIONS: list[Callable[[Any], Any]] = [
    lambda entry: entry.save(),
    lambda entry: entry.delete(),
    lambda entry: models.Model.delete(entry),
    lambda entry: ModerationEntry.objects.filter(pk=entry.pk).update(note="x"),
    lambda entry: ModerationEntry._base_manager.filter(pk=entry.pk).update(to_status="trash"),
    lambda entry: ModerationEntry._base_manager.filter(pk=entry.pk).delete(),
    add_again,
    lambda entry: run(f"UPDATE {TABLE} SET reason = 'x' WHERE id = %s", entry.pk),
    lambda entry: run(f"UPDATE {TABLE} SET actor_id = NULL, note = 'x' WHERE id = %s", entry.pk),
    lambda entry: run(f"DELETE FROM {TABLE} WHERE id = %s", entry.pk),
]


class AnySequence(TestCase):
    """Whatever is tried, in whatever order, with deletions of whole comments in between: no row changes."""

    @given(
        st.lists(
            st.tuples(st.sampled_from([*OPERATIONS, "comment", "redact"]), st.integers(0, 5)), max_size=8
        )
    )
    @settings(max_examples=25, deadline=None, suppress_health_check=RUN_TWICE)
    def test_rows(self, acts: list[tuple[Any, int]]) -> None:
        with self.settings(STANDFIRST_COMMENTS_FLOOD_SECONDS=0):
            entries = make_entries()
        expected = {row["id"]: row for row in rows()}
        for act, place in acts:
            entry = entries[place]
            if act is add_again and entry.pk not in expected:
                continue  # That would be an addition, to a comment that is gone.
            if act == "redact":
                ModerationEntry.objects.filter(pk=entry.pk).redact(reason="x")
                if entry.pk in expected:
                    expected[entry.pk]["actor_id"] = None
            elif act == "comment":
                Comment.objects.filter(pk=entry.comment_id).delete()
                expected = {pk: row for pk, row in expected.items() if row["comment_id"] != entry.comment_id}
            else:
                try:
                    with transaction.atomic():
                        act(entry)
                except (IntegrityError, RecordIsPermanentError):
                    pass
                else:
                    # Nothing was there any more.
                    assert entry.pk not in expected
            assert {row["id"]: row for row in rows()} == expected
