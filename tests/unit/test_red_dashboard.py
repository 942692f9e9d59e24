"""Dashboard and alert rules say what the learner's names say."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sre_course.adapters.environments.docker import configuration, promql
from sre_course.adapters.environments.docker.dashboard import dashboard
from sre_course.domain.red import RedNames


USUAL = RedNames(
    requests="http_requests_total",
    route_label="route",
    status_label="status",
    duration="http_request_duration_seconds",
)


def panels(names: RedNames | None) -> list[dict[str, Any]]:
    """Return the panels as Grafana would read them."""
    found: list[dict[str, Any]] = json.loads(json.dumps(dashboard(names)))["panels"]
    return found


def queries(names: RedNames | None) -> Iterator[str]:
    """Yield every query of the dashboard."""
    for panel in panels(names):
        for target in panel.get("targets", []):
            yield target["expr"]


def test_it_shows_rate_errors_and_duration_by_the_learners_names() -> None:
    """Four panels side by side, and p50, p95, p99 in one of them."""
    found = panels(USUAL)

    assert [p["title"].split(":")[0] for p in found] == [
        "Rate",
        "Errors",
        "Duration",
        "Errors per second",
    ]
    assert "sum by (route) (rate(http_requests_total[$__rate_interval]))" in queries(
        USUAL
    )
    assert len(found[2]["targets"]) == 3
    assert len({p["id"] for p in found}) == 4
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in found]
    assert places == [(0, 0), (12, 0), (0, 8), (12, 8)]


def test_every_panel_asks_the_data_source_that_is_provisioned() -> None:
    """A uid that nobody provisions shows nothing but an error."""
    files = configuration.grafana(USUAL)
    sources = json.loads(files["provisioning/datasources/sre-course.yaml"])
    uids = {source["uid"] for source in sources["datasources"]}

    assert {p["datasource"]["uid"] for p in panels(USUAL)} == uids
    for panel in panels(USUAL):
        assert {t["datasource"]["uid"] for t in panel["targets"]} == uids


def test_the_first_click_shows_the_dashboard() -> None:
    """Its file is the home page, and lies where the provider looks."""
    files = configuration.grafana(None)
    provider = json.loads(files["provisioning/dashboards/sre-course.yaml"])
    folder = provider["providers"][0]["options"]["path"]
    home = configuration.GRAFANA_ENVIRONMENT[
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"
    ]

    assert home == f"{folder}/red.json"
    assert folder == "/course/stack/dashboards"
    assert "dashboards/red.json" in files
    assert configuration.GRAFANA_ENVIRONMENT["GF_PATHS_PROVISIONING"] == (
        "/course/stack/provisioning"
    )


def test_before_a_check_it_says_what_to_do() -> None:
    """There is nothing to draw yet, and no query that fails."""
    (panel,) = panels(None)

    assert "sre-course check" in panel["options"]["content"]
    assert not list(queries(None))


def test_what_was_not_found_leaves_its_panel_out() -> None:
    """No durations, no status label: rate alone."""
    (panel,) = panels(RedNames("hits"))

    assert panel["title"].startswith("Rate")
    assert panel["targets"][0]["expr"] == "sum (rate(hits[$__rate_interval]))"
    assert panel["targets"][0]["legendFormat"] == "all"


def test_durations_are_seconds_whatever_they_were_measured_in() -> None:
    """Milliseconds are divided."""
    names = RedNames("hits", duration="took_ms", per_second=1000)

    assert promql.quantile(names, 0.95, "1m") == (
        "histogram_quantile(0.95, sum by (le) (rate(took_ms_bucket[1m]))) / 1000"
    )


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (
            RedNames("http.requests", "http.route"),
            'sum by ("http.route") (rate({"http.requests"}[1m]))',
        ),
        (RedNames('odd"name\\'), 'sum (rate({"odd\\"name\\\\"}[1m]))'),
    ],
)
def test_names_that_only_prometheus_3_takes_are_quoted(
    names: RedNames, wanted: str
) -> None:
    """OpenTelemetry's dots are allowed since version 3; nothing breaks out."""
    assert promql.rate(names, "1m") == wanted


def test_errors_are_matched_by_the_label_that_tells_them() -> None:
    """A class such as 5xx as well as a code."""
    names = RedNames("hits", "route", "outcome", errors="5xx|error")

    assert promql.error_rate(names, "1m") == (
        'sum by (route) (rate(hits{outcome=~"5xx|error"}[1m]))'
    )
    assert promql.error_ratio(RedNames("hits"), "1m") == ""
    assert promql.error_rate(RedNames("hits"), "1m") == ""
    assert promql.error_ratios(RedNames("hits"), "1m") == ""


def rules(names: RedNames | None) -> list[Mapping[str, Any]]:
    """Return the rules as Prometheus would read them."""
    (group,) = json.loads(configuration.rules(names))["groups"]
    found: list[Mapping[str, Any]] = group["rules"]
    return found


def test_there_is_an_alert_before_anything_is_known() -> None:
    """An app that cannot be scraped pages, whatever its metrics are called."""
    (rule,) = rules(None)

    assert rule["expr"] == 'up{job="app"} == 0'
    assert rules(RedNames("hits")) == [rule]  # nothing tells its errors


def test_the_alert_uses_the_recording_rule() -> None:
    """The recorded name says level, metric and operations."""
    _, recorded, alert = rules(USUAL)

    assert re.fullmatch(r"\w+:\w+:\w+", recorded["record"])
    assert alert["expr"].startswith(recorded["record"])
    assert alert["for"]


def test_prometheus_scrapes_the_app_without_forgiving_its_content_type() -> None:
    """A fallback protocol would hide what the first criterion is about."""
    config = json.loads(configuration.prometheus("app:7001", "/numbers"))
    app = config["scrape_configs"][0]

    assert (app["job_name"], app["metrics_path"]) == ("app", "/numbers")
    assert app["static_configs"] == [{"targets": ["app:7001"]}]
    assert not any("fallback" in key for key in app)
    assert config["rule_files"] == ["/course/stack/rules.yml"]


def test_alertmanager_sends_everything_to_the_inbox() -> None:
    """Resolved alerts too."""
    config = json.loads(configuration.alertmanager("http://door:7004/alerts"))
    (receiver,) = config["receivers"]

    assert config["route"]["receiver"] == receiver["name"]
    assert receiver["webhook_configs"] == [
        {"url": "http://door:7004/alerts", "send_resolved": True}
    ]
