"""What the listings and figures of the lessons claim is true."""

import subprocess
import sys
from pathlib import Path

from sre_course.adapters.content.locate import course_root


DAY1 = course_root() / "lessons" / "day1"

# Four parcels with durations of 0.125, 0.5, 0.25 and 2 seconds; the last one fails.
DEPOT = """
import prometheus_client as client
client.disable_created_metrics()
import depot
clock = iter([0, 0.125, 1, 1.5, 2, 2.25, 3, 5])
depot.perf_counter = lambda: next(clock)

def jam(parcel):
    raise RuntimeError

for sort in (id, id, id, jam):
    try:
        depot.handle("parcel", sort)
    except RuntimeError:
        pass
registry = client.CollectorRegistry()
for metric in (depot.PARCELS, depot.IN_HAND, depot.SECONDS):
    registry.register(metric)
print(client.generate_latest(registry).decode(), end="")
"""
SCANNER = """
from prometheus_client import generate_latest
import by_path
client = by_path.app.test_client()
client.get("/")

def lines():
    return len(generate_latest().decode().splitlines())

before = lines()
for number in range({urls}):
    assert client.get(f"/no/such/{{number}}").status_code == 404
print(lines() - before)
"""


def run(program: str) -> str:
    """Run a program beside the listings; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=DAY1 / "code",
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def test_the_depot_exposes_what_the_lesson_shows() -> None:
    """Line by line, comments left out."""
    lines = [line for line in run(DEPOT).splitlines() if not line.startswith("#")]
    assert lines == (DAY1 / "code/depot.metrics.txt").read_text().splitlines()


def test_the_scanner_makes_as_many_series_as_predicted() -> None:
    """20 lines per URL: 4,000 for 200 of them."""
    assert int(run(SCANNER.format(urls=200))) == 4_000
    page = (DAY1 / "02-metrics/07-when-labels-hurt.md").read_text()
    assert 'answer = "4000"' in page
    assert "200 random URLs" in page


def text(path: str) -> str:
    """Return a page on one line."""
    return " ".join((DAY1 / path).read_text(encoding="utf-8").split())


def test_the_worked_numbers_are_right() -> None:
    """Those of the six queries."""
    page = text("02-metrics/06-six-queries.md")
    rates = {"/products": 6.0, "/search": 3.0, "/orders": 1.0}
    failed = rates["/orders"] / 20
    assert "0.05 / 10 = 0.5 %" in page
    assert failed == 0.05
    assert sum(rates.values()) == 10
    assert failed / rates["/orders"] == 0.05  # the 5 % of /orders
    assert failed == 2170 / (41230 + 2170)  # and of its raw counters
    buckets = [(0.1, 8.0), (0.25, 9.2), (0.5, 9.8)]
    rank = 0.95 * 10
    (low, below), (high, upto) = buckets[1:]
    assert below < rank <= upto
    quantile = low + (high - low) * (rank - below) / (upto - below)
    assert round(quantile, 9) == 0.375
    assert "0.25 + 0.5 × 0.25 = **0.375 s**" in page  # noqa: RUF001 - as it is printed


def test_the_arithmetic_of_costs_is_right() -> None:
    """Label sets, scrapes per day, and the burst that the average hides."""
    labels = text("02-metrics/07-when-labels-hurt.md")
    assert "4 methods × 6 routes × 5 statuses are 120" in labels  # noqa: RUF001 - as printed
    assert 4 * 6 * 5 == 120
    assert "50,000 users and it is 6 million" in labels
    assert 120 * 50_000 == 6_000_000
    assert "5,760 scrapes a day" in text("02-metrics/08-alerts-and-cost.md")
    assert 24 * 60 * 60 / 15 == 5_760
    story = text("02-metrics/10-story.md")
    assert "lasts one minute, and one comes every five minutes" in story
    assert "over five minutes is 20 % CPU" in story


def test_listings_leave_nothing_behind() -> None:
    """The lessons are shipped as they lie there."""
    assert not list(Path(DAY1).rglob("__pycache__"))
