"""What every test of the suite gets."""

import os
import socket
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
# Folders whose tests carry a marker without saying so.
MARKED_FOLDERS = {"browser": "browser", "plugin": "plugin"}
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and have transactional ones start from what the migrations wrote."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
        if folder in MARKED_FOLDERS:
            item.add_marker(MARKED_FOLDERS[folder])
        _restore_migrated_rows(item)


def _restore_migrated_rows(item: pytest.Item) -> None:
    """Have a transactional test find Wagtail's root page, site and groups, as any other test does.

    Such a test ends with all tables emptied; without this the next one would have no root page to add to.
    """
    marker = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", ())
    options: dict[str, Any] = dict(marker.kwargs) if marker else {}
    if options.get("transaction") or "live_server" in fixtures or "transactional_db" in fixtures:
        options.update(transaction=True, serialized_rollback=True)
        item.add_marker(pytest.mark.django_db(**options), append=False)


@pytest.fixture(autouse=True)
def empty_caches() -> None:
    """Start every test with nothing cached by an earlier one."""
    from django.contrib.contenttypes.models import ContentType
    from django.core.cache import cache

    cache.clear()
    ContentType.objects.clear_cache()


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


@pytest.fixture
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
    """List at the end, in plain sight, what was not run and why."""
    reasons: dict[str, int] = defaultdict(int)
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")] += 1
    if reasons:
        terminalreporter.section("NOT RUN", sep="!", yellow=True, bold=True)
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count} test{'' if count == 1 else 's'}: {reason}")
