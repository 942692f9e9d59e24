"""The real Prometheus and Alertmanager, from the app's metrics to an alert."""

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from docker import DockerClient

from sre_course.adapters.environments.docker.backend import Docker
from sre_course.adapters.environments.docker.dashboard import WINDOW, dashboard
from sre_course.adapters.environments.docker.stack import load_stack
from sre_course.adapters.state.home import Home
from sre_course.adapters.telemetry.exposition import AppMetrics
from sre_course.adapters.telemetry.prometheus import PrometheusMetrics
from sre_course.adapters.telemetry.prometheus_api import PrometheusApi
from sre_course.domain.environment import Running
from sre_course.domain.errors import TelemetryError
from sre_course.domain.red import RedNames
from sre_course.domain.signals import Metrics, Scrape, ScrapeProblem
from tests.docker.lab import Lab
from tests.embedded.lab import exercise, get, until


# Every kind of metric, with names that Prometheus itself uses, too.
METRICS = """
import os
from flask import Flask, request
from prometheus_client import Counter, Gauge, Histogram, Info, Summary, make_wsgi_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware
app = Flask("x")
hits = Counter("hits", "h", ["route", "status", "job"])
took = Histogram("took_seconds", "t", ["route"], buckets=(0.1, 1))
size = Summary("size_bytes", "s")
busy = Gauge("busy", "b", ["instance"])
Info("build", "b").info({"version": "1"})
@app.get("/")
@app.get("/healthz")
def index():
    status = request.args.get("status", "200")
    hits.labels("/", status, "web").inc()
    took.labels("/").observe(0.05)
    size.observe(3)
    busy.labels("here").set(1)
    return "ok"
app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/metrics": make_wsgi_app()})
app.run(port=int(os.environ["PORT"]), threaded=True)
"""

Stack = tuple[Lab, Running]


@pytest.fixture(scope="module")
def real(
    client: DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """One environment with the real stack for the tests of this module."""
    folder = tmp_path_factory.mktemp("real")
    lab = Lab(
        client, Home(folder / "home"), exercise(folder / "e"), secrets.token_hex(8)
    )
    lab.workspace.mkdir(parents=True)
    lab.with_stack()
    running = lab.start(METRICS)
    yield lab, running
    lab.end()


def metrics_of(running: Running) -> PrometheusMetrics:
    """Return what reads metrics there."""
    app = AppMetrics(running.endpoints["app"])
    return PrometheusMetrics(running.endpoints["prometheus"], app)


@pytest.fixture(params=["app", "prometheus"])
def read_metrics(request: pytest.FixtureRequest) -> Callable[[Running], Metrics]:
    """What must hold of both: the app's own page, and Prometheus."""
    if request.param == "app":
        return lambda running: AppMetrics(running.endpoints["app"])
    return metrics_of


def comparable(scrape: Scrape) -> set[tuple[object, ...]]:
    """Return a scrape's samples, but for those that change all the time."""
    return {
        (s.name, s.labels, s.value, s.family, s.type)
        for s in scrape.samples
        if not s.name.startswith(("process_", "python_"))
    }


def serve(real: Stack, source: str) -> Running:
    """Let the app be another one, and wait for it."""
    lab, running = real
    before = lab.state(running).incarnation
    lab.save(source)
    until(lambda: lab.state(running).incarnation not in ("", before))
    lab.until_state(running, "running")
    return running


def test_it_sees_what_the_app_says(real: Stack) -> None:
    """Every sample, with its labels, type and family, as a direct look finds it."""
    running = serve(real, METRICS)
    for status in ("200", "500", "500"):
        get(running.endpoints["app"], f"/?status={status}")
    metrics = metrics_of(running)
    read, direct = metrics.read(time.time()), metrics.direct()

    assert comparable(read) == comparable(direct)
    assert {s.type for s in read.samples} >= {
        "counter",
        "gauge",
        "histogram",
        "summary",
    }
    assert read.problem is None


def test_a_read_holds_all_that_was_sent_before_it(
    real: Stack, read_metrics: Callable[[Running], Metrics]
) -> None:
    """Whatever was answered before the call is in the numbers, every time."""
    running = serve(real, METRICS)
    metrics = read_metrics(running)
    for round_ in range(1, 6):
        for _ in range(round_):
            get(running.endpoints["app"])
        sent = sum(range(1, round_ + 1))
        seen = metrics.read(time.time())
        hits = sum(s.value for s in seen.samples if s.name == "hits_total")
        assert hits == sent + 1  # and the supervisor's look


def test_its_count_of_scrapes_is_the_apps(real: Stack) -> None:
    """An app that counts its scrapes counts as many as we know of, or one more."""
    source = METRICS.replace(
        "app.run(",
        "import werkzeug.serving\n"
        "scraped = Counter('scraped', 's')\n"
        "inner = app.wsgi_app\n"
        "def counting(environ, start):\n"
        "    environ['PATH_INFO'] == '/metrics' and scraped.inc()\n"
        "    return inner(environ, start)\n"
        "app.wsgi_app = counting\n"
        "app.run(",
    )
    running = serve(real, source)
    metrics = metrics_of(running)

    def look(seen: Scrape) -> tuple[float, int]:
        (value,) = (s.value for s in seen.samples if s.name == "scraped_total")
        return value, seen.ordinal

    first = look(metrics.read(time.time()))
    metrics.direct()
    time.sleep(2.5)
    second = look(metrics.read(time.time()))

    counted, known = second[0] - first[0], second[1] - first[1]
    assert known >= 4
    assert abs(counted - known) <= 1


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (
            METRICS.replace(
                "app.run(",
                "@app.after_request\ndef plain(answer): return answer\n"
                "inner = app.wsgi_app\n"
                "def html(environ, start):\n"
                "    def started(status, headers, *more):\n"
                "        return start(status, [('Content-Type', 'text/html')])\n"
                "    return inner(environ, started)\n"
                "app.wsgi_app = html\n"
                "app.run(",
            ),
            ScrapeProblem.CONTENT_TYPE,
        ),
        (METRICS.replace('"/metrics"', '"/elsewhere"'), ScrapeProblem.STATUS),
    ],
    ids=["content type", "status"],
)
def test_what_prometheus_refuses_is_told_the_same_way(
    real: Stack,
    source: str,
    problem: ScrapeProblem,
    read_metrics: Callable[[Running], Metrics],
) -> None:
    """Prometheus 3 takes no text/html; the verdict is that of the other backend."""
    running = serve(real, source)
    api = PrometheusApi(running.endpoints["prometheus"])
    until(lambda: api.instant('up{job="app"}')["result"][0]["value"][1] == "0")
    seen = read_metrics(running).read(time.time())

    assert seen.problem is problem
    targets = api.get("/api/v1/targets", state="active")["activeTargets"]
    assert any(t["lastError"] for t in targets if t["labels"]["job"] == "app")


