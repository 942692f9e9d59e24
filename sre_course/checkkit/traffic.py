"""Two rounds of requests to every route, with counts that tell them apart."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from sre_course.checkkit.keys import Keys, not_found, ordinary, refused, slow
from sre_course.checkkit.plan import Cell, Plan, choose_counts
from sre_course.checkkit.reconcile import PROBE
from sre_course.domain.behaviour import Behaviour, Effect, RouteSpec
from sre_course.domain.ledger import Request


MOST = 350  # requests in both rounds together, odd methods aside
ODD = "odd method"
UNKNOWN = "unknown path 404"
WRONG_METHOD = "wrong method 405"
ODD_EACH_ROUND = 8  # more than the label sets that may be new in a round
PROBES = 3


@dataclass(frozen=True, slots=True)
class _Kind:
    """A cell, and how one request of it is made."""

    cell: Cell
    make: Callable[[int, int], Request]  # of the n-th of that many in a round


def reconcilable(behaviour: Behaviour, seed: int, ready_path: str) -> Plan:
    """Return a plan over all routes of the dependency and what surrounds them.

    Cells are each route's ordinary outcome, unknown ids (404), refusals (500),
    `GET /`, unknown paths (404), a wrong method on a known route (405), and odd
    methods, which a server's parser may refuse. Nothing is sent twice: keys, query
    strings, user agents and request ids are fresh.
    """
    random = Random(seed)  # noqa: S311 - reproducible on purpose
    kinds = _kinds(_Source(behaviour, Keys(behaviour, random), random))
    odd = _Kind(Cell(ODD, "", 405, required=False), lambda *_: _odd(random))
    drawn = choose_counts(
        random, len(kinds), most=MOST, fixed=[(ODD_EACH_ROUND, ODD_EACH_ROUND)]
    )
    # Where clients choose a part of the path the second round must bring many new
    # ones: what a raw path in a label would make of them is the cardinality check.
    fresh = sorted(drawn[3:], key=lambda pair: pair[1])[-2:]
    others = list(drawn)
    for pair in fresh:
        others.remove(pair)
    spread = others[3:]
    random.shuffle(spread)
    counts = [*others[:3], *spread, *fresh]
    rounds: list[list[Request]] = [[], []]
    for kind, pair in zip(kinds, counts, strict=True):
        for part, count in zip(rounds, pair, strict=True):
            part.extend(kind.make(n, count) for n in range(count))
    probe = Request(PROBE, "GET", ready_path, 200)
    for part in rounds:
        part.extend(odd.make(n, ODD_EACH_ROUND) for n in range(ODD_EACH_ROUND))
        part.extend([probe] * PROBES)
        random.shuffle(part)
    return Plan(
        cells=(*(k.cell for k in kinds), odd.cell),
        warm_up=(*(k.make(0, 1) for k in kinds), probe),
        rounds=((probe,) * PROBES, *(tuple(part) for part in rounds)),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """What requests are drawn from."""

    behaviour: Behaviour
    keys: Keys
    random: Random


def _kinds(source: _Source) -> list[_Kind]:
    """Return the kinds, those that may stay rare first, those with raw paths last."""
    random, spec = source.random, source.behaviour.spec
    routes = spec.routes
    refusing = next(r for r in routes if r.route == spec.faults.refuse_route)
    rare = [_kind(source, refusing, 500, refused)]
    first = routes[0]
    rare.append(
        _Kind(
            Cell(WRONG_METHOD, "", 405),
            lambda *_: _dressed(
                random, Request(WRONG_METHOD, "DELETE", first.route, 405)
            ),
        )
    )
    rare += [_kind(source, r, 404, not_found) for r in routes if r.known]
    plain = [_kind(source, r, _ok(r), ordinary) for r in routes if not r.known]
    root = _Kind(
        Cell("GET / 200", "/", 200),
        lambda *_: _dressed(random, Request("GET / 200", "GET", "/", 200)),
    )
    raw = [_kind(source, r, _ok(r), ordinary) for r in routes if r.known]
    unknown = _Kind(
        Cell(UNKNOWN, "", 404),
        lambda *_: _dressed(
            random, Request(UNKNOWN, "GET", f"/{random.getrandbits(48):012x}", 404)
        ),
    )
    return [*rare, *plain, root, *raw, unknown]


def _ok(route: RouteSpec) -> int:
    return 201 if route.method == "POST" else 200


def _kind(
    source: _Source, route: RouteSpec, status: int, fate: Callable[[Effect], bool]
) -> _Kind:
    behaviour, keys, random = source.behaviour, source.keys, source.random
    name = f"{route.method} {route.route} {status}"

    def make(position: int, count: int) -> Request:
        wanted = fate
        if fate is ordinary and route.route == behaviour.slow_route:
            # a fixed k of n, not a coin per request; both modes always occur
            share = round(behaviour.slow_share * count)
            slow_ones = min(max(1, share), count - 1)
            wanted = slow if position < slow_ones else ordinary
        key, effect = keys.draw(route, wanted)
        made = Request(
            name, route.method, route.route, status, key=key, floor=effect.seconds
        )
        return _dressed(random, addressed(made, route, key))

    return _Kind(Cell(name, route.route, status), make)


def addressed(request: Request, route: RouteSpec, key: str) -> Request:
    """Return a request with its key where the route expects it."""
    where, _, name = route.key.partition(":")
    if where == "path":
        head, _, _ = route.route.partition("{")
        return replace(request, path=f"{head}{key}")
    if where == "query":
        return replace(request, path=f"{route.route}?{name}={key}")
    document = {name: key, "sku": f"sku-{key[:3]}", "quantity": 1}
    return replace(
        request,
        headers=(*request.headers, ("Content-Type", "application/json")),
        body=json.dumps(document).encode(),
    )


def _odd(random: Random) -> Request:
    method = f"ODD{random.getrandbits(32):08X}"
    return _dressed(random, Request(ODD, method, "/", None))


def _dressed(random: Random, request: Request) -> Request:
    """Return a request with headers that no other has."""
    token = f"{random.getrandbits(64):016x}"
    return replace(
        request,
        headers=(
            *request.headers,
            ("User-Agent", f"sre-course/{token}"),
            ("X-Request-ID", token),
        ),
    )
