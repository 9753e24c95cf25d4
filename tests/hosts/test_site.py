"""A site with page types and blocks of its own, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
def test_a_site_with_page_types_and_blocks_of_its_own() -> None:
    """Its kinds are in the API's types, which no other test should meet. `pytest --ds=… tests/hosts/site`."""
    left_out = ("STANDFIRST_", "DJANGO_", "DATABASE_URL", "PYTEST_")  # A data folder and database of its own.
    variables = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    command = [sys.executable, "-m", "pytest", "-q", "--ds=tests.hosts.settings", "tests/hosts/site"]
    command += ["-p", "no:cacheprovider", "-p", "no:randomly"]
    result = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-2000:]
