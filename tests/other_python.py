"""Print the newest Python of this machine that the suite can also run on, with the newest Django.

It prints nothing where there is none from 3.12 on besides the one that runs this. Version managers leave
stand-ins on the PATH that do not start: only what starts counts.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from cms.bootstrap import NEWEST_PYTHON

FIRST_MINOR = 12  # Django 6 needs Python 3.12.
QUESTION = "import sys; print(*sys.version_info[:3], sys.implementation.name)"
# Where version managers keep what they built.
BUILT = (
    ".pyenv/versions/*/bin/python",
    ".local/share/uv/python/*/bin/python3",
    ".asdf/installs/python/*/bin/python",
)


def candidates() -> Iterator[str]:
    """Yield the commands and paths under which another Python may be found."""
    for minor in range(NEWEST_PYTHON[1], FIRST_MINOR - 1, -1):
        yield f"python3.{minor}"
    yield "/usr/bin/python3"
    for pattern in BUILT:
        yield from map(str, sorted(Path.home().glob(pattern)))


def newest(commands: Iterable[str], this: tuple[int, int]) -> str | None:
    """Return the command of the newest CPython from 3.12 on that starts, if it is not of version ``this``."""
    found: list[tuple[tuple[int, ...], str]] = []
    for command in commands:
        try:
            answer = subprocess.run([command, "-c", QUESTION], capture_output=True, text=True, check=False)
        except OSError:
            continue
        *numbers, name = answer.stdout.split() or [""]
        version = tuple(map(int, numbers))
        if name == "cpython" and (3, FIRST_MINOR) <= version[:2] <= NEWEST_PYTHON and version[:2] != this:
            found.append((version, command))
    return max(found)[1] if found else None


if __name__ == "__main__":
    sys.stdout.write(newest(candidates(), (sys.version_info[0], sys.version_info[1])) or "")
