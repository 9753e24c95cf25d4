"""Looks at pages with a browser that prefers dark colours, and prints as JSON what can't be read.

A program of its own: a second Playwright can't live beside that of the browser tests.
"""

import json
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch_options


def find_unreadable(address: str) -> list[str]:
    """Return the elements whose text has too little contrast."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        page = browser.new_context(color_scheme="dark").new_page()
        page.goto(address)
        found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
        browser.close()
    return [node["html"] for violation in found for node in violation["nodes"]]


if __name__ == "__main__":
    sys.stdout.write(json.dumps({address: find_unreadable(address) for address in sys.argv[1:]}))
