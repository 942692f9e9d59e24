"""Commands that look at the running app: load, metrics."""

from typing import Annotated

import typer

from sre_course.cli import settings


Tier = Annotated[str, typer.Argument(help="beginner, or day1/beginner")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog="Example: sre-course load --rps 20 --for 30s")(load)
    app.command(epilog="Example: sre-course metrics requests_total --watch")(metrics)


def load(  # noqa: PLR0913 - the options of the command
    tier: Tier = "",
    *,
    rps: Annotated[
        float,
        typer.Option(
            help="Requests per second; 20, and 100 for a scan.", show_default=False
        ),
    ] = 0,
    duration: Annotated[
        str, typer.Option("--for", help="How long: 30s, 2m, 500ms.")
    ] = "30s",
    route: Annotated[
        list[str] | None,
        typer.Option(help="Only this route, such as /search. May be repeated."),
    ] = None,
    scan: Annotated[
        bool, typer.Option("--scan", help="200 unknown URLs, once, and nothing else.")
    ] = False,
    seed: Annotated[
        int,
        typer.Option(help="Send the requests of this seed again.", show_default=False),
    ] = 0,
    url: Annotated[str, typer.Option(help="An app that you run elsewhere.")] = "",
    json: AsJson = False,
) -> None:
    """Send your app what its users send, on a fixed schedule, and time the answers.

    The requests are due at a constant rate whether or not earlier ones were answered,
    and latency counts from when a request was due. Ctrl-C ends it early.
    """
    from sre_course.cli.loading import Asked, run_load

    asked = Asked(tier, rps, duration, tuple(route or ()), scan, seed, url, json)
    raise typer.Exit(run_load(asked, settings.terminal()))


def metrics(  # noqa: PLR0913 - the options of the command
    pattern: Annotated[
        str,
        typer.Argument(metavar="FILTER", help="Part of a series, or a regex."),
    ] = "",
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look every second until Ctrl-C.")
    ] = False,
    since_last: Annotated[
        bool,
        typer.Option("--since-last", help="Only what changed since your last look."),
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Those of the process itself, too.")
    ] = False,
    url: Annotated[str, typer.Option(help="An app that you run elsewhere.")] = "",
    json: AsJson = False,
) -> None:
    """Show what your app says at /metrics, read as a scraper reads it."""
    from sre_course.cli.scraping import Asked, run_metrics

    asked = Asked(pattern, watch, since_last, everything, url, json)
    raise typer.Exit(run_metrics(asked, settings.terminal()))
