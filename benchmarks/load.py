"""Requests an address as fast as it is answered, with wrk."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cms.bootstrap import StopError, install_debian_package

CONCURRENCY = 8
TIMEOUT_SECONDS = 30
SCRIPTS = Path(__file__).resolve().parent / "wrk"


def ensure_wrk() -> None:
    """Install wrk if need be; raise ``StopError`` if it can't be installed."""
    if not shutil.which("wrk"):
        install_debian_package("wrk", "wrk, which sends the requests of the benchmark,")


def read_wrk_version() -> str:
    words = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"wrk (?:debian/)?(\S+)", words.stdout + words.stderr)
    return found.group(1) if found else "unknown"


def apply_load(
    url: str, *, seconds: int, headers: Mapping[str, str], posts_to: int | None = None, run: str = ""
) -> float:
    """Ask for an address for some seconds from ``CONCURRENCY`` connections; return the answers a second.

    With ``posts_to``, the id of a page, comments on it are posted; ``run`` is a word that no other call uses.
    Raises ``StopError`` if an answer is an error or doesn't arrive: such figures would mean nothing.
    """
    command = ["wrk", "--threads=1", f"--connections={CONCURRENCY}", f"--duration={seconds}s"]
    command += [f"--timeout={TIMEOUT_SECONDS}s"]
    command += [f"--script={'report' if posts_to is None else 'comment'}.lua"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    arguments = [] if posts_to is None else ["--", str(posts_to), run]
    done = subprocess.run(
        [*command, url, *arguments], cwd=SCRIPTS, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise StopError(f"wrk could not measure {url}: {(done.stderr or done.stdout).strip()}")
    report = json.loads(lines[-1])
    if not any(report[name] for name in ("requests", "refused", "broken")) and seconds < TIMEOUT_SECONDS:
        # On a busy machine, no answer may arrive within a second.
        return apply_load(
            url, seconds=4 * seconds, headers=headers, posts_to=posts_to, run=f"{run}-{seconds}"
        )
    if report["refused"] or report["broken"] or not report["requests"]:
        raise StopError(
            f"{url} did not stand the load: of {report['requests']} answers {report['refused']} were errors, "
            f"and {report['broken']} did not come."
        )
    return float(report["requests"] * 1_000_000 / report["duration"])
