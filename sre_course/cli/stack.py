"""Commands that ask the real stack: promql, alerts."""

from typing import Annotated

import typer


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog="Example: sre-course promql 'rate(x_total[1m])' --range 5m")(
        promql
    )
    app.command(epilog="Example: sre-course alerts")(alerts)


def promql(
    expression: Annotated[str, typer.Argument(help="A query in PromQL.")],
    *,
    over: Annotated[
        str, typer.Option("--range", help="The last 5m, 30s, …, instead of now.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Ask the Prometheus that scrapes your app; needs --backend docker."""
    from sre_course.cli.querying import run_promql

    raise typer.Exit(run_promql(expression, over, as_json=json))


def alerts(*, json: AsJson = False) -> None:
    """Show the alerts that Alertmanager has sent; needs --backend docker."""
    from sre_course.cli.querying import run_alerts

    raise typer.Exit(run_alerts(as_json=json))
