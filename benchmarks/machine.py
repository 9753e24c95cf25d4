"""The machine and the versions that a measurement was made with."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

from benchmarks.load import read_wrk_version

PACKAGES = ("Django", "Wagtail", "django-ninja", "gunicorn")


def describe_machine() -> dict[str, str]:
    """Describe cores, processor, memory and system, without anything that identifies this machine."""
    return {
        "Cores": str(len(os.sched_getaffinity(0))),
        "Processor": _read_line("/proc/cpuinfo", "model name") or platform.machine(),
        "Memory": _read_memory(),
        "System": f"{platform.system()} {platform.machine()}",
    }


def describe_versions() -> dict[str, str]:
    """Return the versions of what took part, by name."""
    return {
        "Python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        "SQLite": sqlite3.sqlite_version,
        "wrk": read_wrk_version(),
    }


def _read_line(path: str, name: str) -> str:
    """Return what follows ``name:`` in a file of the kernel, "" if there is no such line."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    found = (line.partition(":")[2].strip() for line in lines if line.startswith(name))
    return next(found, "")


def _read_memory() -> str:
    kilobytes = _read_line("/proc/meminfo", "MemTotal").partition(" ")[0]
    return f"{int(kilobytes) / 1024**2:.0f} GiB" if kilobytes.isdigit() else "unknown"
