"""The RED queries, in the learner's own names."""

import re

from sre_course.domain.red import RedNames


PLAIN = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def rate(names: RedNames, window: str) -> str:
    """Return requests per second, by route."""
    return f"sum{_by(names)} (rate({_series(names.requests)}[{window}]))"


def error_rate(names: RedNames, window: str) -> str:
    """Return failed requests per second, by route; "" if nothing tells which."""
    if not names.status_label:
        return ""
    return f"sum{_by(names)} (rate({_failed(names)}[{window}]))"


def error_ratio(names: RedNames, window: str) -> str:
    """Return the share of requests that fail, 0 to 1; "" if nothing tells which."""
    if not names.status_label:
        return ""
    failed = f"sum(rate({_failed(names)}[{window}]))"
    # without the second part there is no value until the first error
    failed = f"({failed} or vector(0))"
    return f"{failed} / sum(rate({_series(names.requests)}[{window}]))"


def error_ratios(names: RedNames, window: str) -> str:
    """Return the share of requests that fail, by route, for routes that ever failed."""
    if not names.status_label:
        return ""
    everything = f"sum{_by(names)} (rate({_series(names.requests)}[{window}]))"
    return f"{error_rate(names, window)} / {everything}"


def quantile(names: RedNames, share: float, window: str) -> str:
    """Return a duration in seconds that a share of requests stays below."""
    if not names.duration:
        return ""
    bucket = _series(f"{names.duration}_bucket")
    query = f"histogram_quantile({share:g}, sum by (le) (rate({bucket}[{window}])))"
    return query if names.per_second == 1 else f"{query} / {names.per_second:g}"


def _by(names: RedNames) -> str:
    return f" by ({_name(names.route_label)})" if names.route_label else ""


def _series(name: str, matchers: str = "") -> str:
    parts = [f'"{_escaped(name)}"'] if not PLAIN.fullmatch(name) else []
    inside = ",".join([*parts, *([matchers] if matchers else [])])
    head = "" if parts else name
    return f"{head}{{{inside}}}" if inside else head


def _failed(names: RedNames) -> str:
    matcher = f'{_name(names.status_label)}=~"{_escaped(names.errors)}"'
    return _series(names.requests, matcher)


def _name(label: str) -> str:
    """Return a label's name, quoted where only Prometheus 3 takes it."""
    return label if PLAIN.fullmatch(label) else f'"{_escaped(label)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
