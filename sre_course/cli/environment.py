"""Commands that run exercises: start, stop, reset, solution, doctor."""

from typing import TYPE_CHECKING, Annotated

import typer


if TYPE_CHECKING:
    from sre_course.adapters.state.home import Home
    from sre_course.domain.environment import Running
    from sre_course.domain.exercise import ExerciseId

JSON = typer.Option("--json", help="Print one JSON object.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog="Example: sre-course start day1")(start)
    app.command(epilog="Example: sre-course stop")(stop)
    app.command(epilog="Example: sre-course reset beginner")(reset)
    app.command(epilog="Example: sre-course solution beginner --give-up")(solution)
    app.command(epilog="Example: sre-course doctor --repair")(doctor)


def start(
    place: Annotated[str, typer.Argument(help="day1, beginner or day1/beginner")] = "",
    *,
    backend: Annotated[str, typer.Option(help="embedded or docker; remembered")] = "",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port of your app.")
    ] = None,
    lite: Annotated[
        bool, typer.Option("--lite", help="On Docker: leave out web pages.")
    ] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Start a day's next exercise and open the lesson where you left off."""
    from sre_course.cli.starting import run_start

    raise typer.Exit(run_start(place, backend, port, lite=lite, as_json=json))


def stop(
    place: Annotated[str, typer.Argument(help="One exercise or day; all of them")] = "",
    *,
    json: Annotated[bool, JSON] = False,
) -> None:
    """End what runs, and prove that nothing of it is left."""
    from sre_course.cli.stopping import run_stop

    raise typer.Exit(run_stop(place, as_json=json))


def reset(
    tier: Annotated[str, typer.Argument(help="beginner or day1/beginner")],
) -> None:
    """Start an exercise anew; your files are moved to a backup, never deleted."""
    from sre_course.cli.workspaces import run_reset

    raise typer.Exit(run_reset(tier))


def solution(
    tier: Annotated[str, typer.Argument(help="beginner or day1/beginner")],
    *,
    give_up: Annotated[
        bool, typer.Option("--give-up", help="Show it before you have passed.")
    ] = False,
) -> None:
    """Show the reference solution of an exercise that you have passed."""
    from sre_course.cli.workspaces import run_solution

    raise typer.Exit(run_solution(tier, give_up=give_up))


def doctor(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what can be mended without you.")
    ] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Look at everything that a start needs, and say what to do about it."""
    from sre_course.cli.examining import run_doctor

    raise typer.Exit(run_doctor(repair=repair, as_json=json))


def start_environment(where: "Home", which: "ExerciseId") -> "Running":
    """Start or adopt an exercise's environment as `start` does, and print nothing."""
    from sre_course.cli import starting

    return starting.start_environment(where, which)
