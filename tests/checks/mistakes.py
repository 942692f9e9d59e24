"""Apps in memory: the right one, and those with one mistake each."""

from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram, Summary
from prometheus_client.exposition import generate_latest

from sre_course.domain.ledger import Request
from tests.checks.simulated import SimulatedApp, causes, route_of


Handle = Callable[[SimulatedApp, Request, int, float], None]
OURS = ("/metrics", "/healthz")


def counter(app: SimulatedApp, name: str, *labels: str) -> Counter:
    """Return a counter of the app, made on first use."""
    return app.metric(name, lambda r: Counter(name, "help", labels, registry=r))


def gauge_of(app: SimulatedApp, name: str, *labels: str) -> Gauge:
    """Return a gauge of the app, made on first use."""
    return app.metric(name, lambda r: Gauge(name, "help", labels, registry=r))


def summary(app: SimulatedApp, name: str, *labels: str) -> Summary:
    """Return a summary of the app, made on first use."""
    return app.metric(name, lambda r: Summary(name, "help", labels, registry=r))


def histogram(
    app: SimulatedApp,
    name: str,
    *labels: str,
    buckets: tuple[float, ...] = (0.1, 0.25, 1),
) -> Histogram:
    """Return a histogram of the app, made on first use."""
    return app.metric(
        name, lambda r: Histogram(name, "help", labels, registry=r, buckets=buckets)
    )


