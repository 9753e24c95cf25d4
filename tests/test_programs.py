"""What stands beside the suite and is started by hand."""

import os
import subprocess
import sys


def test_they_start_without_the_settings_of_the_suite() -> None:
    """``make screenshots`` and ``make bench`` run outside pytest, which would have configured Django."""
    variables = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    code = "import benchmarks.load, tests.docs.floors, tests.plugin.baseline.__main__, tests.run"
    code += ", tests.screenshots"
    result = subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
