"""What every test of the suite gets."""

import os
import socket
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.test import TransactionTestCase
from django.test.utils import (
    CaptureQueriesContext,
    override_settings,
    setup_databases,
    teardown_databases,
)
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from standfirst.cache import middleware as origin_cache
from standfirst.cache.purging import Purged
from tests.databases import Rows, provide_test_database, read_all_rows, template_folder, write_all_rows
from tests.examples import EXAMPLES_HERE, IN_CI

HERE = Path(__file__).parent
# Folders whose tests carry a marker without saying so.
MARKED_FOLDERS = {"browser": "browser", "plugin": "plugin"}
# What databases do differently: locks and races, triggers, constraints, text search, order, outages.
BY_DATABASE = (
    "articles/test_claim_index.py",
    "articles/test_going_live.py",
    "articles/test_names.py",
    "articles/test_publishing.py",
    "articles/test_rebuild_claims.py",
    "articles/test_sources.py",
    "cms/test_origin_cache.py",
    "cms/test_origin_cache_races.py",
    "cms/test_outages.py",
    "comments/test_concurrency.py",
    "comments/test_decided.py",
    "comments/test_services.py",
    "comments/test_versions.py",
    "standfirst/cache/",
    "standfirst/outbox/",
    "standfirst/test_aliases.py",
    "standfirst/test_records.py",
    "standfirst/test_stale_publishing.py",
    "standfirst/test_word_search.py",
    "visibility/test_languages.py",
)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark tests by their folder and by whether they use the database; put those of the plugin first.

    The marks must be there before `-m` reads them; the order is made after pytest-django has made its own.
    """
    for item in items:
        if uses_database(item):
            item.add_marker("database")
        place = item.path.relative_to(HERE).as_posix() if item.path.is_relative_to(HERE) else ""
        folder = place.partition("/")[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(MARKED_FOLDERS[folder])
        if place.startswith(BY_DATABASE):
            item.add_marker("by_database")
        # A parameter called `page` is enough, and pytest runs the test among those of the browser.
        if "browser_name" in getattr(item, "fixturenames", ()) and folder != "browser":
            raise pytest.UsageError(
                f"{item.nodeid} asks for a fixture of pytest-playwright's by a name of its own."
            )
    yield
    items.sort(key=lambda item: item.get_closest_marker("plugin") is None)


# Beginnings of the ids of tests that share something which takes long to make.
PIECES = (
    "tests/plugin/",
    "tests/cms/test_edge.py::TestRealServer",
    "tests/cms/test_demo_content.py::TestFirstRun",
    "tests/cms/test_demo_content.py::TestSecondRun",
)


class SharersInOneProcess(LoadScopeScheduling):
    """Hands out single tests, but those that share a site as one piece.

    pytest-xdist's own groups have no effect with pytest 9.2, which keeps the ids of tests elsewhere.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((piece for piece in PIECES if nodeid.startswith(piece)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Have pytest-xdist deal out the tests with ours; the largest piece comes first."""
    return SharersInOneProcess(config, log)


def uses_database(item: pytest.Item) -> bool:
    """Return whether a test asks for the database: by a marker, a fixture or its class."""
    fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    of_class = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    return bool(fixtures) or of_class or item.get_closest_marker("django_db") is not None


def empties_tables(item: pytest.Item) -> bool:
    """Return whether a test uses the database without a transaction around it."""
    marker = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or (marker is not None and bool(marker.kwargs.get("transaction")))


# In CI the same examples every time, so that what fails there fails here too; elsewhere new ones, but fewer:
# they add up from run to run.
# How long an example takes says how busy the machine is, not what is wrong.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "here", max_examples=EXAMPLES_HERE, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if IN_CI else "here")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Take the place of pytest-django's fixture: the database is a copy of one that is migrated already."""
    with django_db_blocker.unblock():
        provide_test_database(template_folder(IN_CI))
        made = setup_databases(verbosity=0, interactive=False, keepdb=True, serialized_aliases=())
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def migrated_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Rows:
    """Return what the migrations wrote, such as Wagtail's root page, site and groups."""
    with django_db_blocker.unblock():
        return read_all_rows()


PUT_BACK = pytest.StashKey[Callable[[], None]]()


@pytest.fixture(autouse=True)
def end_as_migrated(request: pytest.FixtureRequest) -> None:
    """Have a test that empties the tables leave what the migrations wrote, as any other test does.

    Such a test ends with all tables emptied. Django's own remedy (serialized_rollback) saves row by row, and
    the signals of the first rows make content types that collide with the later ones; an insert sends none.
    """
    if empties_tables(request.node):
        rows: Rows = request.getfixturevalue("migrated_rows")
        blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")

        def put_back() -> None:
            with blocker.unblock():
                write_all_rows(rows)

        request.node.stash[PUT_BACK] = put_back


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Put the rows back once the test's fixtures are gone, the one that empties the tables included.

    After the last test there is no database to write to.
    """
    yield
    if PUT_BACK in item.stash and nextitem is not None:
        item.stash[PUT_BACK]()


@pytest.fixture(autouse=True)
def empty_caches() -> None:
    """Start every test with nothing cached by an earlier one."""
    cache.clear()
    origin_cache.store.clear()
    Purged.content = None
    ContentType.objects.clear_cache()


@pytest.fixture(scope="session", autouse=True)
def count_queries_of_making() -> Iterator[None]:
    """Have what counts queries count those that make an answer: meanwhile, none is given from memory."""
    enter, leave = CaptureQueriesContext.__enter__, CaptureQueriesContext.__exit__

    def enter_cold(self: Any) -> Any:
        self.without_cache = override_settings(STANDFIRST_CACHE_ENABLED=False)
        self.without_cache.enable()
        return enter(self)

    def leave_warm(self: Any, *error: Any) -> Any:
        self.without_cache.disable()
        return leave(self, *error)

    patch = pytest.MonkeyPatch()
    patch.setattr(CaptureQueriesContext, "__enter__", enter_cold)
    patch.setattr(CaptureQueriesContext, "__exit__", leave_warm)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def no_foreign_hosts() -> Iterator[None]:
    """Fail a test whose code opens a connection to another machine."""
    real_connect = socket.socket.connect

    def connect_to_loopback(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = str(address[0])
            if host not in {"localhost", "::1"} and not host.startswith("127."):
                raise RuntimeError(f"A test tried to reach {host}: the suite works without a network.")
        real_connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect_to_loopback)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def not_run() -> Callable[[str], None]:
    """Return a function for a test that lacks something of the machine: it skips, and fails in CI.

    The function takes the sentence that says what is missing.
    """

    def stop(reason: str) -> None:
        if IN_CI:
            pytest.fail(f"CI must run everything, but {reason}", pytrace=False)
        pytest.skip(reason)

    return stop


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List at the end, in plain sight, what was not run and why; count for who sums up several runs."""
    counts = [
        sum(len(terminalreporter.stats.get(outcome, [])) for outcome in outcomes)
        for outcomes in (("passed", "xfailed"), ("failed", "error", "xpassed"), ("skipped",))
    ]
    if "TEST_COUNTS_FILE" in os.environ and not hasattr(terminalreporter.config, "workerinput"):
        with Path(os.environ["TEST_COUNTS_FILE"]).open("a") as file:
            file.write(" ".join(map(str, counts)) + "\n")
    reasons: dict[str, int] = defaultdict(int)
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")] += 1
    if reasons:
        terminalreporter.section("NOT RUN", sep="!", yellow=True, bold=True)
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count} test{'' if count == 1 else 's'}: {reason}")
