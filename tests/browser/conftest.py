"""A real Chromium against the site in a thread: Debian's package, no download, no other host.

``page`` and ``context`` are those of pytest-playwright with the live server as their base address. Whatever
test uses them also fails when the page asks another host for anything, breaks the content security policy or
raises a JavaScript error (Wagtail's own admin is excused from the last two).
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import AbstractBaseUser
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import find_chromium, launch_options
from tests.browser.settling import come_to_rest

# Rules of the Web Content Accessibility Guidelines that axe knows, and its own best practices.
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
TIMEOUT = 15_000  # Milliseconds.
# `data:` and `blob:` are pictures that the page already holds.
OWN_SCHEMES = {"data", "blob", "about", "chrome-error"}


@pytest.fixture(scope="session", autouse=True)
def orm_beside_playwright() -> None:
    """Let tests use the database while Playwright's event loop is alive in the same thread.

    The loop stays until the end of the session, so the permission does too.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], not_run: Callable[[str], None]
) -> dict[str, Any]:
    """Return the options that start the machine's own Chromium; without one, the test does not run."""
    if not find_chromium():
        not_run("there is no Chromium on this machine (on Debian: apt-get install chromium)")
    return {**browser_type_launch_args, **launch_options()}


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """Give what a test expects of a page the time that a busy machine needs."""
    expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """Return the address of the live server: what ``page.goto("/...")`` starts from."""
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Return the options of every browser context."""
    return {**browser_context_args, "locale": "en-GB", "reduced_motion": "reduce"}


class PageWatch:
    """What went wrong in the pages of a browser context, gathered as it happens."""

    def __init__(self, own_origin: str) -> None:
        self.own_origin = urlsplit(own_origin).netloc
        self.problems: list[str] = []
        self.expected: list[str] = []

    def attach(self, context: BrowserContext) -> None:
        """Watch all pages of the context, those it opens later included."""
        context.on("request", self._on_request)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)

    def expect(self, fragment: str) -> None:
        """Tolerate the problems whose text contains the fragment: the test provokes them."""
        self.expected.append(fragment)

    def unexpected(self) -> list[str]:
        """Return the problems that no test said to expect."""
        return [text for text in self.problems if not any(part in text for part in self.expected)]

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in OWN_SCHEMES and address.netloc != self.own_origin:
            self.problems.append(f"a request to another host: {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text and not self._is_admin(message.page):
            self.problems.append(f"a breach of the content security policy: {message.text}")

    def _on_error(self, error: WebError) -> None:
        if not self._is_admin(error.page):
            self.problems.append(f"a JavaScript error: {error.error}")

    @staticmethod
    def _is_admin(page: Page | None) -> bool:
        return page is not None and urlsplit(page.url).path.startswith("/admin/")


@pytest.fixture
def page_watch(live_server: LiveServer) -> PageWatch:
    """Return the watch over this test's pages; ``expect()`` excuses what the test provokes."""
    return PageWatch(live_server.url)


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext], page_watch: PageWatch
) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a browser context, such as one with ``java_script_enabled=False``."""

    def open_context(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(TIMEOUT)
        page_watch.attach(context)
        return context

    yield open_context
    problems = page_watch.unexpected()
    if problems:
        pytest.fail("The page caused " + "; ".join(problems), pytrace=False)


@pytest.fixture
def log_in(live_server: LiveServer) -> Callable[[BrowserContext, AbstractBaseUser], None]:
    """Return a function that logs a user in to a browser context without going through the login form."""

    def set_session(context: BrowserContext, user: AbstractBaseUser) -> None:
        client = Client()
        client.force_login(user)
        context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )

    return set_session


@pytest.fixture
def assert_accessible() -> Callable[..., None]:
    """Return a function that fails when axe finds a violation in the page, once nothing moves in it.

    It takes the page and, optionally, a CSS selector of the part to look at.
    """

    def check(page: Page, part: str | None = None) -> None:
        come_to_rest(page)
        results = Axe().run(page, context=part, options=AXE_OPTIONS)
        assert results.violations_count == 0, results.generate_report()

    return check


@pytest.fixture
def take_screenshot(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """Return a function that writes a picture of the whole page to screenshots/ and returns its path."""

    def take(page: Page, name: str) -> Path:
        path = request.config.rootpath / "screenshots" / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
