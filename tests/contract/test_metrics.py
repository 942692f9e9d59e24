"""What every way to read metrics promises: in memory, from the app, from Prometheus."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

from sre_course.adapters.telemetry.exposition import AppMetrics
from sre_course.adapters.telemetry.prometheus import PrometheusMetrics
from sre_course.checkkit import families
from sre_course.domain.errors import TelemetryError
from sre_course.domain.signals import Metrics, Scrape, ScrapeProblem
from tests.checks.simulated import SimulatedApp
from tests.hostile import answers, serving
from tests.unit.test_prometheus_metrics import Series, Server


TEXT = "text/plain; version=1.0.0; charset=utf-8"


@dataclass
class World:
    """An app that counts, and one way to read what it says."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    content_type: str = TEXT

    def __post_init__(self) -> None:
        """Define one family of each type, with labels that are not in order."""
        labels = ("zone", "route", "empty")
        self.requests = Counter("requests", "h", labels, registry=self.registry)
        self.seconds = Histogram(
            "took_seconds", "h", ("route",), buckets=(0.1, 1), registry=self.registry
        )
        self.size = Gauge("queue_size", "h", registry=self.registry)

    def work(self, times: int = 1) -> None:
        """Serve some requests."""
        for _ in range(times):
            self.requests.labels("a", "/search", "").inc()
            self.seconds.labels("/search").observe(0.5)
        self.size.set(3)

    @property
    def page(self) -> bytes:
        """What the app says now."""
        return generate_latest(self.registry)

    def series(self, _at: float) -> list[Series]:
        """Return what Prometheus would have taken."""
        return [
            (
                {"__name__": s.name, "job": "app", "instance": "app:1"}
                | {n: v for n, v in s.labels.items() if v},
                s.value,
            )
            for family in self.registry.collect()
            for s in family.samples
        ]

    @contextlib.contextmanager
    def app(self) -> Iterator[str]:
        """Run the app for real; yield its URL."""

        def behave(connection: socket.socket, head: bytes) -> None:
            answers(self.page, self.content_type)(connection, head)

        with serving(behave) as url:
            yield url


Reading = Callable[[World], contextlib.AbstractContextManager[Metrics]]


@contextlib.contextmanager
def in_memory(world: World) -> Iterator[Metrics]:
    """Read an app that exists in memory only."""
    app = SimulatedApp(lambda *_: None, expose=lambda _app: world.page)

    class Simulated:
        """Takes the content type of the moment."""

        def direct(self) -> Scrape:
            """Scrape."""
            app.content_type = world.content_type
            return app.direct()

        def read(self, not_before: float) -> Scrape:
            """Scrape."""
            app.content_type = world.content_type
            return app.read(not_before)

    yield Simulated()


@contextlib.contextmanager
def from_the_app(world: World) -> Iterator[Metrics]:
    """Read the app's own page."""
    with world.app() as url:
        yield AppMetrics(url)


@contextlib.contextmanager
def from_prometheus(world: World) -> Iterator[Metrics]:
    """Read from a server that scrapes the app."""
    types = {"requests": "counter", "took_seconds": "histogram", "queue_size": "gauge"}
    server = Server(world.series, types)

    with world.app() as app, server.running() as url:
        yield PrometheusMetrics(url, AppMetrics(app))


WAYS = [in_memory, from_the_app, from_prometheus]
ways = pytest.mark.parametrize("way", WAYS, ids=lambda w: w.__name__)


@ways
def test_what_was_counted_is_read(way: Reading) -> None:
    """Once a request is over, every look holds it: nothing is late or from before."""
    world = World()
    with way(world) as metrics:
        metrics.direct()
        for total in (1, 3, 8):
            world.work(total - int(metrics_total(world)))
            for seen in (metrics.read(time.time()), metrics.direct()):
                found = {s.name: s.value for s in seen.samples}
                assert found["requests_total"] == total
                assert found["took_seconds_count"] == total
                assert seen.problem is None


def metrics_total(world: World) -> float:
    """Return how many requests the app has counted."""
    return (
        world.registry.get_sample_value(
            "requests_total", {"zone": "a", "route": "/search", "empty": ""}
        )
        or 0.0
    )


@ways
def test_samples_are_the_same_whichever_way(way: Reading) -> None:
    """Names, types, families and labels: sorted, without the empty ones."""
    world = World()
    world.work(2)
    with way(world) as metrics:
        for seen in (metrics.read(time.time()), metrics.direct()):
            found = {
                (s.name, s.labels): (s.value, s.type, s.family) for s in seen.samples
            }
            route = ("route", "/search")
            counted = found["requests_total", (route, ("zone", "a"))]
            assert counted[:2] == (2, "counter")
            assert counted[2].removesuffix("_total") == "requests"
            assert found["queue_size", ()] == (3, "gauge", "queue_size")
            bucket = found["took_seconds_bucket", (("le", "1.0"), route)]
            assert bucket == (2, "histogram", "took_seconds")
            assert found["took_seconds_sum", (route,)][0] == 1


@ways
def test_growth_is_the_same_whichever_way(way: Reading) -> None:
    """What checks make of it does not depend on where it was read."""
    world = World()
    world.work()
    with way(world) as metrics:
        before = metrics.read(time.time())
        world.work(4)
        after = metrics.read(time.time())
    found = {f.name: f for f in families([before, after])}

    assert {n: f.growth for n, f in found.items()} == {
        "requests_total": (4,),
        "took_seconds": (4,),
        "queue_size": (0,),
    }
    assert found["took_seconds"].series[0].total == (2,)


@ways
def test_a_look_began_when_it_was_asked_for(way: Reading) -> None:
    """Never before; and each later one is later."""
    world = World()
    world.work()
    with way(world) as metrics:
        last = 0.0
        for _ in range(3):
            asked = time.time()
            seen = metrics.read(asked)
            assert seen.at >= asked
            assert seen.at > last
            last = seen.at


@ways
def test_ordinals_count_looks(way: Reading) -> None:
    """Two looks at the app in a row are one apart; in between, they only grow."""
    world = World()
    world.work()
    with way(world) as metrics:
        first, second = metrics.direct(), metrics.direct()
        read = metrics.read(time.time())
        third = metrics.direct()

    assert second.ordinal == first.ordinal + 1
    assert first.ordinal < second.ordinal < read.ordinal < third.ordinal


@ways
def test_a_page_that_scrapers_refuse_is_told(way: Reading) -> None:
    """With its problem and what could be read all the same."""
    world = World(content_type="text/html")
    world.work()
    with way(world) as metrics:
        seen = metrics.direct()

    assert seen.problem is ScrapeProblem.CONTENT_TYPE
    assert "text/html" in seen.detail
    assert seen.readable


@pytest.mark.parametrize("way", [from_the_app, from_prometheus])
def test_nothing_is_made_up_when_all_is_gone(way: Reading) -> None:
    """An app that is gone is a problem of its; a store that is gone is one of ours."""
    world = World()
    world.work()
    with way(world) as metrics:
        assert metrics.read(time.time()).readable

    seen = metrics.direct()
    assert (seen.problem, seen.samples) == (ScrapeProblem.UNREACHABLE, ())
    with contextlib.suppress(TelemetryError):
        assert metrics.read(time.time()).samples == ()
