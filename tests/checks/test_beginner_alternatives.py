"""Right but different, and nearly right: outcomes and durations told in other ways."""

import re
from collections import defaultdict
from collections.abc import Callable

import pytest
from prometheus_client import generate_latest

from sre_course.domain.ledger import Request
from tests.checks.mistakes import (
    OURS,
    Handle,
    counter,
    failed,
    histogram,
    reference,
)
from tests.checks.simulated import SimulatedApp, route_of


def errors_beside(*labels: str) -> Handle:
    """Return an app that counts failures in a counter of their own."""

    def handle(
        app: SimulatedApp, request: Request, status: int, seconds: float
    ) -> None:
        route = route_of(request)
        if route in OURS:
            return
        counter(app, "http_requests", "route").labels(route).inc()
        histogram(app, "http_seconds", "route").labels(route).observe(seconds)
        if status >= 500:
            errors = counter(app, "http_errors", *labels)
            (errors.labels(route) if labels else errors).inc()

    return handle


def test_failures_in_a_counter_beside_the_total() -> None:
    """With the same labels, a ratio can be made of the two."""
    app = SimulatedApp(errors_beside("route"))
    told = app.verdicts()["separates_outcomes"]

    assert told.verdict == "passed"
    assert told.note == "judged: a counter of failures beside the one of all requests"


def test_failures_that_cannot_be_divided_by_anything() -> None:
    """Without the total's labels they are no share of it."""
    assert failed(errors_beside()) == {"separates_outcomes": "no-status-label"}


def failures_in_200(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Give failures a status that nothing else of their route has."""
    reference(app, request, 200 if status == 500 else status, seconds)


def test_failures_that_are_called_a_success() -> None:
    """Apart from everything else, and still under the wrong name."""
    assert failed(failures_in_200) == {"separates_outcomes": "failures-as-success"}


def classes(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Label by class instead of code, in capital letters."""
    route = route_of(request)
    if route not in OURS:
        of = f"{status // 100}XX"
        counter(app, "http_requests", "route", "class").labels(route, of).inc()
        histogram(app, "http_seconds", "route").labels(route).observe(seconds)


def test_status_classes() -> None:
    """They tell what is needed."""
    assert failed(classes) == {}


def without_infinity(app: SimulatedApp) -> bytes:
    """Leave the last bucket out, as some who write expositions by hand do."""
    text = generate_latest(app.registry).decode()
    return re.sub(r'.*le="\+Inf".*\n', "", text).encode()


def test_a_histogram_without_its_last_bucket() -> None:
    """histogram_quantile() would answer nothing."""
    found = failed(
        reference, expose=without_infinity, content_type="text/plain; version=0.0.4"
    )

    assert found["buckets_tell_fast_from_slow"] == "no-buckets"


def remembering(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Keep every duration, for quantiles of our own."""
    route = route_of(request)
    if route not in OURS:
        counter(app, "http_requests", "route", "status").labels(route, status).inc()
        kept = app.made.setdefault("durations", defaultdict(list))
        kept[route].append(seconds)


def quantiles(step: int) -> Callable[[SimulatedApp], bytes]:
    """Return an exposition with quantiles every so many percent."""

    def expose(app: SimulatedApp) -> bytes:
        name = "http_request_duration_seconds"
        lines = [generate_latest(app.registry).decode(), f"# TYPE {name} summary\n"]
        for route, seconds in app.made.get("durations", {}).items():
            ordered = sorted(seconds)
            for percent in range(0, 101, step):
                value = ordered[(len(ordered) - 1) * percent // 100]
                labels = f'route="{route}",quantile="{percent / 100}"'
                lines.append(f"{name}{{{labels}}} {value}\n")
            lines.append(f'{name}_sum{{route="{route}"}} {sum(seconds)}\n')
            lines.append(f'{name}_count{{route="{route}"}} {len(seconds)}\n')
        return "".join(lines).encode()

    return expose


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_quantiles_instead_of_buckets(seed: int) -> None:
    """Fine ones tell the share in time to two points; coarse ones do not."""
    kind = "text/plain; version=0.0.4"
    fine = failed(remembering, seed, expose=quantiles(1), content_type=kind)
    coarse = failed(remembering, seed, expose=quantiles(25), content_type=kind)

    assert fine == {}
    assert coarse == {"buckets_tell_fast_from_slow": "no-objective"}
