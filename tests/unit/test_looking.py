"""`load` and `metrics` against apps of ours."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sre_course.adapters.state.environments import save_running
from sre_course.adapters.state.home import Home
from sre_course.adapters.ui.terminal import Terminal
from sre_course.cli import loading, scraping
from sre_course.domain.environment import Running
from sre_course.domain.errors import ServiceError, UsageError
from tests.hostile import serving
from tests.shop import BEGINNER, Shop, running


PLAIN = Terminal(plain=True, interactive=False, colour=False, unicode=True, width=80)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return an empty home."""
    monkeypatch.setenv("SRE_COURSE_HOME", str(tmp_path))
    return Home(tmp_path)


@pytest.fixture
def shop(home: Home) -> Iterator[tuple[Shop, str]]:
    """Run a shop as the beginner exercise's app."""
    with running(home) as made:
        yield made


def load(  # noqa: PLR0913 - what a test may want to be different
    *,
    rps: float = 100,
    duration: str = "0.3s",
    routes: tuple[str, ...] = (),
    scan: bool = False,
    seed: int = 1,
    url: str = "",
    as_json: bool = False,
) -> int:
    """Run `load`."""
    asked = loading.Asked("", rps, duration, routes, scan, seed, url, as_json)
    return loading.run_load(asked, PLAIN)


def metrics(
    pattern: str = "",
    *,
    since_last: bool = False,
    everything: bool = False,
    url: str = "",
    as_json: bool = False,
) -> int:
    """Run `metrics`."""
    asked = scraping.Asked(
        pattern,
        watch=False,
        since_last=since_last,
        everything=everything,
        url=url,
        json=as_json,
    )
    return scraping.run_metrics(asked, PLAIN)


