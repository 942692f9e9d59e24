"""Homes for commands; whatever a test leaves behind fails it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import course as courses


@pytest.fixture
def course(tmp_path: Path) -> Iterator[courses.Course]:
    """A learner with a home of their own, where nothing runs yet."""
    with courses.course(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[courses.Course]:
    """A learner whose exercise runs, for a whole module."""
    with courses.course(tmp_path_factory.mktemp("running")) as made:
        made.start()
        yield made
