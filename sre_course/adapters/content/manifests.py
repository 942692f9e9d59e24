"""Exercises as they lie on disk: `exercises/<day>/<tier>/exercise.toml`."""

from pathlib import Path

from sre_course.adapters.content.catalogue import exercise_folder, list_exercises
from sre_course.adapters.content.toml import Table, read_manifest
from sre_course.domain.behaviour import DependencySpec, FaultSpec, RouteSpec
from sre_course.domain.exercise import AppSpec, Exercise, ExerciseId, Question


__all__ = ["list_exercises", "load_exercise"]

FIX = "Mend the manifest, then run `sre-course dev check`"


def load_exercise(root: Path, exercise: ExerciseId) -> Exercise:
    """Read and validate one exercise. Raises ContentError with all its mistakes."""
    folder = exercise_folder(root, exercise)

    def build(table: Table) -> Exercise:
        return Exercise(
            id=exercise,
            title=table.take("title", str),
            minutes=table.take("minutes", int),
            folder=folder,
            app=_app(table.table("app")),
            dependency=_dependency(table.table("dependency")),
            questions=tuple(_question(t) for t in table.tables("question")),
            stack=table.strings("stack", needed=False),
            covers=table.strings("covers", needed=False),
        )

    return read_manifest(folder / "exercise.toml", build, FIX)


def _app(table: Table) -> AppSpec:
    command = table.strings("command")
    file = table.take("file", str)
    ready = table.take("ready_path", str)
    metrics = table.take("metrics_path", str, "/metrics")
    for key, path in (("ready_path", ready), ("metrics_path", metrics)):
        if path and not path.startswith("/"):
            table.wrong(key, f"must start with a slash, not {path!r}")
    table.done()
    return AppSpec(command, file, ready, metrics)


def _dependency(table: Table) -> DependencySpec:
    name = table.take("name", str)
    variable = table.take("variable", str)
    routes = tuple(_route(t) for t in table.tables("route"))
    faults = table.table("faults")
    known = {route.route for route in routes}
    spec = FaultSpec(
        faults.strings("slow_one_of"),
        _share(faults, "slow_share"),
        faults.pair("slow_milliseconds"),
        faults.take("refuse_route", str),
        _share(faults, "refuse_share"),
    )
    for route in (*spec.slow_one_of, spec.refuse_route):
        if route and route not in known:
            faults.wrong("route", f"{route} is not a route of {name}")
    faults.done()
    table.done()
    return DependencySpec(name, variable, routes, spec)


def _route(table: Table) -> RouteSpec:
    key = table.take("key", str)
    where, _, name = key.partition(":")
    if key and not (key == "path" or (where in ("query", "body") and name)):
        table.wrong("key", f"must be path, query:NAME or body:NAME, not {key!r}")
    known = table.take("known", int, 0)
    spec = RouteSpec(
        table.take("method", str),
        table.take("route", str),
        key,
        table.pair("milliseconds"),
        known or None,
    )
    table.done()
    return spec


def _share(table: Table, key: str) -> tuple[float, float]:
    low, high = table.pair(key)
    if not 0 <= low <= high <= 1:
        table.wrong(key, "must lie between 0 and 1")
    return low, high


def _question(table: Table) -> Question:
    question = Question(
        table.take("name", str), table.take("prompt", str), table.take("example", str)
    )
    table.done()
    return question
