"""Whatever prometheus_client exposes, in any format, is read as the same samples."""

import random
import time

import pytest
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Enum,
    Gauge,
    Histogram,
    Info,
    Summary,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.parser import text_string_to_metric_families

from sre_course.adapters.bounded_http import Answer
from sre_course.adapters.telemetry.exposition import ACCEPT, read
from sre_course.domain.signals import Sample, Scrape


ACCEPTS = [
    "text/plain;version=0.0.4",
    "text/plain;version=1.0.0;escaping=allow-utf-8",
    "application/openmetrics-text;version=0.0.1",
    "application/openmetrics-text;version=1.0.0",
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8",
    ACCEPT,
]
VALUES = [
    "",
    "/products/{pid}",
    'say "hi"',
    "back\\slash",
    "two\nlines",
    "é 日本",
    "{},= #",
]


def a_registry(seed: int, *, dots: bool = False) -> CollectorRegistry:
    """Fill a registry with metrics of every type, with odd label values."""
    drawn = random.Random(seed)  # noqa: S311 - not for secrets
    registry = CollectorRegistry()
    dot = "." if dots else "_"
    labels = [f"http{dot}route", "status"]
    counter = Counter(f"http{dot}requests", "How many?", labels, registry=registry)
    gauge = Gauge(f"in{dot}flight", "Now\nor \\ then", labels, registry=registry)
    buckets = sorted({round(drawn.uniform(0.01, 5), 3) for _ in range(5)})
    histogram = Histogram(
        f"took{dot}seconds", "Time", labels, buckets=buckets, registry=registry
    )
    summary = Summary(f"size{dot}bytes", "Size", labels, registry=registry)
    for _ in range(drawn.randint(1, 12)):
        given = (drawn.choice(VALUES), drawn.choice(["200", "404", "500"]))
        counter.labels(*given).inc(drawn.randint(1, 10**6))
        gauge.labels(*given).set(drawn.choice([-1.5, 0, 1e300, float("inf")]))
        for _ in range(drawn.randint(1, 5)):
            histogram.labels(*given).observe(
                drawn.expovariate(1), exemplar=an_exemplar()
            )
            summary.labels(*given).observe(drawn.expovariate(1))
    Info("build", "What", registry=registry).info({"version": "1", "empty": ""})
    Enum("state", "How", states=["up", "down"], registry=registry).state("down")
    Gauge("created_at_created", "A gauge's own name", registry=registry).set(5)
    return registry


def an_exemplar() -> dict[str, str]:
    """Return what OpenMetrics shows and the text format leaves out."""
    return {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}


def exposed(registry: CollectorRegistry, accept: str) -> Scrape:
    """Expose as asked, and read that."""
    encoder, content_type = choose_encoder(accept)
    return read(Answer(200, {"content-type": content_type}, encoder(registry)))


def truth(registry: CollectorRegistry) -> set[Sample]:
    """Return what a registry holds, as we should read it."""
    kinds = {"info": "gauge", "stateset": "gauge"}
    return {
        Sample(
            s.name,
            tuple(sorted((n, v) for n, v in s.labels.items() if v)),
            float(s.value),
            "",
            kinds.get(family.type, family.type),
        )
        for family in registry.collect()
        for s in family.samples
        if s.name != f"{family.name}_created"
    }


def without_family(scrape: Scrape) -> set[Sample]:
    """Leave out what the formats declare differently."""
    return {Sample(s.name, s.labels, s.value, "", s.type) for s in scrape.samples}


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("seed", range(8))
def test_what_is_exposed_is_what_is_read(accept: str, seed: int) -> None:
    """Names, labels, values and types, in every format."""
    registry = a_registry(seed)
    scrape = exposed(registry, accept)
    assert (scrape.problem, scrape.detail) == (None, "")
    assert without_family(scrape) == truth(registry)
    assert len(scrape.samples) == len(truth(registry))


@pytest.mark.parametrize("accept", [a for a in ACCEPTS if "allow-utf-8" in a])
@pytest.mark.parametrize("seed", range(3))
def test_names_with_dots_are_read(accept: str, seed: int) -> None:
    """As OpenTelemetry names its metrics, and as Prometheus 3 asks for."""
    registry = a_registry(seed, dots=True)
    scrape = exposed(registry, accept)
    assert (scrape.problem, scrape.detail) == (None, "")
    assert without_family(scrape) == truth(registry)
    assert {s.name for s in scrape.samples} >= {
        "http.requests_total",
        "took.seconds_sum",
    }


def test_counters_are_named_as_their_format_declares_them() -> None:
    """OpenMetrics leaves `_total` out of the family's name."""
    registry = a_registry(1)
    text, om = exposed(registry, ACCEPTS[0]), exposed(registry, ACCEPTS[3])
    assert {s.family for s in text.samples if s.type == "counter"} == {
        "http_requests_total"
    }
    assert {s.family for s in om.samples if s.type == "counter"} == {"http_requests"}


PIECES = [
    *("a", "b_total", "{", "}", 'x="1"', 'y="\\n"', ",", " ", " 1", "-2.5", "\n", '"'),
    *("# TYPE a counter\n", "# HELP a b\n", "\\", "NaN", "=", "\t", "f 5 6\n"),
    *('{"q"} 3\n', 'c{d="e"} 4\n'),
]


@pytest.mark.parametrize("seed", range(300))
def test_random_text_is_refused_or_read_as_the_library_reads_it(seed: int) -> None:
    """We may be stricter than that parser, never different."""
    drawn = random.Random(seed)  # noqa: S311 - not for secrets
    text = "".join(drawn.choice(PIECES) for _ in range(drawn.randint(1, 12))) + "\n"
    answer = Answer(200, {"content-type": "text/plain"}, text.encode())
    ours = read(answer)
    if ours.problem is not None:
        return
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    theirs = [
        (s.name, tuple(sorted(s.labels.items())), float(s.value))
        for line in lines  # one by one: nothing is renamed then
        for family in text_string_to_metric_families(line + "\n")
        for s in family.samples
    ]
    assert repr([(s.name, s.labels, s.value) for s in ours.samples]) == repr(theirs)


@pytest.mark.parametrize("seed", range(60))
def test_damaged_expositions_never_raise(seed: int) -> None:
    """Bytes are changed, cut and doubled; something always comes back, in time."""
    drawn = random.Random(seed)  # noqa: S311 - not for secrets
    encoder, content_type = choose_encoder(drawn.choice(ACCEPTS))
    body = bytearray(encoder(a_registry(seed % 4)))
    for _ in range(drawn.randint(1, 20)):
        place = drawn.randrange(len(body))
        match drawn.randrange(4):
            case 0:
                body[place] = drawn.randrange(256)
            case 1:
                del body[place : place + drawn.randrange(60)]
            case 2:
                body[place:place] = body[place : place + drawn.randrange(200)]
            case _:
                body[place:place] = drawn.choice(
                    [b"\n", b'"', b"{", b" # ", b"\r", b"#"]
                )
    started = time.monotonic()
    scrape = read(Answer(200, {"content-type": content_type}, bytes(body)))
    assert scrape.problem or scrape.samples
    assert scrape.detail.isprintable()
    assert time.monotonic() - started < 5
