"""The version moves with the commit and with nothing else, and nobody waits for it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError, Event
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase as HypothesisCase
from taggit.models import Tag

from articles.models import ArticlePage, Source
from standfirst.cache.versions import read_version
from tests.articles.builders import claim_block, make_article, make_source
from tests.standfirst.cache.tokens import moves, run, token

pytestmark = pytest.mark.django_db(transaction=True)
EDITORS = 8
only_postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time."
)


@contextmanager
def threads(number: int) -> Iterator[Callable[..., Future[Any]]]:
    """Yield a function that runs another in a thread with a connection of its own."""
    with ThreadPoolExecutor(number) as pool:

        def start(call: Callable[..., Any], *args: Any) -> Future[Any]:
            def work() -> Any:
                try:
                    return call(*args)
                finally:
                    connection.close()

            return pool.submit(work)

        yield start


def add_tag(name: str) -> None:
    Tag.objects.bulk_create([Tag(name=name, slug=name)])


def test_in_autocommit() -> None:
    assert moves(lambda: add_tag("x"))
    assert moves(lambda: Tag.objects.update(name="y"))
    assert moves(lambda: Tag.objects.all().delete())


def test_it_moves_at_the_commit_and_not_before() -> None:
    """Also if others move it in between: what they see is never the version of what they can't see."""
    written, go_on = Event(), Event()

    def write_slowly() -> None:
        with transaction.atomic():
            add_tag("slow")
            written.set()
            assert go_on.wait(30)

    with threads(1) as start:
        seen = [token()]
        slow = start(write_slowly)
        try:
            assert written.wait(30)
            seen.append(token())
            if connection.vendor == "postgresql":
                begun = time.monotonic()
                add_tag("quick")
                assert time.monotonic() - begun < 5
                seen.append(token())
        finally:
            go_on.set()
        slow.result(60)
        seen.append(token())
    assert seen[0] == seen[1]
    assert len(set(seen)) == len(seen) - 1


def test_a_rollback_puts_it_back() -> None:
    before = token()
    with transaction.atomic():
        add_tag("x")
        inside = token()
        transaction.set_rollback(True)
    assert token() == before != inside
    assert moves(lambda: add_tag("x"))
    assert token() != inside


def test_what_follows_a_lost_savepoint_moves_it() -> None:
    """The savepoint took the move with it."""
    before = token()
    with transaction.atomic():
        with transaction.atomic():
            add_tag("lost")
            transaction.set_rollback(True)
        add_tag("kept")
    assert token() != before


def test_a_savepoint_within_which_somebody_looked() -> None:
    with transaction.atomic():
        add_tag("first")
        with transaction.atomic():
            inside = token()
            transaction.set_rollback(True)
        add_tag("second")
    assert token() != inside


def test_a_transaction_that_can_only_be_rolled_back_has_no_version() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        assert read_version() is None
    assert read_version() is not None


@only_postgres
def test_editors_at_once_do_not_deadlock(settings: Any) -> None:
    """Each publishes an article of their own, and changes a source, in either order, in one transaction.

    Without the search index: Wagtail's own writes to all of its rows do deadlock.
    """
    backend = {**settings.WAGTAILSEARCH_BACKENDS["default"], "AUTO_UPDATE": False}
    settings.WAGTAILSEARCH_BACKENDS = {"default": backend}
    sources = [make_source() for _ in range(EDITORS)]
    articles = [make_article(body=[claim_block(sources=[source])]) for source in sources]
    barrier = Barrier(EDITORS)
    rounds = 4

    def edit(number: int) -> set[int]:
        try:
            return edit_in_turn(number)
        except BaseException:
            barrier.abort()
            raise

    def edit_in_turn(number: int) -> set[int]:
        seen = set()
        for turn in range(rounds):
            barrier.wait(120)
            with transaction.atomic():
                acts = [
                    lambda turn=turn: Source.objects.filter(pk=sources[number].pk).update(
                        title=f"{number} {turn}"
                    ),
                    lambda: ArticlePage.objects.get(pk=articles[number].pk).save_revision().publish(),
                ]
                for act in acts if number % 2 else reversed(acts):
                    act()
            seen.add(token())
        return seen

    before = token()
    with threads(EDITORS) as start:
        futures = [start(edit, number) for number in range(EDITORS)]
        errors = [error for future in futures if (error := future.exception(300))]
        assert [error for error in errors if not isinstance(error, BrokenBarrierError)] == []
        seen = [future.result() for future in futures]
    assert all(len(tokens) == rounds for tokens in seen)
    assert before not in set().union(*seen)


