"""Commands that judge: check, hint, answer, status, list."""

from typing import Annotated

import typer

from sre_course.cli import settings


Tier = Annotated[str, typer.Argument(help="beginner, or day1/beginner")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog="Example: sre-course check beginner")(check)
    app.command(epilog="Example: sre-course hint beginner")(hint)
    app.command(
        epilog="Example: sre-course answer beginner slow_route=/search slow_share=9/52"
    )(answer)
    app.command(epilog="Example: sre-course status --json")(status)
    app.command(name="list", epilog="Example: sre-course list")(list_exercises)


def check(  # noqa: PLR0913 - the options of the command
    tier: Tier = "",
    *,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Send the traffic of this seed.")] = 0,
    url: Annotated[str, typer.Option(help="An app that you run elsewhere.")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Start, check, stop.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(help="Judge this criterion and its needs.")
    ] = None,
) -> None:
    """Send traffic to your app and judge its telemetry, criterion by criterion."""
    from sre_course.cli.checking import Asked, run_check

    asked = Asked(tier, json, seed, url, fresh, tuple(only or ()))
    raise typer.Exit(run_check(asked, settings.terminal()))


def hint(
    tier: Tier = "",
    *,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.")
    ] = False,
) -> None:
    """Give the next nudge for the first criterion that failed."""
    from sre_course import wiring
    from sre_course.adapters.state.home import home
    from sre_course.adapters.state.progress import load
    from sre_course.cli import hot

    where = home()
    load(where)  # says what is wrong with a file that `hot` gave up on
    settings.say(hot.hint(str(wiring.resolve(tier, where)), as_json=json))


def answer(
    words: Annotated[
        list[str] | None, typer.Argument(help="[TIER] [NAME=VALUE ...]")
    ] = None,
    *,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.")
    ] = False,
) -> None:
    """Answer the diagnosis questions; the next check judges the answers."""
    from sre_course.cli.answering import run_answer

    raise typer.Exit(run_answer(list(words or ()), settings.terminal(), as_json=json))


def status(
    *,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.")
    ] = False,
) -> None:
    """Show where you are and what to type next."""
    from sre_course.adapters.state.home import home
    from sre_course.adapters.state.progress import load
    from sre_course.cli import hot

    load(home())
    settings.say(hot.status(as_json=json))


def list_exercises(
    *,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.")
    ] = False,
) -> None:
    """List the exercises with your best scores."""
    from sre_course.adapters.state.home import home
    from sre_course.adapters.state.progress import load
    from sre_course.cli import hot

    load(home())
    settings.say(hot.list_all(as_json=json))
