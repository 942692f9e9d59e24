"""`hints.md` of an exercise: `## criterion`, `### cause`, numbered rungs."""

import os

from sre_course.domain.errors import ContentError


def load_hints(path: str | os.PathLike[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return criterion -> cause -> rungs; the cause `ladder` holds the common ones.

    Raises ContentError with every mistake as `file: line: what`.
    """
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(
            f"{path}: {error}", fix="Write the exercise's hints.md"
        ) from error
    ladders: dict[str, dict[str, list[str]]] = {}
    mistakes: list[str] = []
    causes: dict[str, list[str]] | None = None
    rungs: list[str] | None = None
    for number, line in enumerate(lines, 1):
        if line.startswith("## "):
            causes, rungs = ladders.setdefault(line[3:].strip(), {}), None
        elif line.startswith("### "):
            rungs = []
            if causes is None:
                mistakes.append(f"{path}: {number}: a cause before any criterion")
            else:
                causes[line[4:].strip()] = rungs
        elif _is_rung(line) and rungs is not None:
            rungs.append(line.partition(". ")[2])
        elif rungs:  # a continuation, indented as Markdown has it
            rungs[-1] = f"{rungs[-1]}\n{line.removeprefix('   ')}"
        elif line.strip() and causes is not None:
            mistakes.append(f"{path}: {number}: a rung must start with its number")
    if mistakes:
        raise ContentError("\n".join(mistakes), fix="Mend hints.md")
    return {
        criterion: {c: tuple(r.strip() for r in found) for c, found in by_cause.items()}
        for criterion, by_cause in ladders.items()
    }


def _is_rung(line: str) -> bool:
    number, dot, _ = line.partition(". ")
    return bool(dot) and number.isdecimal()
