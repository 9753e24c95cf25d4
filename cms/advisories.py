"""Known advisories about the locked packages: ``make advisories``, and a stage of CI that never fails.

The package index that pip uses says with each release which advisories name it. Not every mirror has that
part of an index; if it is missing or doesn't answer, that is what is printed.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pip._internal.models.index import PyPI

from cms.locked import LINE

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-dev.lock"
SECONDS = 60
REQUEST_SECONDS = 10
AT_ONCE = 4
# So many packages are asked about first: if the index knows none of them, it has no such pages.
FIRST = 3

Release = tuple[str, str]


def main() -> int:
    """Print what is known; always return 0."""
    releases = [(name, version) for name, version, _ in LINE.findall(LOCK.read_text(encoding="utf-8"))]
    address = index_address()
    answers = ask_about(releases[:FIRST], address)
    if all(answer is None for answer in answers.values()):
        print("Not reachable: the package index says nothing of advisories. Nothing was checked.")
        return 0
    answers |= ask_about(releases[FIRST:], address)
    lines = [line for release, answer in answers.items() if answer for line in describe(release, answer)]
    unknown = [f"{name} {version}" for (name, version), answer in answers.items() if answer is None]
    print("\n".join(sorted(lines)) or f"No advisory names one of the {len(answers) - len(unknown)} releases.")
    if unknown:
        print(f"No answer about {len(unknown)}: {', '.join(sorted(unknown))}")
    return 0


def index_address() -> str:
    """Return where the index that pip is set up for keeps its JSON, without a slash at the end."""
    configured = os.environ.get("PIP_INDEX_URL") or ""
    if not configured:
        command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
        configured = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return configured.rstrip("/").removesuffix("/simple") + "/pypi" if configured else PyPI.pypi_url


def ask_about(releases: list[Release], address: str) -> dict[Release, list[dict[str, Any]] | None]:
    """Return the advisories about each release, or None if the index gave no answer about it in time."""
    deadline = time.monotonic() + SECONDS

    def ask(release: Release) -> list[dict[str, Any]] | None:
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        try:
            url = "/".join((address, *release, "json"))
            with urllib.request.urlopen(url, timeout=min(left, REQUEST_SECONDS)) as answer:
                found = json.load(answer)["vulnerabilities"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if isinstance(found, list) else None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(releases, pool.map(ask, releases), strict=True))


def describe(release: Release, advisories: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each advisory that was not withdrawn."""
    for advisory in advisories:
        if not advisory.get("withdrawn"):
            names = ", ".join([advisory["id"], *advisory.get("aliases", [])])
            fixed = ", ".join(advisory.get("fixed_in", [])) or "no release yet"
            summary = advisory.get("summary") or advisory.get("details", "").partition("\n")[0]
            yield f"{' '.join(release)}: {names}; fixed in {fixed}. {summary[:200]}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
