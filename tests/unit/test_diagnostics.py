"""What nobody expected: a file for us, one line for the learner."""

import json
import sys
from pathlib import Path

import pytest

from sre_course import cli


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """Run the command and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["sre-course", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code


@pytest.fixture
def _broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_arguments: list[str]) -> int:
        raise ValueError("\x1b[31mowned")

    monkeypatch.setattr(cli, "_run", broken)


@pytest.mark.usefixtures("_broken")
def test_our_own_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The learner gets one line with the file; each entry of it is one JSON object."""
    monkeypatch.setenv("SRE_COURSE_HOME", str(tmp_path))
    log = tmp_path / ".state" / "course.log"

    codes = {run(monkeypatch, "check", "beginner") for _ in range(2)}

    assert codes == {3}
    assert capsys.readouterr().err == 2 * (
        f"This is a mistake of ours (ValueError); please report {log}\n"
    )
    first, second = map(json.loads, log.read_text().splitlines())
    assert first["command"] == second["command"] == ["check", "beginner"]
    assert (first["level"], first["event"]) == ("error", "unexpected")
    assert "Traceback" in first["exception"]
    assert "in broken" in first["exception"]
    assert "\x1b" not in log.read_text()


@pytest.mark.usefixtures("_broken")
def test_our_own_mistake_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The traceback is then shown: it must not be lost."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SRE_COURSE_HOME", str(tmp_path / "file"))

    assert run(monkeypatch, "status") == 3
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "\x1b" not in said


def test_a_mistake_on_the_command_line_is_no_mistake_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is two lines and exit code 2, and nothing is written."""
    monkeypatch.setenv("SRE_COURSE_HOME", str(tmp_path))

    assert run(monkeypatch, "list", "--course") == 2
    assert capsys.readouterr().err.count("\n") == 2
    assert not (tmp_path / ".state").exists()