def test_load_sends_every_route(
    shop: tuple[Shop, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """And says what came of it."""
    assert load(duration="0.6s") == 0
    paths = {line.split("?")[0].rstrip("0123456789") for line in shop[0].seen}
    assert paths == {
        "GET /",
        "GET /products",
        "GET /products/",
        "GET /search",
        "GET /reports/daily",
        "POST /orders",
    }
    out = capsys.readouterr().out
    assert out.startswith(f"100 requests per second to {shop[1]}, for 0.6 s (seed 1)\n")
    assert "60 requests in " in out
    assert "Next: sre-course metrics --since-last" in out


def test_a_seed_sends_the_same_again(shop: tuple[Shop, str]) -> None:
    """Another one does not, and none is another one each time."""
    heard: list[list[str]] = []
    for seed in (5, 5, 0, 0):
        shop[0].seen.clear()
        load(seed=seed)
        heard.append(sorted(shop[0].seen))
    assert heard[0] == heard[1]
    assert heard[2] != heard[3]


@pytest.mark.parametrize("name", ["/search", "GET /search", " GET   /search"])
def test_load_of_one_route(shop: tuple[Shop, str], name: str) -> None:
    """With or without its method."""
    load(routes=(name,))
    assert {line.partition("?")[0] for line in shop[0].seen} == {"GET /search"}


def test_a_scan_is_two_hundred_unknown_urls(
    shop: tuple[Shop, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, and nothing else."""
    assert load(scan=True, rps=400) == 0
    assert len(set(shop[0].seen)) == len(shop[0].seen) == 200
    assert "200x404" in capsys.readouterr().out


def test_load_as_json(
    shop: tuple[Shop, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """One object and nothing beside it."""
    assert load(as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["format"] == 1
    assert document["exercise"] == "day1/beginner"
    assert (document["rate"], document["planned"]) == (100, 30)
    assert document["total"]["requests"] == 30
    assert document["total"]["due"]["p99"] > 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"duration": "soon"}, "is no length of time"),
        ({"duration": "0s"}, "is no length of time"),
        ({"duration": "-5s"}, "is no length of time"),
        ({"duration": "9999h"}, "requests; at most 1,000,000"),
        ({"rps": 1e6}, "--rps must lie between"),
        ({"rps": -1}, "--rps must lie between"),
        ({"routes": ("/nowhere\x1b[1m",)}, r"no route /nowhere\\x1b\[1m"),
        ({"url": "ftp://a"}, "is not the address of an app"),
    ],
)
def test_what_load_does_not_understand(
    shop: tuple[Shop, str], given: dict[str, object], message: str
) -> None:
    """A message each, and nothing is sent."""
    with pytest.raises(UsageError, match=message) as error:
        load(**given)  # type: ignore[arg-type] # a table of arguments
    assert error.value.fix
    assert shop[0].seen == []


@pytest.mark.parametrize(("text", "seconds"), [("2m", 120), ("500ms", 0.5), ("3", 3)])
def test_lengths_of_time(text: str, seconds: float) -> None:
    """With a unit or in seconds."""
    assert loading._seconds(text) == seconds  # noqa: SLF001 - half a minute is long


@pytest.mark.parametrize("command", [load, metrics])
def test_nothing_runs(home: Home, command: object) -> None:
    """Both say how to start something."""
    assert callable(command)
    with pytest.raises(ServiceError, match="Nothing of day1/beginner is running") as no:
        command()
    assert no.value.fix == "sre-course start beginner"


def test_the_app_is_gone(shop: tuple[Shop, str], home: Home) -> None:
    """Said before half a minute of load is spent on nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(ServiceError, match="Nothing listens at"):
        load(url=gone)
    with pytest.raises(ServiceError, match="nothing listens at"):
        metrics(url=gone)
    started = Running("day1/beginner", "embedded", "k", "f", "t", {"app": gone}, {})
    save_running(home, BEGINNER, started)
    with pytest.raises(ServiceError) as error:
        load()
    assert error.value.fix.startswith("sre-course start beginner")


def test_an_app_that_never_answers(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is no load: the exit code says so."""
    with serving(lambda _connection, _head: None) as url:
        started = Running("day1/beginner", "embedded", "k", "f", "t", {"app": url}, {})
        save_running(home, BEGINNER, started)
        assert load() == 3
    assert "30xno answer" in capsys.readouterr().out


def test_metrics_shows_series_and_hides_those_of_the_process(
    shop: tuple[Shop, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless asked; escapes are shown, not obeyed."""
    assert metrics() == 0
    out = capsys.readouterr().out
    assert out == (
        "requests_total  (counter)\n"
        '  x="\\x1b]0;owned"            0\n'
        "1 series of the process itself are not shown: --all\n"
    )
    metrics(everything=True)
    assert "process_cpu_seconds_total  (unknown)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("requests", 1), ("req.*tal", 1), ("x=", 1), ("nothing", 0), ("(", 0), ("[", 0)],
)
def test_filters(
    shop: tuple[Shop, str],
    capsys: pytest.CaptureFixture[str],
    pattern: str,
    found: int,
) -> None:
    """Part of a series, or a pattern; what is no pattern is taken as it stands."""
    assert metrics(pattern) == 0
    out = capsys.readouterr().out
    assert out.count("owned") == found
    assert ("No series matches." in out) == (not found)


def test_since_last_tells_what_changed(
    shop: tuple[Shop, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Between two looks, wherever they were taken from."""
    metrics(since_last=True)
    assert "This is your first look" in capsys.readouterr().out
    load(rps=100, duration="100ms", seed=1)
    capsys.readouterr()
    metrics("requests", since_last=True)
    out = capsys.readouterr().out
    assert out.startswith("Changes since ")
    assert "10       +10" in out
    metrics(since_last=True)
    assert "Nothing changed." in capsys.readouterr().out


def test_metrics_as_json(
    shop: tuple[Shop, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """With changes since the last look."""
    metrics()
    shop[0].seen.append("x")
    capsys.readouterr()
    assert metrics(as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    (sample,) = document["samples"]
    assert (sample["name"], sample["value"], sample["change"]) == (
        "requests_total",
        1,
        1,
    )
    assert document["problem"] is None


def test_metrics_that_no_scraper_could_use(
    shop: tuple[Shop, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The line is named, and it is not yet done."""
    shop[0].metrics = "requests = 5\n"
    assert metrics() == 1
    out = capsys.readouterr().out
    assert out.startswith("A scraper could not use this: line 1: ")
    assert metrics(as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["problem"] == "unparsable"


def test_a_url_of_ones_own(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """An app's, or of the metrics themselves; nothing needs to run."""
    with serving(Shop()) as url:
        assert metrics(url=url) == 0
        assert metrics(url=f"{url}/") == 0
        assert metrics(url=f"{url}/metrics") == 0
        assert metrics(url=f"{url}/elsewhere") == 1
    assert "it answers 404 instead of 200" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["http://[::1", "127.0.0.1:8000", "https://a/metrics"])
def test_what_is_no_url_is_refused(home: Home, url: str) -> None:
    """With a message that says how one looks."""
    with pytest.raises(UsageError, match="is not the address of an app"):
        metrics(url=url)


def test_a_home_that_cannot_be_written_is_no_hindrance(
    shop: tuple[Shop, str], home: Home
) -> None:
    """Looking needs no disk."""
    (home.state / "metrics").write_text("in the way")
    assert metrics() == 0
