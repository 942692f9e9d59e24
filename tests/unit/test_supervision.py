"""What commands and supervisor tell each other, and a dependency's specification."""

import json
from dataclasses import replace

import pytest

from sre_course.domain.behaviour import Call, Outcome
from sre_course.domain.behaviour_document import (
    call_document,
    call_from,
    spec_document,
    spec_from,
)
from sre_course.domain.environment import AppState
from sre_course.domain.supervision import (
    Status,
    plan_from,
    status_from,
    to_text,
)
from tests.embedded.lab import PLAN, SPEC


STATUS = Status("k", 1, 2.5, 3, state=AppState.BROKEN, detail="line\n2")


def test_plans_and_statuses_survive_the_file() -> None:
    """What is read is what was written."""
    assert plan_from(to_text(PLAN)) == PLAN
    assert status_from(to_text(STATUS)) == STATUS


def test_what_an_older_version_wrote_is_read() -> None:
    """Fields that came later have a default; whole numbers are times too."""
    document = json.loads(to_text(PLAN))
    del document["listen_seconds"]
    assert plan_from(json.dumps(document)) == replace(PLAN, listen_seconds=10.0)
    document = json.loads(to_text(STATUS)) | {"supervisor_started": 2}
    assert status_from(json.dumps(document)).supervisor_started == 2.0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("app_port", "8000"),
        ("app_port", True),
        ("app_port", None),
        ("key", 1),
        ("app_command", "app.py"),
        ("app_command", [1]),
        ("listen_seconds", "x"),
    ],
)
def test_wrong_plans(field: str, value: object) -> None:
    """They are refused, never half read."""
    document = json.loads(to_text(PLAN)) | {field: value}
    with pytest.raises(ValueError, match=field):
        plan_from(json.dumps(document))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"key": "k"}'])
def test_no_plans(text: str) -> None:
    """Neither is what is not a plan at all."""
    with pytest.raises(ValueError, match=r"."):
        plan_from(text)


def test_an_unknown_state() -> None:
    """Of an app is refused too."""
    with pytest.raises(ValueError, match="dancing"):
        status_from(to_text(STATUS).replace("broken", "dancing"))


def test_specifications_survive_json() -> None:
    """What is read is what was written, with its limits and its pairs."""
    assert spec_from(json.loads(json.dumps(spec_document(SPEC)))) == SPEC


@pytest.mark.parametrize("part", ["name", "routes", "faults"])
@pytest.mark.parametrize("value", [None, 1, ["x"]])
def test_wrong_specifications(part: str, value: object) -> None:
    """Whatever is wrong with them, it is a ValueError."""
    document = spec_document(SPEC)
    del document[part]
    with pytest.raises(ValueError, match="not a dependency"):
        spec_from(document)
    if part != "name":
        with pytest.raises(ValueError, match=r"."):
            spec_from({**document, part: value})


def test_calls_survive_json() -> None:
    """What is read is what was written."""
    call = Call(1.5, "/search", "tea", 0.25, Outcome.REFUSED, slow=True)
    assert call_from(json.loads(json.dumps(call_document(call)))) == call


@pytest.mark.parametrize(
    "document", [[], [1], [1, "r", "k", None, "ok", True], [1, "r", "k", 1, "x", True]]
)
def test_wrong_calls(document: list[object]) -> None:
    """Whatever is wrong with them, it is a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        call_from(document)
