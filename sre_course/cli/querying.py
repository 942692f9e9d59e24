"""Ask the real stack: PromQL, and the alerts that were sent."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sre_course import wiring
from sre_course.adapters.bounded_http import NoAnswer, fetch
from sre_course.adapters.state.home import home
from sre_course.adapters.telemetry.prometheus_api import PrometheusApi
from sre_course.adapters.ui.terminal import visible
from sre_course.cli.settings import say
from sre_course.domain.environment import Running
from sre_course.domain.errors import ServiceError, UsageError


UNITS = {"s": 1, "m": 60, "h": 3600}  # in seconds
POINTS = 20  # of one series, as many as a screen holds
SHOWN = 50  # series
ALERTS_TIMEOUT = 5.0  # seconds
ALERTS_LIMIT = 1 << 20  # bytes


def run_promql(expression: str, over: str, *, as_json: bool) -> int:
    """Evaluate a query and print its result. Raises UsageError for a bad one."""
    api = PrometheusApi(_running().endpoints["prometheus"])
    if over:
        end = time.time()
        seconds = _seconds(over)
        step = max(1.0, seconds / POINTS)
        data = api.range(expression, end - seconds, end, step)
    else:
        data = api.instant(expression)
    if as_json:
        say(json.dumps({"format": 1, "query": expression, **data}))
        return 0
    for line in lines(data):
        say(line)
    return 0


def run_alerts(*, as_json: bool) -> int:
    """Print the notifications that have arrived, the newest first."""
    url = _running().endpoints["alerts"]
    path = "/alerts" if as_json else "/"
    answer = fetch(url, path, ALERTS_TIMEOUT, ALERTS_LIMIT)
    if isinstance(answer, NoAnswer):
        raise ServiceError(
            f"The alerts cannot be asked for: {answer.detail}",
            fix="Run `sre-course start` again: it starts whatever is missing",
        )
    text = answer.body.decode("utf-8", "backslashreplace").rstrip("\n")
    if as_json:
        text = json.dumps({"format": 1, "alerts": json.loads(text)})
    say(visible(text, limit=ALERTS_LIMIT))
    return 0


def _running() -> Running:
    """Return the environment with the real stack. Raises ServiceError without one."""
    where = home()
    which = wiring.resolve("", where)
    running = wiring.current_environment(where, which)
    if running is None or "prometheus" not in running.endpoints:
        found = f"{which} runs without it" if running else "nothing runs"
        raise ServiceError(
            f"This asks a real Prometheus, and {found}",
            fix=f"Run `sre-course start {which.tier} --backend docker`; without "
            "Docker, `sre-course metrics` shows the numbers",
        )
    return running


def _seconds(text: str) -> float:
    found = re.fullmatch(r"([0-9]{1,6})([smh])", text)
    if not found or not int(found[1]):
        raise UsageError(
            f"{visible(text, limit=40)} is no length of time",
            fix="Write it as in --range 5m or --range 30s",
        )
    return float(int(found[1]) * UNITS[found[2]])


def lines(data: Mapping[str, Any]) -> Sequence[str]:
    """Return a query's result in lines: one for each series, or each of its points."""
    result = data["result"]
    if data["resultType"] in ("scalar", "string"):
        return [str(result[1])]
    if not result:
        return ["No series matches. Is the name right? See: sre-course metrics"]
    found = []
    for series in result[:SHOWN]:
        name = visible(_series(series["metric"]))
        if "value" in series:
            found.append(f"{_number(series['value'][1]):>14}  {name}")
            continue
        found.append(name)
        found += [
            f"  {time.strftime('%H:%M:%S', time.localtime(at))}  {_number(value):>14}"
            for at, value in series.get("values", ())
        ]
    if len(result) > SHOWN:
        found.append(f"… and {len(result) - SHOWN} more series")
    return found


def _series(metric: Mapping[str, str]) -> str:
    name = metric.get("__name__", "")
    inside = ", ".join(f'{n}="{v}"' for n, v in metric.items() if n != "__name__")
    return f"{name}{{{inside}}}" if inside or not name else name


def _number(text: str) -> str:
    """Return a sample's value as it reads best: six figures are more than enough."""
    return f"{float(text):.6g}"