def reference(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Count and time as the reference does."""
    route = route_of(request)
    if route in OURS:
        return
    counter(app, "http_requests", "route", "status").labels(route, status).inc()
    histogram(app, "http_request_duration_seconds", "route").labels(route).observe(
        seconds
    )


def failed(handle: Handle, seed: int = 1, **more: object) -> dict[str, str]:
    """Return what an app fails, unanswered questions aside."""
    app = SimulatedApp(handle, seed=f"seed {seed}", **more)  # type: ignore[arg-type]
    found = causes(app.verdicts(seed).values())
    assert found.pop("diagnosis") in ("not-answered", "blocked")
    return found


def only_success(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count no failures."""
    if status < 500:
        reference(app, request, status, seconds)


def twice(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Count everything twice."""
    route = route_of(request)
    if route not in OURS:
        reference(app, request, status, seconds)
        counter(app, "http_requests", "route", "status").labels(route, status).inc()


def no_labels(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Count without any label."""
    if route_of(request) not in OURS:
        counter(app, "http_requests").inc()
        histogram(app, "http_request_duration_seconds").observe(seconds)


def no_status(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Count by route alone."""
    route = route_of(request)
    if route not in OURS:
        counter(app, "http_requests", "route").labels(route).inc()
        histogram(app, "http_request_duration_seconds", "route").labels(route).observe(
            seconds
        )


def always_200(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Say 200 of everything."""
    reference(app, request, 200, seconds)


def failures_as_200(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Say 201 of failures."""
    reference(app, request, 201 if status == 500 else status, seconds)


def swapped(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Say 500 of what went well and the other way round."""
    reference(app, request, {500: 201, 201: 500}.get(status, status), seconds)


def milliseconds(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Observe milliseconds under a name that says seconds."""
    route = route_of(request)
    if route not in OURS:
        counter(app, "http_requests", "route", "status").labels(route, status).inc()
        histogram(
            app, "http_request_duration_seconds", "route", buckets=(100, 250, 1000)
        ).labels(route).observe(seconds * 1000)


def short(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Observe half of the time."""
    reference(app, request, status, seconds / 2)


def long(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Observe two seconds more."""
    reference(app, request, status, seconds + 2)


def last_value(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Keep the last duration only."""
    route = route_of(request)
    if route not in OURS:
        counter(app, "http_requests", "route", "status").labels(route, status).inc()
        gauge_of(app, "latency_seconds", "route").labels(route).set(seconds)


def no_time(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Measure no durations."""
    route = route_of(request)
    if route not in OURS:
        counter(app, "http_requests", "route", "status").labels(route, status).inc()


def plain_summary(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Use a summary without quantiles."""
    no_time(app, request, status, seconds)
    if route_of(request) not in OURS:
        summary(app, "http_request_duration_seconds", "route").labels(
            route_of(request)
        ).observe(seconds)


def wide_buckets(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Use buckets from ten seconds up."""
    no_time(app, request, status, seconds)
    if route_of(request) not in OURS:
        histogram(app, "t_seconds", "route", buckets=(10, 60)).labels(
            route_of(request)
        ).observe(seconds)


def off_the_objective(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Use buckets that miss the objective."""
    no_time(app, request, status, seconds)
    if route_of(request) not in OURS:
        histogram(app, "t_seconds", "route", buckets=(0.1, 5)).labels(
            route_of(request)
        ).observe(seconds)


def raw_path(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Label by path."""
    if route_of(request) not in OURS:
        path = request.path.partition("?")[0]
        counter(app, "http_requests", "path", "status").labels(path, status).inc()
        histogram(app, "http_request_duration_seconds", "path").labels(path).observe(
            seconds
        )


def raw_method(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Label by method."""
    route = route_of(request)
    if route not in OURS:
        counter(app, "http_requests", "method", "route", "status").labels(
            request.method, route, status
        ).inc()
        histogram(app, "http_request_duration_seconds", "route").labels(route).observe(
            seconds
        )


def user_agent(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Label by user agent."""
    route = route_of(request)
    if route not in OURS:
        agent = dict(request.headers)["User-Agent"]
        counter(app, "http_requests", "agent", "route", "status").labels(
            agent, route, status
        ).inc()
        histogram(app, "http_request_duration_seconds", "route").labels(route).observe(
            seconds
        )


def own_ids(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Label by an id of the app's own making."""
    route = route_of(request)
    if route not in OURS:
        counter(app, "http_requests", "id", "route", "status").labels(
            f"{hash(request):x}", route, status
        ).inc()
        histogram(app, "http_request_duration_seconds", "route").labels(route).observe(
            seconds
        )


def scrapes_too(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count scrapes as well, under a route of their own."""
    route = route_of(request)
    if route == "/healthz":
        return
    counter(app, "http_requests", "route", "status").labels(route, status).inc()
    histogram(app, "http_request_duration_seconds", "route").labels(route).observe(
        seconds
    )


def probes_too(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count probes as well, under a route of their own."""
    route = route_of(request)
    if route == "/metrics":
        return
    counter(app, "http_requests", "route", "status").labels(route, status).inc()
    histogram(app, "http_request_duration_seconds", "route").labels(route).observe(
        seconds
    )


def scrapes_mixed(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count scrapes where nothing tells them from requests."""
    counter(app, "http_requests", "status").labels(status).inc()
    if route_of(request) not in OURS:
        histogram(app, "http_request_duration_seconds", "route").labels(
            route_of(request)
        ).observe(seconds)


def gauge(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Count with a gauge."""
    route = route_of(request)
    if route not in OURS:
        gauge_of(app, "http_requests", "route", "status").labels(route, status).inc()
        histogram(app, "http_request_duration_seconds", "route").labels(route).observe(
            seconds
        )


def resets(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Start from nothing with the first request after a scrape."""
    if app.cleared_at != app.scrapes and request.path not in OURS:
        app.cleared_at = app.scrapes
        for made in app.made.values():
            made.clear()
    reference(app, request, status, seconds)


def milliseconds_named(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Observe seconds under a name that says milliseconds."""
    no_time(app, request, status, seconds)
    if route_of(request) not in OURS:
        histogram(app, "latency_ms", "route").labels(route_of(request)).observe(seconds)


def no_unit(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Leave the unit out of the name."""
    no_time(app, request, status, seconds)
    if route_of(request) not in OURS:
        histogram(app, "latency", "route").labels(route_of(request)).observe(seconds)


def rotated_routes(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count one route under the name of another."""
    route = {"/search": "/products", "/products": "/search"}.get(
        route_of(request), route_of(request)
    )
    if route not in OURS:
        counter(app, "http_requests", "route", "status").labels(route, status).inc()
        histogram(app, "http_request_duration_seconds", "route").labels(
            route_of(request)
        ).observe(seconds)


def not_cumulative(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count an observation in one bucket only, as a bar chart would."""
    no_time(app, request, status, seconds)
    if route_of(request) in OURS:
        return
    bounds = ("0.1", "0.25", "1", "+Inf")
    mine = next(b for b in bounds if seconds <= float(b))
    labels = {"route": route_of(request)}
    for name, extra, amount in (
        *(("bucket", {"le": b}, float(b == mine)) for b in bounds),
        ("count", {}, 1.0),
        ("sum", {}, seconds),
    ):
        key = (name, tuple(sorted({**labels, **extra}.items())))
        app.bars[key] = app.bars.get(key, 0.0) + amount


def with_bars(app: SimulatedApp) -> bytes:
    """Expose the bars as if they were buckets."""
    lines = ["# TYPE t_seconds histogram"]
    for (name, labels), value in sorted(app.bars.items()):
        inside = ",".join(f'{n}="{v}"' for n, v in labels)
        lines.append(f"t_seconds_{name}{{{inside}}} {value}")
    return generate_latest(app.registry) + ("\n".join(lines) + "\n").encode()
