"""Metrics out of a server that plays Prometheus: which scrape, which samples."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sre_course.adapters.telemetry.prometheus import PrometheusMetrics
from sre_course.adapters.telemetry.prometheus_api import PrometheusApi
from sre_course.domain.errors import TelemetryError, UsageError
from sre_course.domain.signals import Sample, Scrape, ScrapeProblem


Series = tuple[dict[str, str], float]


@dataclass
class Server:
    """A Prometheus that scrapes every `interval` seconds what `app` says then."""

    app: Callable[[float], list[Series]]
    types: dict[str, str] = field(default_factory=dict)
    interval: float = 0.05
    drift: float = 0.0
    scrapes: list[tuple[float, float]] = field(default_factory=list)  # time, up
    up: float = 1.0
    silent_after: float = float("inf")
    broken: bytes = b""
    last_error: str = ""
    asked: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.time)

    def now(self) -> float:
        """Return the server's time."""
        return time.time() + self.drift

    def tick(self) -> None:
        """Scrape as often as should have happened by now."""
        last = self.scrapes[-1][0] if self.scrapes else self.started + self.drift
        while (
            last + self.interval <= self.now() and len(self.scrapes) < self.silent_after
        ):
            last = round(last + self.interval, 3)
            self.scrapes.append((last, self.up))

    def answer(self, target: str) -> Any:  # noqa: ANN401 - JSON
        """Return the API's data."""
        self.tick()
        parts = urlsplit(target)
        given = {n: v[0] for n, v in parse_qs(parts.query).items()}
        query = given.get("query", "")
        self.asked.append(query or parts.path)
        if parts.path.endswith("/targets/metadata"):
            return [{"metric": n, "type": t} for n, t in self.types.items()]
        if parts.path.endswith("/targets"):
            label = {"job": "app"}
            return {"activeTargets": [{"labels": label, "lastError": self.last_error}]}
        if query == "time()":
            return {"resultType": "scalar", "result": [self.now(), str(self.now())]}
        if query.startswith("up"):
            points = [[at, str(up)] for at, up in self.scrapes]
            result = [{"metric": {}, "values": points}] if points else []
            return {"resultType": "matrix", "result": result}
        at = float(given["time"])
        return {
            "resultType": "matrix",
            "result": [
                {"metric": metric, "values": [[at, str(value)]]}
                for metric, value in self.app(at)
            ],
        }

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve; yield the base URL."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = outer.broken
                if not body:
                    data = outer.answer(self.path)
                    body = json.dumps({"status": "success", "data": data}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@dataclass
class App:
    """The app, scraped directly."""

    seen: int = 0
    problem: ScrapeProblem | None = None

    def direct(self) -> Scrape:
        """Scrape."""
        self.seen += 1
        return Scrape(time.time(), ordinal=self.seen, problem=self.problem)

    def read(self, not_before: float) -> Scrape:
        """Scrape."""
        del not_before
        return self.direct()


def counting(at: float) -> list[Series]:
    """Count milliseconds: each scrape has a value that says when it was."""
    series = {"__name__": "x_total", "job": "app", "instance": "app:1"}
    return [(series, round(at * 1000))]


def test_it_reads_the_first_scrape_that_began_late_enough() -> None:
    """All samples are of one scrape, which is never one from before."""
    server = Server(counting)
    with server.running() as url:
        metrics = PrometheusMetrics(url, App())
        for _ in range(3):
            asked = time.time()
            seen = metrics.read(asked)
            assert seen.at > asked
            assert seen.samples[0].value == round(seen.at * 1000)
            before = [at for at, _ in server.scrapes if at <= asked]
            assert (
                len([t for t, _ in server.scrapes if t <= seen.at]) == len(before) + 1
            )


def test_the_ordinals_count_every_scrape_that_the_app_saw() -> None:
    """Those of the server and those of ours: what a scrape counts is told apart."""
    server = Server(counting)
    app = App()
    with server.running() as url:
        metrics = PrometheusMetrics(url, app)
        first = metrics.read(time.time())
        metrics.direct()
        metrics.direct()
        time.sleep(0.2)
        second = metrics.read(time.time())

    between = [at for at, _ in server.scrapes if first.at < at <= second.at]
    assert second.ordinal - first.ordinal == len(between) + 2
    assert app.seen == 2


def test_what_the_server_refuses_is_read_from_the_app_itself() -> None:
    """So the verdict is that of the other backend."""
    server = Server(counting, up=0.0)
    app = App(problem=ScrapeProblem.CONTENT_TYPE)
    with server.running() as url:
        seen = PrometheusMetrics(url, app).read(time.time())

    assert seen.problem is ScrapeProblem.CONTENT_TYPE
    assert app.seen == 1


@pytest.mark.parametrize("drift", [-30.0, 40.0])
def test_a_clock_that_differs_does_no_harm(drift: float) -> None:
    """A virtual machine's clock stands still while a laptop sleeps."""
    server = Server(counting, drift=drift)
    with server.running() as url:
        asked = time.time()
        seen = PrometheusMetrics(url, App(), patience=3).read(asked)

    assert asked < seen.at < asked + 1


def test_samples_are_as_the_app_gave_them() -> None:
    """The server's own labels and samples are gone, the app's own names are back."""
    series: list[Series] = [
        ({"__name__": "up", "job": "app", "instance": "i"}, 1),
        ({"__name__": "scrape_duration_seconds", "job": "app", "instance": "i"}, 1),
        (
            {
                "__name__": "x_total",
                "job": "app",
                "instance": "i",
                "exported_job": "batch",
                "route": "/",
            },
            3,
        ),
        ({"__name__": "x_created", "job": "app", "instance": "i"}, 1e9),
        (
            {
                "__name__": "d_seconds_bucket",
                "le": "1.0",
                "job": "app",
                "instance": "i",
            },
            2,
        ),
        ({"__name__": "d_seconds_created", "job": "app", "instance": "i"}, 1e9),
        ({"__name__": "build_info", "job": "app", "instance": "i"}, 1),
        ({"__name__": "odd", "job": "app", "instance": "i"}, 7),
        ({"__name__": "made_created", "job": "app", "instance": "i"}, 5),
    ]
    types = {
        "x": "counter",
        "d_seconds": "histogram",
        "build": "info",
        "made_created": "gauge",
    }
    server = Server(lambda _at: series, types)
    with server.running() as url:
        found = PrometheusMetrics(url, App()).read(time.time()).samples

    assert found == (
        Sample("x_total", (("job", "batch"), ("route", "/")), 3.0, "x", "counter"),
        Sample("d_seconds_bucket", (("le", "1.0"),), 2.0, "d_seconds", "histogram"),
        Sample("build_info", (), 1.0, "build", "gauge"),
        Sample("odd", (), 7.0, "odd", "unknown"),
        Sample("made_created", (), 5.0, "made_created", "gauge"),
    )


def test_a_server_that_does_not_scrape_is_no_fault_of_the_learner() -> None:
    """It is told with what the server complained about."""
    server = Server(counting, silent_after=0, last_error="connection refused")
    with server.running() as url, pytest.raises(TelemetryError, match="refused"):
        PrometheusMetrics(url, App(), patience=0.3).read(time.time())


@pytest.mark.parametrize(
    "broken", [b"no json", b"[]", b'{"status": "error"}', b'{"status": "odd"}']
)
def test_a_server_that_answers_nonsense_cannot_be_judged_by(broken: bytes) -> None:
    """Not what the learner measured, but that we cannot know it."""
    server = Server(counting, broken=broken)
    with server.running() as url, pytest.raises(TelemetryError):
        PrometheusMetrics(url, App()).read(time.time())


def test_a_silent_server_cannot_be_judged_by() -> None:
    """Nothing listens there any more."""
    with Server(counting).running() as url:
        pass

    with pytest.raises(TelemetryError) as raised:
        PrometheusMetrics(url, App()).read(time.time())
    assert "sre-course start" in raised.value.fix


def test_a_bad_query_is_the_askers_to_mend() -> None:
    """The server says where it went wrong; another error of its is not."""
    refused = {"status": "error", "errorType": "bad_data", "error": "1:3: parse error"}
    server = Server(counting, broken=json.dumps(refused).encode())
    with server.running() as url:
        with pytest.raises(UsageError, match="1:3"):
            PrometheusApi(url).range("up{", 0, 1, 1)
        with pytest.raises(TelemetryError):
            PrometheusApi(url).get("/api/v1/targets")
