"""Pictures of every kind of page, for people to look at: ``make screenshots``.

A demonstration site is made in a folder of its own and served on a free port of loopback; each page is
photographed at three widths, light and dark, into ``screenshots/``. Beside the pictures it prints what an eye
misses: what is wider than the window, how far the layout shifted, and the weight of a first visit in bytes.
Words on the command line choose pages by the start of their name.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

from tests.browser.chromium import launch_options
from tests.browser.settling import come_to_rest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "screenshots"
WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")
PASSWORD = "for the pictures only"
ARTICLE = "/articles/microneedling-and-hyperpigmentation/"
START_SECONDS = 60


def send_empty_comment(page: Page) -> None:
    """Post the form with only the comment filled in, and stay at the errors."""
    page.locator("#comment-form-comment").fill("What about darker skin?")
    page.get_by_role("button", name="Post comment").click()
    page.get_by_role("alert").wait_for()


def send_comment(page: Page) -> None:
    """Post a comment, and stay at the thanks."""
    page.locator("#comment-form-comment").fill("What about darker skin?")
    page.locator("#comment-form-name").fill("Rosa")
    page.locator("#comment-form-email").fill("rosa@example.org")
    page.get_by_role("button", name="Post comment").click()
    page.get_by_role("status").wait_for()


def comment_on_claim(page: Page) -> None:
    """Have the form come to a claim."""
    page.get_by_role("link", name="Comment on claim 2").click()
    page.locator("[data-comment-about]").wait_for()


def open_first_comment(page: Page) -> None:
    """Go on to the first comment of the moderators' list."""
    page.locator("td.title a").first.click()
    page.wait_for_load_state()


def open_first_article(page: Page) -> None:
    """Go on from the list of articles to the editor of one."""
    page.get_by_role("link", name="Microneedling and hyperpigmentation").first.click()
    page.locator(".public-DraftEditor-content").first.wait_for()
    come_to_rest(page)


@dataclass(frozen=True)
class Shot:
    """One page: its name, where it begins, what to do there, and whether it needs the administrator."""

    name: str
    path: str
    act: Callable[[Page], None] | None = None
    admin: bool = False


SHOTS = (
    Shot("home", "/"),
    Shot("index", "/articles/"),
    Shot("index-unknown-tag", "/articles/?tag=no-such-tag"),
    Shot("article", ARTICLE),
    Shot("article-received", ARTICLE, send_comment),
    Shot("article-on-claim", ARTICLE, comment_on_claim),
    Shot("article-errors", ARTICLE, send_empty_comment),
    Shot("grading", "/how-we-grade-evidence/"),
    Shot("not-found", "/no-such-page/"),
    Shot("api-docs", "/api/v1/docs/"),
    Shot("admin-comments", "/admin/standfirst/comments/", admin=True),
    Shot("admin-comment", "/admin/standfirst/comments/", open_first_comment, admin=True),
    Shot("admin-sources", "/admin/snippets/standfirst_articles/source/", admin=True),
    Shot("admin-people", "/admin/snippets/standfirst_articles/person/", admin=True),
    Shot(
        "admin-editor",
        "/admin/pages/search/?q=microneedling+hyperpigmentation",
        open_first_article,
        admin=True,
    ),
)


def main(names: list[str]) -> int:
    """Take the pictures; return 1 where a page is broken."""
    chosen = [shot for shot in SHOTS if not names or any(shot.name.startswith(name) for name in names)]
    FOLDER.mkdir(exist_ok=True)
    troubles: list[str] = []
    with demonstration_site() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for shot in chosen:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    troubles += photograph(browser, address, shot, width, scheme)
        browser.close()
    for trouble in troubles:
        print(f"  ! {trouble}")
    print(f"Pictures are in {FOLDER.relative_to(ROOT)}/")
    return 1 if troubles else 0


@contextmanager
def demonstration_site() -> Iterator[str]:
    """Serve the demonstration from a folder of its own; yield its address."""
    with tempfile.TemporaryDirectory(prefix="standfirst-screenshots-") as folder:
        environment = {
            **os.environ,
            "STANDFIRST_DATA_DIR": folder,
            "STANDFIRST_SECRET_KEY": "for the pictures only",
            "STANDFIRST_SERVE_MEDIA": "true",
            "DEMO_ADMIN_PASSWORD": PASSWORD,
        }
        for command in (["migrate"], ["demo_content"], ["collectstatic", "--noinput"]):
            subprocess.run(
                [sys.executable, "manage.py", *command, "--verbosity=0"],
                cwd=ROOT,
                env=environment,
                check=True,
            )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "cms.wsgi", f"--bind=127.0.0.1:{port}", "--threads=4"],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(address: str) -> None:
    """Return once the address answers; raise ``TimeoutError`` where it doesn't within a minute."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:  # Refused, reset or timed out: URLError is one, too.
            time.sleep(0.3)
        else:
            return
    raise TimeoutError(f"{address} did not answer within {START_SECONDS} seconds")


def photograph(browser: Browser, address: str, shot: Shot, width: int, scheme: str) -> list[str]:
    """Take one picture and return what is wrong with the page."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
    )
    if shot.admin:
        log_in(context)
    page = context.new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
        " if (!entry.hadRecentInput) window.shift += entry.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    weights: dict[str, int] = {}
    page.on("response", lambda response: weigh(response, weights))
    page.goto(shot.path)
    come_to_rest(page)
    if shot.act:
        shot.act(page)
    show_lazy_images(page)
    name = f"{shot.name}-{width}-{scheme}"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    shift = page.evaluate("window.shift")
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
    context.close()
    total = sum(weights.values())
    print(f"  {name:<36} {total / 1000:7.1f} kB of HTML, CSS and JavaScript, shift {shift:.3f}")
    if shot.admin:
        return []
    return [
        *([f"{name}: {overflow} px wider than the window"] if overflow > 0 else []),
        *([f"{name}: the layout shifted by {shift:.3f}"] if shift > 0.001 and shot.act is None else []),
    ]


def show_lazy_images(page: Page) -> None:
    """Have the pictures loaded that wait for a reader to come near."""
    page.evaluate(
        "Promise.allSettled([...document.images].map("
        "image => { image.loading = 'eager'; return image.decode() }))"
    )


def log_in(context: BrowserContext) -> None:
    """Log the administrator in."""
    page = context.new_page()
    page.goto("/admin/login/")
    page.locator("#id_username").fill("admin")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/admin/")
    page.close()


def weigh(response: Response, weights: dict[str, int]) -> None:
    """Add the bytes that a page, style sheet or script took on the wire."""
    if response.request.resource_type in {"document", "stylesheet", "script"} and response.ok:
        weights[response.url] = response.request.sizes()["responseBodySize"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
