"""How many examples a property is tried with."""

import os

from hypothesis import HealthCheck

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
EXAMPLES_HERE = 20


def examples(in_ci: int) -> int:
    """Return what ``max_examples`` of a test should be: all in CI, a few elsewhere, many times a day."""
    return in_ci if IN_CI else min(in_ci, EXAMPLES_HERE)


# For tests that are methods: mutation testing runs the suite twice in one process, with a new instance
# each time, which Hypothesis takes for a mistake.
RUN_TWICE = [HealthCheck.too_slow, HealthCheck.differing_executors]
