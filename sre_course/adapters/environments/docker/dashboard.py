"""Grafana's RED dashboard, drawn from the names that discovery found."""

from collections.abc import Sequence

from sre_course.adapters.environments.docker import promql
from sre_course.domain.red import RedNames


UID = "sre-red"
WINDOW = "$__rate_interval"  # Grafana puts at least four scrapes in its place
QUANTILES = (0.5, 0.95, 0.99)
SOURCE = {"type": "prometheus", "uid": "prometheus"}

Query = tuple[str, str]  # PromQL and the legend


def dashboard(names: RedNames | None) -> dict[str, object]:
    """Return the dashboard; before anything is known, one that says so."""
    panels = [_unknown()] if names is None else _panels(names)
    return {
        "uid": UID,
        "title": "RED: rate, errors, duration",
        "tags": ["sre-course"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "5s",
        "time": {"from": "now-15m", "to": "now"},
        "timezone": "browser",
        "panels": [
            {**panel, "id": number + 1, "gridPos": _place(number)}
            for number, panel in enumerate(panels)
        ],
    }


def _panels(names: RedNames) -> list[dict[str, object]]:
    legend = f"{{{{{names.route_label}}}}}" if names.route_label else "all"
    durations = [
        (promql.quantile(names, q, WINDOW), f"p{q * 100:g}") for q in QUANTILES
    ]
    candidates = (
        _panel(
            "Rate: requests per second", "reqps", [(promql.rate(names, WINDOW), legend)]
        ),
        _panel(
            "Errors: share", "percentunit", [(promql.error_ratio(names, WINDOW), "all")]
        ),
        _panel("Duration", "s", durations),
        _panel(
            "Errors per second", "reqps", [(promql.error_rate(names, WINDOW), legend)]
        ),
    )
    return [panel for panel in candidates if panel["targets"]]


def _panel(title: str, unit: str, queries: Sequence[Query]) -> dict[str, object]:
    return {
        "type": "timeseries",
        "title": title,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + number),
                "datasource": SOURCE,
                "expr": query,
                "legendFormat": legend,
            }
            for number, (query, legend) in enumerate(queries)
            if query
        ],
    }


def _unknown() -> dict[str, object]:
    return {
        "type": "text",
        "title": "Nothing to draw yet",
        "options": {
            "mode": "markdown",
            "content": "Your metrics have not been recognised yet. Once "
            "`sre-course check beginner` has found them, rate, errors and duration "
            "stand here, in your own names.",
        },
    }


def _place(number: int) -> dict[str, int]:
    """Two panels in a row of 24 columns."""
    return {"x": number % 2 * 12, "y": number // 2 * 8, "w": 12, "h": 8}
