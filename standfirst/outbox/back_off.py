"""How long a message waits after an attempt that failed."""

import random
from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)


def longest_pause_after(attempts: int) -> timedelta:
    """Return the upper bound of the pause after so many attempts: it doubles with each, up to six hours."""
    # Bounded before it is raised: 2 ** 1000 seconds are no timedelta.
    doublings = min(max(attempts, 1) - 1, 16)
    return min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: between half and all of the upper bound.

    What failed together, because a server was away, then doesn't come back together.
    """
    return longest_pause_after(attempts) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