def test_it_is_the_version_that_learners_get(real: Stack) -> None:
    """Prometheus 3, as stack.toml pins it."""
    _, running = real
    api = PrometheusApi(running.endpoints["prometheus"])
    about = api.get("/api/v1/status/buildinfo")

    pinned = load_stack({}).images["prometheus"].reference.rpartition(":v")[2]
    assert about["version"] == pinned


def alerts(running: Running) -> list[dict[str, Any]]:
    """Return what Alertmanager has sent."""
    found: list[dict[str, Any]] = json.loads(
        get(running.endpoints["alerts"], "/alerts")
    )
    return found


@contextlib.contextmanager
def traffic(running: Running, paths: tuple[str, ...]) -> Iterator[None]:
    """Send requests all the time."""
    ended = threading.Event()

    def send() -> None:
        while not ended.wait(0.05):
            for path in paths:
                with contextlib.suppress(OSError):
                    get(running.endpoints["app"], path)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_errors_become_an_alert_that_arrives(real: Stack) -> None:
    """App, scrape, rules, Alertmanager, inbox: all in the learner's names."""
    lab, running = real
    serve(real, METRICS)
    names = RedNames("hits_total", "route", "status", "5..", "took_seconds")
    Docker().follow(running, names)
    api = PrometheusApi(running.endpoints["prometheus"])
    (group,) = api.get("/api/v1/rules")["groups"]
    assert [r["name"] for r in group["rules"]][-1] == "HighErrorRatio"

    with traffic(running, ("/", "/?status=500")):
        until(lambda: any(a["alert"] == "HighErrorRatio" for a in alerts(running)), 60)

    (alert,) = [a for a in alerts(running) if a["alert"] == "HighErrorRatio"][:1]
    assert alert["status"] == "firing"
    assert "route=/" in alert["labels"]
    assert "%" in alert["summary"]
    for rule in api.get("/api/v1/rules")["groups"][0]["rules"]:
        assert rule["health"] == "ok", rule
    assert b"HighErrorRatio" in get(running.endpoints["alerts"])
    assert lab.again() == running  # what follows the learner's names is no difference


@pytest.mark.parametrize(
    "names",
    [
        RedNames("hits_total", "route", "status", "5..", "took_seconds"),
        RedNames("hits_total", "route", "status", "5xx|error", "took_ms", 1000.0),
        RedNames("http.requests", "http.route", "http.status", "5..", "http.took"),
        RedNames('odd"name', 'odd"label', "odd\\label", "5..", "odd name"),
        RedNames("hits_total"),
    ],
    ids=["usual", "classes", "dots", "quotes", "total"],
)
def test_prometheus_takes_every_query_of_the_dashboard(
    real: Stack, names: RedNames
) -> None:
    """Whatever the learner's names are, no panel shows a parse error."""
    _, running = real
    api = PrometheusApi(running.endpoints["prometheus"])
    panels: Any = dashboard(names)["panels"]
    for panel in panels:
        for target in panel["targets"]:
            api.instant(target["expr"].replace(WINDOW, "1m"))
    Docker().follow(running, names)
    for rule in api.get("/api/v1/rules")["groups"][0]["rules"]:
        assert rule["health"] != "err", rule


def test_an_app_that_is_down_pages(lab: Lab) -> None:
    """The one alert that needs no names."""
    lab.with_stack()
    running = lab.start("import nothing_of_that_name\n")

    until(lambda: any(a["alert"] == "AppDown" for a in alerts(running)), 60)


def test_the_stack_may_be_left_out(lab: Lab) -> None:
    """An exercise that wants no stack has none of its endpoints."""
    lab.exercise = replace(lab.exercise, stack=("prometheus",))
    running = lab.start()

    assert set(running.endpoints) == {"app", "warehouse", "prometheus", "alerts"}


@pytest.mark.parametrize("role", ["prometheus", "alertmanager"])
def test_a_killed_part_of_the_stack_comes_back(lab: Lab, role: str) -> None:
    """The next start brings it; meanwhile it is no verdict on the learner."""
    lab.with_stack()
    running = lab.start(METRICS)
    lab.container(role).kill()
    if role == "prometheus":
        with pytest.raises(TelemetryError) as raised:
            metrics_of(running).read(time.time())
        assert "sre-course start" in raised.value.fix
    assert lab.state(running).state == "running"

    again = lab.again()
    assert lab.container(role).status == "running"
    assert metrics_of(again).read(time.time()).readable
