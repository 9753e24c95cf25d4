"""Two connections that write at the same time, on SQLite as Django sets it up."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Event
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import OperationalError, connection, connections, transaction
from wagtail.models import Page

from articles.models import Claim
from articles.services import rebuild_claims
from standfirst.publishing import WholeUnpublishPageAction
from standfirst.write_lock import begins_with_lock, writing
from tests.articles.builders import claim_block, make_article

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows, not the database."),
]
HELD_SECONDS = 0.4


@pytest.fixture(autouse=True)
def deferred(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have transactions begin as Django has it by default."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
    connection.close()
    yield
    connection.close()


def beside_a_writer(act: Callable[[], Any]) -> Any:
    """Do something while another connection writes; return its result, or the error that it raised."""
    is_writing = Event()

    def write() -> None:
        try:
            with transaction.atomic():
                Page.objects.filter(depth=1).update(title="Root")
                is_writing.set()
                time.sleep(HELD_SECONDS)
        finally:
            is_writing.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(write)
        is_writing.wait()
        try:
            return act()
        except OperationalError as error:
            return error
        finally:
            other.result()


def read_then_write(begin: Callable[[], AbstractContextManager[None]]) -> int:
    with begin():
        page = Page.objects.get(depth=1)
        return Page.objects.filter(pk=page.pk).update(title=f"{page.title}!")


def test_it_waits_where_a_transaction_of_django_fails() -> None:
    failed = beside_a_writer(lambda: read_then_write(transaction.atomic))
    assert "database is locked" in str(failed)
    assert beside_a_writer(lambda: read_then_write(writing)) == 1
    assert Page.objects.get(depth=1).title == "Root!"


def test_it_is_a_savepoint_within_another_transaction() -> None:
    title = Page.objects.get(depth=1).title

    def fail() -> None:
        with writing():
            Page.objects.filter(depth=1).update(title="Lost")
            raise RuntimeError

    with transaction.atomic():
        with pytest.raises(RuntimeError):
            fail()
        assert Page.objects.get(depth=1).title == title


@pytest.mark.parametrize("mode", ["publish", "unpublish", "action", "rebuild"])
def test_what_we_do_to_pages_waits(mode: str) -> None:
    page = make_article(body=[claim_block()])
    revision = page.save_revision()
    if mode == "rebuild":
        Claim.objects.all().delete()
    acts = {
        "publish": lambda: revision.publish(),
        "unpublish": lambda: page.unpublish(),
        "action": lambda: WholeUnpublishPageAction(page).execute(skip_permission_checks=True),
        "rebuild": lambda: rebuild_claims().pages,
    }
    assert not isinstance(beside_a_writer(acts[mode]), OperationalError)
    page.refresh_from_db()
    assert page.live == (mode in {"publish", "rebuild"})


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, False), ({"transaction_mode": "deferred"}, False), ({"transaction_mode": "immediate"}, True)],
)
def test_the_check_of_a_site_that_is_deployed(
    options: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    assert begins_with_lock(connections["default"].settings_dict) is expected
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert ("standfirst.W004" not in found) is expected
    assert "standfirst.W004" not in {message.id for message in run_checks()}
