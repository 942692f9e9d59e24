"""Metrics out of a Prometheus server, sample by sample, as of one scrape."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sre_course.adapters.telemetry.prometheus_api import PrometheusApi
from sre_course.adapters.telemetry.text_format import family_of
from sre_course.domain.errors import TelemetryError
from sre_course.domain.signals import Labels, Metrics, Sample, Scrape


JOB = "app"
PATIENCE = 20.0  # seconds for a scrape: the first ones take five
POLL = 0.1
ALIGNED = 0.002  # seconds by which Prometheus moves a scrape's time to align it
DRIFT = 0.05  # seconds by which two clocks may differ and be the same
SLACK = 1  # scrapes by which our count of them may be off: one may be under way
LOOK_BACK = 30.0  # seconds before the first scrape that is of interest

# What Prometheus adds to every scrape by itself.
ADDED = frozenset(
    {
        "up",
        "scrape_duration_seconds",
        "scrape_samples_scraped",
        "scrape_samples_post_metric_relabeling",
        "scrape_series_added",
        "scrape_timeout_seconds",
        "scrape_sample_limit",
        "scrape_body_size_bytes",
    }
)
TARGET_LABELS = ("job", "instance")
MOVED = "exported_"  # in front of a label of the app's that is named like one of these
TYPES = {
    "counter": "counter",
    "gauge": "gauge",
    "histogram": "histogram",
    "summary": "summary",
    "info": "gauge",
    "stateset": "gauge",
    "gaugehistogram": "gauge",
}
CUMULATIVE = ("counter", "histogram", "summary")


@dataclass(slots=True)
class PrometheusMetrics:
    """Implements domain.signals.Metrics over a server that scrapes the app.

    `app` scrapes the app itself. What the server refuses to take is read that way, so
    that a verdict does not depend on the backend.
    """

    base_url: str
    app: Metrics
    patience: float = PATIENCE
    _direct: int = field(default=0, init=False)
    _first: float = field(
        default=0.0, init=False
    )  # time of the first scrape of interest
    _scrapes: int = field(default=0, init=False)

    def direct(self) -> Scrape:
        """Scrape the app now."""
        self._direct += 1
        return replace(self.app.direct(), ordinal=self._scrapes + self._direct)

    def read(self, not_before: float) -> Scrape:
        """Return all samples as of the server's first scrape since a time.

        Raises TelemetryError if the server does not answer or does not scrape.
        """
        api = PrometheusApi(self.base_url)
        drift = _drift(api)
        at, worked = self._await_scrape(api, not_before + drift + ALIGNED)
        if not worked:
            return self.direct()
        samples = _samples(api, at)
        ordinal = self._scrapes + self._direct
        return Scrape(at - drift, ordinal=ordinal, samples=samples)

    def _await_scrape(
        self, api: PrometheusApi, not_before: float
    ) -> tuple[float, bool]:
        """Return when it began, on the server's clock, and whether it worked."""
        deadline = time.monotonic() + self.patience
        while True:
            first = self._first or not_before - LOOK_BACK
            window = max(1, int(time.time() - first + LOOK_BACK))
            seen = _points(api.instant(f'up{{job="{JOB}"}}[{window}s]'))
            found = [(at, value) for at, value in seen if at >= not_before]
            if found:
                at, value = found[0]
                self._first = self._first or at
                self._scrapes = sum(self._first <= t <= at for t, _ in seen)
                return at, value == 1
            if time.monotonic() > deadline:
                raise TelemetryError(
                    f"Prometheus has not scraped the app for {self.patience:g} seconds"
                    f"{_complaint(api)}",
                    fix="Run `sre-course start` again: it starts whatever is missing",
                )
            time.sleep(POLL)


def _drift(api: PrometheusApi) -> float:
    """Return by how many seconds the server's clock is ahead of ours.

    A virtual machine's clock stands still while a laptop sleeps.
    """
    before = time.time()
    theirs = float(api.instant("time()")["result"][0])
    after = time.time()
    drift = theirs - (before + after) / 2
    return drift if abs(drift) > DRIFT + (after - before) else 0.0


def _points(data: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return the points of all series of a range vector, in the order of time."""
    return sorted(
        (float(at), float(value))
        for series in data["result"]
        for at, value in series["values"]
    )


def _samples(api: PrometheusApi, at: float) -> tuple[Sample, ...]:
    """Return every sample of the scrape that began at a time."""
    types = {
        str(m["metric"]): str(m["type"])
        for m in api.get("/api/v1/targets/metadata", match_target=f'{{job="{JOB}"}}')
    }
    # a range of one millisecond, open on the left, holds that one scrape
    found = api.instant(f'{{job="{JOB}"}}[1ms]', at=at)["result"]
    samples = []
    for series in found:
        labels = dict(series["metric"])
        name = str(labels.pop("__name__", ""))
        if name in ADDED or _is_creation(name, types) or "values" not in series:
            continue
        family, kind = _family(name, types)
        value = float(series["values"][-1][1])
        samples.append(Sample(name, _own(labels), value, family, kind))
    return tuple(samples)


def _own(labels: Mapping[str, str]) -> Labels:
    """Return the labels as the app gave them."""
    given = {n: v for n, v in labels.items() if n not in TARGET_LABELS}
    for name in TARGET_LABELS:
        if f"{MOVED}{name}" in given:
            given[name] = given.pop(f"{MOVED}{name}")
    return tuple(sorted(given.items()))


def _family(name: str, types: Mapping[str, str]) -> tuple[str, str]:
    base = name.removesuffix("_info")
    if types.get(base) == "info":
        return base, TYPES["info"]
    family, kind = family_of(name, types)
    return family, TYPES.get(kind, "unknown")


def _is_creation(name: str, types: Mapping[str, str]) -> bool:
    """Whether a sample says when another series was created."""
    base = name.removesuffix("_created")
    kinds = {types.get(base), types.get(f"{base}_total")}
    return base != name and not kinds.isdisjoint(CUMULATIVE)


def _complaint(api: PrometheusApi) -> str:
    """Return what the server says of its last try to scrape the app."""
    targets = api.get("/api/v1/targets", state="active")["activeTargets"]
    errors = [t["lastError"] for t in targets if t["labels"].get("job") == JOB]
    return f": {errors[0]}" if errors and errors[0] else ""
