"""Reports as JSON: what `check --json` prints, and what we keep of the last one."""

from collections.abc import Mapping
from typing import Any

from sre_course.domain.report import CriterionResult, Report, Verdict


FORMAT = 1


def to_document(report: Report) -> dict[str, object]:
    """Return a report as JSON values."""
    return {
        "format": FORMAT,
        "exercise": report.exercise,
        "backend": report.backend,
        "seed": report.seed,
        "score": report.score,
        "out_of": report.out_of,
        "passed": report.passed,
        "results": [
            {
                "criterion": r.criterion,
                "title": r.title,
                "points": r.points,
                "earned": r.earned,
                "core": r.core,
                "verdict": r.verdict.value,
                "cause": r.cause,
                "sent": r.sent,
                "expected": r.expected,
                "observed": r.observed,
                "next": r.next,
                "note": r.note,
            }
            for r in report.results
        ],
    }


def from_document(document: Mapping[str, Any]) -> Report:
    """Return the report of a document. Raises KeyError, TypeError or ValueError."""
    texts = ("cause", "sent", "expected", "observed", "next", "note")
    return Report(
        str(document["exercise"]),
        str(document["backend"]),
        int(document["seed"]),
        tuple(
            CriterionResult(
                str(r["criterion"]),
                str(r["title"]),
                int(r["points"]),
                bool(r["core"]),
                Verdict(r["verdict"]),
                **{name: str(r[name]) for name in texts},
            )
            for r in document["results"]
        ),
    )
