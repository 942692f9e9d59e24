"""Random cases that are the same every time."""

from random import Random


def chance(seed: int) -> Random:
    """Return a generator for the cases of one seed."""
    return Random(seed)  # noqa: S311 - reproducible on purpose
