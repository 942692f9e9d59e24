"""A load as it is shown."""

import io

from sre_course.adapters.ui.load import Bar, Lines, Silent, progress, summary
from sre_course.adapters.ui.terminal import Terminal
from sre_course.domain.load import Latency, Load, RouteLoad, to_document


FAST = Latency(0.0041, 0.02, 0.5, 0.9)
PLAIN = Terminal(plain=True, interactive=False, colour=False, unicode=True, width=80)
FANCY = Terminal(plain=False, interactive=True, colour=True, unicode=True, width=80)


def a_load(
    *,
    statuses: dict[str, int],
    problems: dict[str, int] | None = None,
    due: Latency = FAST,
    not_sent: int = 0,
    interrupted: bool = False,
) -> Load:
    """Return a load over one route."""
    count = sum(statuses.values())
    route = RouteLoad("GET /search", count, statuses, due, FAST)
    total = RouteLoad("all", count, statuses, due, FAST)
    return Load(
        30.0, count + not_sent, not_sent, interrupted, total, (route,), problems or {}
    )


def test_a_summary_is_a_table() -> None:
    """With the way that latency was measured."""
    lines = list(summary(a_load(statuses={"200": 99, "500": 1})))
    assert lines[0] == "100 requests in 30.0 s"
    assert lines[3] == (
        "GET /search                 100   4.1    20   500   900  99x200 1x500"
    )
    assert "Latency in ms, from when a request was due: what a user waits." in lines
    assert lines[-1] == "From when it was sent: p50 4.1, p95 20, p99 500, max 900."
    assert max(map(len, lines)) <= 80


def test_several_routes_have_a_total() -> None:
    """One alone needs none."""
    one = a_load(statuses={"200": 3})
    both = Load(
        1.0,
        6,
        0,
        interrupted=False,
        total=one.total,
        routes=one.routes * 2,
        problems={},
    )
    assert sum(line.startswith("all ") for line in summary(one)) == 0
    assert sum(line.startswith("all ") for line in summary(both)) == 1


def test_what_was_not_sent_is_said() -> None:
    """With what it means."""
    lines = list(summary(a_load(statuses={"200": 5}, not_sent=7)))
    assert lines[1].startswith("7 of 12 were due, but not sent in time")


def test_an_early_end_is_said() -> None:
    """Ctrl-C."""
    lines = list(summary(a_load(statuses={"200": 5}, interrupted=True)))
    assert lines[0].endswith(", ended early by Ctrl-C")


def test_waiting_for_a_connection_is_told_apart() -> None:
    """Where the two latencies differ much."""
    waited = a_load(statuses={"200": 5}, due=Latency(1, 2, 3, 4))
    assert list(summary(waited))[-1].startswith("The difference is time spent waiting")


def test_no_answers_have_no_latency_but_reasons() -> None:
    """Shown safely."""
    failed = a_load(
        statuses={"no answer": 4}, problems={"boom\x1b[1m": 4}, due=Latency()
    )
    lines = list(summary(failed))
    assert lines[3].split()[2:7] == ["4", "-", "-", "-", "-"]
    assert lines[-1] == "No answer, 4 times: boom\\x1b[1m"
    assert not any("Latency" in line for line in lines)


def test_long_route_names_are_shortened() -> None:
    """The columns stay where they are."""
    route = RouteLoad("GET /" + "x" * 40, 1, {"200": 1}, FAST, FAST)
    load = Load(1.0, 1, 0, interrupted=False, total=route, routes=(route,), problems={})
    assert f"GET /{'x' * 16}…" in list(summary(load))[3]


def test_plain_progress_is_a_line_every_five_seconds() -> None:
    """Not one for each request."""
    out = io.StringIO()
    lines = Lines(600, out)
    for tenth in range(120):
        lines.show(tenth * 2, 3 if tenth > 70 else 0, tenth / 10)
    lines.close()
    assert out.getvalue() == (
        "5 s: 100 of 600 requests done\n"
        "10 s: 200 of 600 requests done, 3 without an answer\n"
    )


def test_progress_suits_the_terminal() -> None:
    """Lines where there is no drawing, a bar where there is."""
    assert isinstance(progress(PLAIN, 5), Lines)
    bar = progress(FANCY, 5)
    assert isinstance(bar, Bar)
    bar.show(3, 1, 0.5)
    bar.close()
    Silent().show(1, 0, 0.1)
    Silent().close()


def test_the_document_has_everything() -> None:
    """For `load --json`."""
    document = to_document(a_load(statuses={"200": 5}))
    assert document["format"] == 1
    assert document["planned"] == 5
