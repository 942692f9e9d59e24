"""`load`: find the running app, send the mix of its users, say what came of it."""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from sre_course import wiring
from sre_course.adapters.bounded_http import server_at
from sre_course.adapters.state.home import home
from sre_course.adapters.traffic.open_loop import Schedule, drive
from sre_course.adapters.ui.load import Silent, progress, summary
from sre_course.adapters.ui.terminal import Terminal
from sre_course.cli.settings import say
from sre_course.domain.behaviour import Behaviour
from sre_course.domain.errors import ServiceError, UsageError
from sre_course.domain.ledger import Request
from sre_course.domain.load import Load, to_document
from sre_course.engine.mix import mix, routes_of, scan


FASTEST = 1000.0  # requests per second
MOST = 1_000_000  # requests
RPS, SCAN_RPS = 20.0, 100.0
SCAN_GRACE = 30.0  # seconds: all of it is to be sent, however slow the app
UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0}
EXAMPLE = "sre-course load --rps 20 --for 30s"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says; an rps or a seed of 0 means none was given."""

    tier: str
    rps: float
    duration: str
    routes: tuple[str, ...]
    scan: bool
    seed: int
    url: str
    json: bool


def run_load(asked: Asked, terminal: Terminal) -> int:
    """Load the app and return the exit code."""
    where = home()
    which = wiring.resolve(asked.tier, where)
    running = wiring.current_environment(where, which)
    start = f"sre-course start {which.tier}"
    if running is None:
        raise ServiceError(f"Nothing of {which} is running", fix=start)
    url = asked.url or running.endpoints["app"]
    seed = asked.seed or secrets.randbelow(10**6) + 1
    behaviour = Behaviour(wiring.exercise(which).dependency, running.fault_seed)
    requests, schedule = _what(asked, behaviour, seed)
    if not server_at(url).listens():
        raise ServiceError(
            f"Nothing listens at {url}",
            fix="Start your app there" if asked.url else f"{start}, which says why",
        )
    if not asked.json:
        what = "unknown URLs, once" if asked.scan else f"for {schedule.seconds:g} s"
        say(f"{schedule.rate:g} requests per second to {url}, {what} (seed {seed})")
    load = _sent(url, requests, schedule, asked, terminal)
    if asked.json:
        about = {"exercise": str(which), "url": url, "seed": seed}
        rate = {"rate": schedule.rate}
        say(json.dumps({**to_document(load), **about, **rate}, indent=1))
    else:
        for line in summary(load):
            say(line)
        say()
        say("Next: sre-course metrics --since-last")
    return 0 if load.answered or load.interrupted else 3


def _what(
    asked: Asked, behaviour: Behaviour, seed: int
) -> tuple[Iterator[Request], Schedule]:
    if asked.rps < 0 or asked.rps > FASTEST:
        raise UsageError(f"--rps must lie between 0 and {FASTEST:g}", fix=EXAMPLE)
    if asked.scan:
        unknown = scan(seed)
        rate = asked.rps or SCAN_RPS
        return iter(unknown), Schedule(rate, len(unknown) / rate, grace=SCAN_GRACE)
    schedule = Schedule(asked.rps or RPS, _seconds(asked.duration))
    if schedule.planned > MOST:
        raise UsageError(
            f"That would be {schedule.planned:,} requests; at most {MOST:,}",
            fix=EXAMPLE,
        )
    return mix(behaviour, seed, _only(asked.routes, behaviour)), schedule


def _seconds(text: str) -> float:
    found = re.fullmatch(
        r"([0-9]{1,9}(?:\.[0-9]+)?) ?(ms|s|m|h|)", text.strip().lower()
    )
    seconds = float(found[1]) * UNITS[found[2]] if found else 0.0
    if not seconds:
        raise UsageError(f"--for {text[:40]!a} is no length of time", fix=EXAMPLE)
    return seconds


def _only(routes: tuple[str, ...], behaviour: Behaviour) -> list[str]:
    """Return the full names of some routes, which may be given without a method."""
    known = routes_of(behaviour)
    found: list[str] = []
    for route in routes:
        wanted = " ".join(route.split())
        names = [n for n in known if wanted in (n, n.partition(" ")[2])]
        if not names:
            raise UsageError(
                f"The app has no route {ascii(route[:60])[1:-1]}",
                fix=f"Name one of: {', '.join(n.partition(' ')[2] for n in known)}",
            )
        found += names
    return found


def _sent(
    url: str,
    requests: Iterator[Request],
    schedule: Schedule,
    asked: Asked,
    terminal: Terminal,
) -> Load:
    shown = Silent() if asked.json else progress(terminal, schedule.planned)
    try:
        return drive(
            url,
            requests,
            schedule,
            lambda tally, seconds: shown.show(tally.done, tally.failed, seconds),
        )
    finally:
        shown.close()
