"""How a dependency of ours behaves: a pure function of seed and business key.

The same request meets the same fate at any concurrency and from any framework
or language, so the checker knows for each one what must have happened.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from urllib.parse import parse_qs, unquote, urlsplit


class Outcome(StrEnum):
    """How the dependency answers."""

    OK = "ok"
    NOT_FOUND = "not found"  # a key that it does not know: 404, an ordinary answer
    REFUSED = "refused"  # 200 with an error document: the caller must notice
    UNKNOWN_ROUTE = "unknown route"


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """One route of the dependency, which is also a route of the learner's app.

    `route` is a template such as `/products/{pid}`. `key` says where the business
    key is: `path`, `query:NAME` or `body:NAME`. `milliseconds` are the fastest and
    the slowest ordinary answer. Path keys above `known` are not found.
    """

    method: str
    route: str
    key: str
    milliseconds: tuple[float, float]
    known: int | None = None


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """What may go wrong; the seed chooses where and how often.

    Shares are fractions of requests, drawn uniformly from the given range.
    """

    slow_one_of: tuple[str, ...]
    slow_share: tuple[float, float]
    slow_milliseconds: tuple[float, float]
    refuse_route: str
    refuse_share: tuple[float, float]


@dataclass(frozen=True, slots=True)
class DependencySpec:
    """A service of ours that the learner's app calls over HTTP."""

    name: str
    variable: str  # the environment variable with its URL
    routes: tuple[RouteSpec, ...]
    faults: FaultSpec


@dataclass(frozen=True, slots=True)
class Effect:
    """What one call meets: a sleep in seconds, then an outcome."""

    seconds: float
    outcome: Outcome
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the dependency's own ledger has it; `at` in epoch seconds."""

    at: float
    route: str
    key: str
    seconds: float
    outcome: Outcome
    slow: bool


def uniform(seed: str, *labels: str) -> float:
    """Return a number in [0, 1) that depends on nothing but its arguments."""
    digest = sha256("\x1f".join((seed, *labels)).encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def _between(bounds: tuple[float, float], fraction: float) -> float:
    low, high = bounds
    return low + (high - low) * fraction


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A dependency's behaviour under one seed."""

    spec: DependencySpec
    seed: str

    @property
    def slow_route(self) -> str:
        """The route with two modes, a fast and a slow one."""
        routes = self.spec.faults.slow_one_of
        return routes[int(uniform(self.seed, "slow route") * len(routes))]

    @property
    def slow_share(self) -> float:
        """The share of the slow route's keys that are slow."""
        return _between(self.spec.faults.slow_share, uniform(self.seed, "slow share"))

    @property
    def refuse_share(self) -> float:
        """The share of the refusing route's keys that are refused."""
        return _between(
            self.spec.faults.refuse_share, uniform(self.seed, "refuse share")
        )

    def effect(self, route: RouteSpec, key: str) -> Effect:
        """Return what a call of a route with a key meets."""
        draw = uniform(self.seed, route.route, key)
        amount = uniform(self.seed, route.route, key, "amount")
        faults = self.spec.faults
        if route.known is not None and not (
            key.isdecimal() and 1 <= int(key) <= route.known
        ):
            return Effect(
                _between(route.milliseconds, amount) / 1000, Outcome.NOT_FOUND
            )
        if route.route == self.slow_route and draw < self.slow_share:
            return Effect(
                _between(faults.slow_milliseconds, amount) / 1000, Outcome.OK, slow=True
            )
        refused = route.route == faults.refuse_route and draw < self.refuse_share
        return Effect(
            _between(route.milliseconds, amount) / 1000,
            Outcome.REFUSED if refused else Outcome.OK,
        )

    def match(
        self, method: str, target: str, body: object = None
    ) -> tuple[RouteSpec, str] | None:
        """Return the route and the key of a request, or None if no route fits.

        `target` is the request target with its query; `body` is the parsed JSON.
        """
        parts = urlsplit(target)
        for route in self.spec.routes:
            key = _path_key(route.route, parts.path)
            if route.method != method or key is None:
                continue
            where, _, name = route.key.partition(":")
            if where == "query":
                key = parse_qs(parts.query).get(name, [""])[0]
            elif where == "body":
                key = str(body.get(name, "")) if isinstance(body, dict) else ""
            return route, key
        return None


def _path_key(template: str, path: str) -> str | None:
    """Return what a path puts in a template's placeholder; None if it differs."""
    head, brace, _ = template.partition("{")
    if not brace:
        return "" if path == template else None
    tail = path[len(head) :]
    if not path.startswith(head) or not tail or "/" in tail:
        return None
    return unquote(tail)
