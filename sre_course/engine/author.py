"""An exercise proves itself: right solutions pass, each mistake fails as it must."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sre_course.checkkit import Behaviour, Outcome, Share
from sre_course.checkkit.keys import Keys
from sre_course.checkkit.traffic import addressed
from sre_course.domain.behaviour import Call
from sre_course.domain.errors import ContentError
from sre_course.domain.ledger import Request
from sre_course.domain.report import Report, Verdict


KINDS = ("starter", "solutions", "mutants")
MEASURED = 60  # requests of a route that a share is taken from


@dataclass(frozen=True, slots=True)
class Candidate:
    """One app that the checks must judge as its `expect.toml` says.

    fails: criterion -> cause; exactly these fail, what needs them is blocked.
    command: how it is run, if not as the starter is. score: the points it gets.
    """

    kind: str
    name: str
    folder: Path
    title: str
    why: str = ""
    fails: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    score: int | None = None

    def __str__(self) -> str:
        return self.name if self.kind == "starter" else f"{self.kind}/{self.name}"


def candidates(folder: Path) -> tuple[Candidate, ...]:
    """Return the starter, every solution and every mutant of an exercise folder."""
    starter = Candidate("starter", "starter", folder / "starter", "The starter")
    found = [starter]
    for kind in KINDS[1:]:
        found += [
            _candidate(kind, path.parent)
            for path in sorted((folder / kind).glob("*/expect.toml"))
        ]
        bare = [
            p for p in (folder / kind).glob("*/") if not (p / "expect.toml").is_file()
        ]
        if bare:
            raise ContentError(
                f"{bare[0]} has no expect.toml",
                fix="Say in it what the checks must find: `title`, `why`, `fails`",
            )
    return tuple(found)


def _candidate(kind: str, folder: Path) -> Candidate:
    path = folder / "expect.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        candidate = Candidate(
            kind,
            folder.name,
            folder,
            document.pop("title"),
            document.pop("why", ""),
            document.pop("fails", {}),
            tuple(document.pop("command", ())),
            document.pop("score", None),
        )
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise ContentError(f"{path}: {error}", fix="Mend expect.toml") from error
    if document:
        unknown = ", ".join(sorted(document))
        raise ContentError(f"{path}: {unknown}: is not known", fix="Mend expect.toml")
    return candidate


def disagreements(candidate: Candidate, report: Report) -> list[str]:
    """Return how a report differs from what a candidate must get."""
    found = {
        r.criterion: r.cause for r in report.results if r.verdict is Verdict.FAILED
    }
    broken = [r for r in report.results if r.verdict is Verdict.ERROR]
    wrong = [f"{r.criterion} could not be judged: {r.observed}" for r in broken]
    if candidate.kind == "starter":
        return wrong + (["the starter passes"] if report.passed else [])
    for name in sorted(found.keys() | candidate.fails.keys()):
        wanted, got = candidate.fails.get(name, "passed"), found.get(name, "passed")
        if wanted != got:
            evidence = next(r for r in report.results if r.criterion == name)
            wrong.append(
                f"{name}: {got} instead of {wanted} (expected {evidence.expected}; "
                f"observed {evidence.observed})"
            )
    if candidate.kind == "solutions" and not report.passed:
        wrong.append(f"a right solution is rejected with {report.score} points")
    if candidate.kind == "mutants" and not candidate.fails:
        wrong.append("a mutant must fail something")
    if candidate.score is not None and candidate.score != report.score:
        wrong.append(f"{report.score} points instead of {candidate.score}")
    return wrong


def measuring(behaviour: Behaviour, seed: int) -> tuple[Request, ...]:
    """Return requests to the routes that the diagnosis asks about."""
    random = Random(seed)  # noqa: S311 - reproducible on purpose
    keys = Keys(behaviour, random)
    wanted = (behaviour.slow_route, behaviour.spec.faults.refuse_route)
    made = []
    for route in behaviour.spec.routes:
        if route.route not in wanted:
            continue
        for _ in range(MEASURED):
            key, _ = keys.draw(route, lambda e: e.outcome is not Outcome.NOT_FOUND)
            request = Request("measuring", route.method, route.route, None, key=key)
            made.append(addressed(request, route, key))
    random.shuffle(made)
    return tuple(made)


def right_answers(behaviour: Behaviour, calls: Sequence[Call]) -> dict[str, str]:
    """Return what a learner who measured everything would answer."""

    def share(route: str, hits: Sequence[Call]) -> Share:
        return Share(len(hits), sum(call.route == route for call in calls))

    slow_route, refusing = behaviour.slow_route, behaviour.spec.faults.refuse_route
    slow = share(slow_route, [c for c in calls if c.slow])
    refused = share(refusing, [c for c in calls if c.outcome is Outcome.REFUSED])
    return {
        "slow_route": slow_route,
        "slow_share": f"{slow.part}/{slow.whole}",
        "error_ratio": f"{refused.part}/{refused.whole}",
    }


def kill_matrix(rows: Sequence[tuple[Candidate, Report]]) -> str:
    """Return a Markdown table: mutants and solutions by criterion.

    A cell holds the cause where the criterion failed, a dot where it passed, and a
    dash where it was blocked.
    """
    criteria = [r.criterion for r in rows[0][1].results]
    lines = [
        "| | score | " + " | ".join(criteria) + " |",
        "|---|---|" + "---|" * len(criteria),
    ]
    for candidate, report in rows:
        cells = []
        for result in report.results:
            mark = {Verdict.PASSED: "·", Verdict.BLOCKED: "-"}.get(result.verdict)
            cells.append(mark or f"**{result.cause or result.verdict}**")
        lines.append(f"| {candidate} | {report.score} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
