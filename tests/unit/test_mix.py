"""What `load` sends: ordinary traffic whose shares come out near the seeded truth."""

from collections import Counter
from itertools import islice

import pytest

from sre_course.domain.behaviour import (
    Behaviour,
    DependencySpec,
    FaultSpec,
    Outcome,
    RouteSpec,
)
from sre_course.domain.ledger import Request
from sre_course.engine.mix import mix, routes_of, scan


SPEC = DependencySpec(
    "warehouse",
    "WAREHOUSE_URL",
    (
        RouteSpec("GET", "/products", "query:page", (10, 20)),
        RouteSpec("GET", "/products/{pid}", "path", (12, 18), known=500),
        RouteSpec("GET", "/search", "query:q", (20, 40)),
        RouteSpec("GET", "/reports/daily", "query:date", (60, 90)),
        RouteSpec("POST", "/orders", "body:order", (30, 60)),
    ),
    FaultSpec(
        ("/products", "/products/{pid}", "/search", "/reports/daily"),
        (0.08, 0.25),
        (350, 700),
        "/orders",
        (0.04, 0.09),
    ),
)
SEEDS = [f"fault-{n}" for n in range(25)]


def taken(behaviour: Behaviour, count: int, seed: int = 1, *only: str) -> list[Request]:
    """Return the first requests of a mix."""
    return list(islice(mix(behaviour, seed, only), count))


def slow_ones(behaviour: Behaviour, requests: list[Request]) -> list[Request]:
    """Return the requests that will be slow, by the dependency's own word."""
    return [r for r in requests if fate(behaviour, r)[0]]


def fate(behaviour: Behaviour, request: Request) -> tuple[bool, Outcome]:
    """Ask the dependency's behaviour about a request as it goes over the wire."""
    import json

    body = json.loads(request.body) if request.body else None
    matched = behaviour.match(request.method, request.path, body)
    if matched is None:
        assert request.path == "/"
        return False, Outcome.OK
    effect = behaviour.effect(*matched)
    return effect.slow, effect.outcome


@pytest.mark.parametrize("seed", SEEDS)
def test_shares_are_near_the_truth_in_half_a_minute(seed: str) -> None:
    """At 20 requests per second: within a point, for slow and refused ones alike."""
    behaviour = Behaviour(SPEC, seed)
    requests = taken(behaviour, 600)
    route = [r for r in requests if r.cell.endswith(f" {behaviour.slow_route}")]
    share = len(slow_ones(behaviour, route)) / len(route)
    assert share == pytest.approx(behaviour.slow_share, abs=1.1 / len(route))
    orders = [r for r in requests if r.cell == "POST /orders"]
    refused = [r for r in orders if fate(behaviour, r)[1] is Outcome.REFUSED]
    truth = behaviour.refuse_share
    assert len(refused) / len(orders) == pytest.approx(truth, abs=1.1 / len(orders))


@pytest.mark.parametrize("seed", SEEDS[:5])
def test_no_other_route_is_slow_or_refused(seed: str) -> None:
    """Faults are where the seed put them."""
    behaviour = Behaviour(SPEC, seed)
    requests = taken(behaviour, 300)
    slow_cells = {r.cell for r in slow_ones(behaviour, requests)}
    assert slow_cells == {f"GET {behaviour.slow_route}"}
    for request in requests:
        outcome = fate(behaviour, request)[1]
        assert outcome is Outcome.OK or request.cell == "POST /orders"


def test_every_route_is_sent_equally_often() -> None:
    """The index page too."""
    behaviour = Behaviour(SPEC, "f")
    counts = Counter(r.cell for r in taken(behaviour, 600))
    assert counts == dict.fromkeys(routes_of(behaviour), 100)


def test_what_is_expected_follows_from_the_behaviour() -> None:
    """Statuses and the time that the dependency takes."""
    behaviour = Behaviour(SPEC, "f")
    requests = taken(behaviour, 600)
    assert {r.expect for r in requests if r.cell == "POST /orders"} == {201, 500}
    assert {r.expect for r in requests if r.method == "GET"} == {200}
    assert all(r.floor > 0 for r in requests if r.path != "/")


def test_keys_are_fresh_where_they_can_be() -> None:
    """Ids of a fixed set come round again, however long the load."""
    behaviour = Behaviour(SPEC, "f")
    requests = taken(behaviour, 6000)
    searched = [r.path for r in requests if r.cell == "GET /search"]
    assert len(set(searched)) == len(searched)
    products = [r.key for r in requests if r.cell == "GET /products/{pid}"]
    assert len(products) > 500
    assert {1 <= int(key) <= 500 for key in products} == {True}


def test_a_seed_is_reproducible_and_another_one_differs() -> None:
    """The same requests in the same order, or not."""
    behaviour = Behaviour(SPEC, "f")
    assert taken(behaviour, 50, 7) == taken(behaviour, 50, 7)
    assert taken(behaviour, 50, 7) != taken(behaviour, 50, 8)


def test_one_route_alone() -> None:
    """Named as in `routes_of`."""
    behaviour = Behaviour(SPEC, "f")
    assert {r.cell for r in taken(behaviour, 40, 1, "GET /search")} == {"GET /search"}


def test_a_set_of_ids_without_a_fate_is_used_all_the_same() -> None:
    """Five ids may hold no slow one."""
    route = RouteSpec("GET", "/p/{id}", "path", (1, 2), known=1)
    faults = FaultSpec(("/p/{id}",), (0.5, 0.5), (3, 4), "/none", (0, 0))
    behaviour = Behaviour(DependencySpec("d", "D", (route,), faults), "f")
    assert {r.key for r in taken(behaviour, 60, 1, "GET /p/{id}")} == {"1"}


def test_a_scan_asks_for_what_no_app_has() -> None:
    """Two hundred unknown URLs, none twice."""
    requests = scan(3)
    assert len({r.path for r in requests}) == 200
    behaviour = Behaviour(SPEC, "f")
    assert {behaviour.match("GET", r.path) for r in requests} == {None}
    assert scan(3) == requests
