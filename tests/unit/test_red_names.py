"""What discovery found is what dashboards are drawn with."""

from prometheus_client import Counter, Histogram

from sre_course.checkkit.naming import red_names
from sre_course.checkkit.requests import requests_of
from sre_course.domain.ledger import Request
from sre_course.domain.red import RedNames
from tests.checks.simulated import SimulatedApp, route_of


OURS = ("/metrics", "/healthz")


def names_of(app: SimulatedApp) -> RedNames | None:
    """Return what an attempt at an app finds."""
    made = app.attempt()
    return red_names(requests_of(made), made.ledger)


def with_codes(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count with a route and a status code; time in seconds."""
    route = route_of(request)
    if route in OURS:
        return
    app.metric(
        "hits", lambda r: Counter("hits", "h", ["app", "path", "code"], registry=r)
    ).labels("shop", route, str(status)).inc()
    app.metric(
        "took_seconds", lambda r: Histogram("took_seconds", "h", ["path"], registry=r)
    ).labels(route).observe(seconds)


def test_names_labels_and_durations_are_found_whatever_they_are_called() -> None:
    """The counter with its two labels, and the histogram's name."""
    assert names_of(SimulatedApp(with_codes)) == RedNames(
        requests="hits_total",
        route_label="path",
        status_label="code",
        errors="5..",
        duration="took_seconds",
        per_second=1.0,
    )


def with_classes(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count with status classes; time in milliseconds."""
    route = route_of(request)
    if route in OURS:
        return
    how = f"{status // 100}xx"
    app.metric(
        "calls", lambda r: Counter("calls", "h", ["outcome", "op"], registry=r)
    ).labels(how, f"handle {route}").inc()
    app.metric(
        "took", lambda r: Histogram("took_milliseconds", "h", registry=r)
    ).observe(seconds * 1000)


def test_status_classes_and_other_units_are_told() -> None:
    """Errors are what means a server's error, durations in parts of a second."""
    assert names_of(SimulatedApp(with_classes)) == RedNames(
        requests="calls_total",
        route_label="op",
        status_label="outcome",
        errors="5xx",
        duration="took_milliseconds",
        per_second=1000.0,
    )


def without_labels(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count everything in one number."""
    if route_of(request) not in OURS:
        app.metric("n", lambda r: Counter("n", "h", registry=r)).inc()


def test_what_is_not_told_apart_has_no_label() -> None:
    """A total alone still has a rate."""
    assert names_of(SimulatedApp(without_labels)) == RedNames("n_total", errors="")


def twice(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Count wrongly."""
    app.metric("n", lambda r: Counter("n", "h", registry=r)).inc(2)


def test_nothing_is_drawn_from_wrong_numbers() -> None:
    """A dashboard of a count that is wrong would look right."""
    assert names_of(SimulatedApp(twice)) is None