@only_postgres
def test_nobody_waits_for_a_transaction_that_is_open() -> None:
    """Those that were begun one after another take a slot each."""
    begun, go_on = Barrier(EDITORS + 1), Event()

    def hold(number: int) -> None:
        with transaction.atomic():
            add_tag(f"tag-{number}")
            begun.wait(60)
            assert go_on.wait(60)

    with threads(EDITORS) as start:
        futures = [start(hold, number) for number in range(EDITORS)]
        try:
            begun.wait(60)
            assert run("SELECT 1 FROM standfirst_content_version FOR UPDATE SKIP LOCKED") <= 1
        finally:
            go_on.set()
        for future in futures:
            future.result(60)


@only_postgres
def test_slots_of_a_crowd_are_taken_away_and_their_counts_kept() -> None:
    def count() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(number) FROM standfirst_content_moves WHERE mover = 'taggit_tag'")
            return int(cursor.fetchone()[0] or 0)

    add_tag("first")
    counted = count()
    run("INSERT INTO standfirst_content_version (token) SELECT 1 FROM generate_series(1, 60)")
    run(
        "INSERT INTO standfirst_content_moves SELECT slot, 'taggit_tag', 1 FROM standfirst_content_version "
        "WHERE token = 1"
    )
    # Whoever holds all slots has the next one make another.
    held, go_on = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            run("SELECT 1 FROM standfirst_content_version FOR UPDATE")
            held.set()
            assert go_on.wait(60)

    with threads(1) as start:
        future = start(hold)
        assert held.wait(60)
        for number in range(17):
            with transaction.atomic():
                add_tag(f"held-{number}")
                run("UPDATE standfirst_content_version SET token = token WHERE false")
        go_on.set()
        future.result(60)
    run("SELECT standfirst_version_prune(max(slot)) FROM standfirst_content_version")
    assert run("SELECT slot FROM standfirst_content_version") <= 17 + 1
    assert count() == counted + 60 + 17


@only_postgres
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_snapshot_that_is_older_than_the_token(level: str) -> None:
    """In such a transaction, to write what another has written since is an error."""
    looked, go_on = Event(), Event()

    def write() -> None:
        with transaction.atomic():
            run(f"SET TRANSACTION ISOLATION LEVEL {level}")
            Source.objects.count()
            looked.set()
            assert go_on.wait(30)
            add_tag("late")

    with threads(1) as start:
        late = start(write)
        assert looked.wait(30)
        add_tag("early")
        before = token()
        go_on.set()
        late.result(60)
    assert token() != before


@only_postgres
def test_a_transaction_that_only_reads() -> None:
    with transaction.atomic():
        run("SET TRANSACTION READ ONLY")
        assert read_version() is not None


@only_postgres
def test_another_role_may_write_without_rights_to_our_tables() -> None:
    run("DROP ROLE IF EXISTS a_guest")
    run("CREATE ROLE a_guest")
    try:
        run("GRANT INSERT ON taggit_tag TO a_guest")
        run("GRANT USAGE ON SEQUENCE taggit_tag_id_seq TO a_guest")

        def write() -> None:
            run("SET ROLE a_guest")
            try:
                run("INSERT INTO taggit_tag (name, slug) VALUES ('x', 'x')")
            finally:
                run("RESET ROLE")

        assert moves(write)
    finally:
        run("DROP OWNED BY a_guest")
        run("DROP ROLE a_guest")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL does not lock the database.")
def test_a_locked_database_is_no_error() -> None:
    held, go_on = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            add_tag("x")
            held.set()
            assert go_on.wait(30)

    with threads(1) as start:
        holder = start(hold)
        assert held.wait(30)
        try:
            assert read_version() is not None
        finally:
            go_on.set()
        holder.result(60)


ACTS = ["write", "write", "draft", "begin", "commit", "roll back", "look"]


class AnySequence(HypothesisCase):
    """Whatever is written, kept and lost in whatever order: an answer that is kept is never an old one."""

    @given(st.lists(st.sampled_from(ACTS), max_size=25))
    @settings(max_examples=30, deadline=None)
    def test_kept_answers(self, acts: list[str]) -> None:
        kept: dict[int, list[str]] = {}

        def look() -> None:
            before = token()
            names = list(Tag.objects.order_by("name").values_list("name", flat=True))
            assert kept.setdefault(before, names) == names

        blocks: list[Any] = []
        look()
        for number, act in enumerate(acts):
            if act == "write":
                add_tag(f"tag-{number}")
            elif act == "draft":
                run("UPDATE standfirst_outboxmessage SET attempts = attempts")
            elif act == "begin":
                blocks.append(transaction.atomic())
                blocks[-1].__enter__()
            elif act == "look":
                look()
            elif blocks:
                if act == "roll back":
                    transaction.set_rollback(True)
                blocks.pop().__exit__(None, None, None)
        while blocks:
            blocks.pop().__exit__(None, None, None)
        look()


def test_errors_of_the_database_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the database is away, whoever makes the answer says so."""

    def fail(*args: Any) -> Any:
        raise OperationalError("away")

    monkeypatch.setattr("standfirst.cache.versions._read", fail)
    assert read_version() is None
    monkeypatch.undo()
    assert read_version() is not None
