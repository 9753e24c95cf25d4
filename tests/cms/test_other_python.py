"""The search for another Python to run the suite on."""

from pathlib import Path

from tests.other_python import newest


def stand_in(path: Path, answer: str) -> str:
    """Write a program that answers like a Python; return its path."""
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return str(path)


def test_takes_the_newest_that_starts(tmp_path: Path) -> None:
    """Stand-ins that don't start, other implementations and what is out of range are passed over."""
    commands = [
        stand_in(tmp_path / "old", "echo 3 11 9 cpython"),
        stand_in(tmp_path / "fine", "echo 3 12 1 cpython"),
        stand_in(tmp_path / "finer", "echo 3 13 0 cpython"),
        stand_in(tmp_path / "shim", "echo 'command not found' >&2; exit 127"),
        stand_in(tmp_path / "other", "echo 3 14 0 pypy"),
        stand_in(tmp_path / "future", "echo 3 15 0 cpython"),
        str(tmp_path / "missing"),
    ]
    assert newest(commands, (3, 11)) == str(tmp_path / "finer")
    assert newest(commands, (3, 13)) == str(tmp_path / "fine")


def test_says_when_there_is_none(tmp_path: Path) -> None:
    """A machine with one Python has no other to offer."""
    assert newest([stand_in(tmp_path / "only", "echo 3 12 4 cpython")], (3, 12)) is None
