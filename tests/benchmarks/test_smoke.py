"""The benchmark, run as a short try."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.addresses import FIGURES
from cms.bootstrap import ROOT

SPREAD = r"[\d.,]+ \([\d.,]+ to [\d.,]+\)"
REPORT = ROOT / "docs" / "explanation" / "performance.md"


def bench(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmark's command in the repository."""
    command = [sys.executable, "-m", "benchmarks", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)


@pytest.mark.long
def test_quick_run_measures_everything_and_writes_only_the_report_asked_for(
    tmp_path: Path, not_run: Callable[[str], None]
) -> None:
    if not shutil.which("wrk"):
        not_run("there is no wrk, which sends the requests of the benchmark")
    before = REPORT.read_bytes() if REPORT.exists() else None
    asked_for = tmp_path / "performance.md"

    done = bench("--quick", f"--report={asked_for}")

    assert done.returncode == 0, done.stderr
    assert (REPORT.read_bytes() if REPORT.exists() else None) == before
    report = asked_for.read_text()
    table = report.partition("## Results")[2].partition("| To compare")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    rows = [row for row in rows if len(row) == 8 and row[2].isdigit()]
    # The embedded database is measured with both of the ways to make sure of what is written.
    assert len(rows) == 14 + 13
    for _title, _size, queries, bare, cold, share, warm, warm_share in rows:
        assert int(queries) > 0
        assert re.fullmatch(SPREAD, bare)
        assert re.fullmatch(SPREAD, cold)
        assert 0 < float(share) < 1
        assert bool(warm) == bool(warm_share)
    assert sum(bool(row[6]) for row in rows) == 2 * 11
    others = report.partition("## Other systems")[2]
    verdicts = re.findall(r"\| (?:reached|\*\*not reached\*\*) \|$", others, flags=re.MULTILINE)
    assert len(verdicts) == len(FIGURES)
    for figure in FIGURES:
        assert f"| {figure.title} | {figure.shown} |" in report
        assert figure.title in done.stdout
    assert "{" not in report
    # Neither the place of work nor its names.
    assert str(ROOT) not in report
    assert "http" not in report


def test_says_what_is_missing_without_wrk(tmp_path: Path) -> None:
    """Without wrk and the right to install it, one sentence says so before anything is made."""
    code = (
        "import os, sys; os.geteuid = lambda: 1000; "
        "from benchmarks.__main__ import main; sys.exit(main(['--quick']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": str(tmp_path)},
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip() == (
        "Standfirst: wrk, which sends the requests of the benchmark, is missing. "
        "Install it, on Debian and Ubuntu with: apt-get install wrk"
    )
