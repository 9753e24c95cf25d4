"""What an answer reads is noted."""

from datetime import UTC, datetime
from threading import Thread

from standfirst.cache.noting import note, note_end, noting


def test_the_first_version_counts() -> None:
    with noting() as noted:
        note("discussion", 1, 4)
        note("discussion", 1, 5)
        note("discussion", 2, 0)
    assert noted.parts == {("discussion", 1): 4, ("discussion", 2): 0}
    assert noted.ends_at is None


def test_the_earliest_end_counts() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    with noting() as noted:
        note_end(late)
        note_end(early)
        note_end(late)
    assert noted.ends_at == early


def test_what_an_inner_one_collects_the_outer_one_has_too() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with noting() as outer:
        note("discussion", 1, 1)
        with noting() as inner:
            note("discussion", 1, 2)
            note("discussion", 2, 2)
            note_end(moment)
        note("discussion", 3, 3)
    assert inner.parts == {("discussion", 1): 2, ("discussion", 2): 2}
    assert outer.parts == {("discussion", 1): 1, ("discussion", 2): 2, ("discussion", 3): 3}
    assert inner.ends_at == outer.ends_at == moment


def test_nothing_outside() -> None:
    note("discussion", 1, 1)
    note_end(datetime.now(UTC))
    with noting() as noted:
        pass
    note("discussion", 1, 1)
    assert noted.parts == {}


def test_another_thread_has_its_own() -> None:
    with noting() as noted:
        thread = Thread(target=note, args=("discussion", 1, 1))
        thread.start()
        thread.join()
    assert noted.parts == {}
