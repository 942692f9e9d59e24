"""Each test gets a home of its own; what it leaves behind fails it."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from sre_course.adapters.environments import ending
from sre_course.adapters.state.home import Home
from sre_course.domain.supervision import KEY, PLAN, ROLE, SUPERVISOR
from tests.embedded import lab as labs


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[labs.Lab]:
    """A home, an exercise, and decoys that must outlive every stop."""
    home = Home(tmp_path / "home")
    made = labs.Lab(home, labs.exercise(tmp_path / "exercise"), secrets.token_hex(8))
    made.workspace.mkdir(parents=True)
    # remembered: tests beside this one must not come in between
    remembered = home.state / "ports" / labs.WHICH.slug
    remembered.parent.mkdir(parents=True)
    remembered.write_text(str(labs.free_port()))
    # another environment: its plan is there and a supervisor leads it
    theirs = tmp_path / "other" / ".state" / "plans" / "day1-beginner.json"
    made.decoy(**os.environ)
    theirs.parent.mkdir(parents=True)
    theirs.write_text("{}")
    made.decoy(**{KEY: "of-somebody-else", PLAN: str(theirs), ROLE: SUPERVISOR})
    try:
        yield made
        for running in made.keep:
            assert made.stop(running) == []
        made.prove_nothing_left()
    finally:
        ending.end_marked([*made.alive()])
        for decoy in made.decoys:
            decoy.kill()
            decoy.communicate()
