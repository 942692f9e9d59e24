"""The same verdicts and causes with the real Prometheus as with the embedded backend.

What a candidate must get stands in its expect.toml, which the embedded backend is
held to as well: both agreeing with it is both agreeing with each other.
"""

import pytest
from docker import DockerClient

from sre_course import wiring
from sre_course.cli.proving import prove
from sre_course.domain.exercise import ExerciseId
from sre_course.engine.author import Candidate, candidates, disagreements


ALL = [
    (which, candidate)
    for which in wiring.exercises()
    for candidate in candidates(wiring.folder(which))
    # the app's container has Python alone: other languages go by `check --url`
    if candidate.command[:1] in ((), ("{python}",), ("python",))
]


@pytest.mark.parametrize(
    ("which", "candidate"),
    ALL,
    ids=[f"{which}/{candidate}" for which, candidate in ALL],
)
def test_a_candidate_gets_the_same_verdict_in_docker(
    which: ExerciseId,
    candidate: Candidate,
    client: DockerClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Right ones pass; each mistake fails its criteria, with its cause."""
    monkeypatch.setenv("SRE_COURSE_LITE", "1")

    report = prove(which, candidate, "docker", 1)

    assert report.backend == "docker"
    assert disagreements(candidate, report) == []
