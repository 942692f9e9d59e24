"""What is remembered of a look at the metrics."""

from pathlib import Path

import pytest

from sre_course.adapters.state.home import Home
from sre_course.adapters.state.looks import LastLook, load_look, save_look
from sre_course.domain.exercise import ExerciseId


BEGINNER = ExerciseId("day1", "beginner")
LOOK = LastLook(12.5, "http://a/metrics", {"x": 1.0, "y": float("inf")})


def test_a_look_is_kept(tmp_path: Path) -> None:
    """For the URL that was looked at, and no other."""
    home = Home(tmp_path)
    assert load_look(home, BEGINNER, LOOK.url) is None
    save_look(home, BEGINNER, LOOK)
    assert load_look(home, BEGINNER, LOOK.url) == LOOK
    assert load_look(home, BEGINNER, "http://b/metrics") is None
    assert (tmp_path / ".state/metrics/day1-beginner.json").is_file()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"values": []}', '{"values": {}}'])
def test_a_broken_record_is_no_look(tmp_path: Path, text: str) -> None:
    """It is only for comparing."""
    path = tmp_path / ".state/metrics/day1-beginner.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert load_look(Home(tmp_path), BEGINNER, LOOK.url) is None
