"""`expect.toml`: what the checks must find on a candidate, read strictly."""

from pathlib import Path

import pytest

from sre_course.domain.errors import ContentError
from sre_course.engine.author import candidates


def folder(tmp_path: Path, text: str) -> Path:
    """Return an exercise with one mutant."""
    (tmp_path / "mutants" / "one").mkdir(parents=True)
    (tmp_path / "mutants" / "one" / "expect.toml").write_text(text)
    return tmp_path


def test_what_is_expected(tmp_path: Path) -> None:
    """Every key is read; the starter is always a candidate."""
    text = (
        'title = "One"\nwhy = "Because."\ncommand = ["node", "app.js"]\nscore = 70\n'
        '[fails]\ncounts = "twice"\n'
    )

    starter, mutant = candidates(folder(tmp_path, text))

    assert (str(starter), str(mutant)) == ("starter", "mutants/one")
    assert (mutant.title, mutant.why, mutant.score) == ("One", "Because.", 70)
    assert mutant.command == ("node", "app.js")
    assert mutant.fails == {"counts": "twice"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('why = "no title"', "title"),
        ('title = "One"\nfail = "typo"', "fail: is not known"),
        ("title =", "Invalid value"),
        ('title = "One"\ncommand = 1', "not iterable"),
    ],
)
def test_a_mistake_in_it(tmp_path: Path, text: str, what: str) -> None:
    """It is told with its file, instead of being a candidate that proves nothing."""
    with pytest.raises(ContentError, match=what) as problem:
        candidates(folder(tmp_path, text))

    assert "mutants/one/expect.toml" in problem.value.message


def test_a_candidate_without_expectations(tmp_path: Path) -> None:
    """A folder that was forgotten is told."""
    (tmp_path / "mutants" / "one").mkdir(parents=True)

    with pytest.raises(ContentError, match=r"no expect\.toml"):
        candidates(tmp_path)
