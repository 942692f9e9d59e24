"""What ordinary users of an exercise's app send, for as long as one likes."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from random import Random

from sre_course.checkkit.keys import ordinary, refused, slow
from sre_course.checkkit.traffic import addressed
from sre_course.domain.behaviour import Behaviour, Effect, Outcome, RouteSpec
from sre_course.domain.ledger import Request


BLOCK = 25  # requests of a route within which shares come out nearly right
ROOT = Request("GET /", "GET", "/", 200)
SCANNED = ("admin", "backup", "cgi-bin", "config", "old", "phpmyadmin", "wp-login")

Fate = Callable[[Effect], bool]
STATUS = {Outcome.OK: 200, Outcome.REFUSED: 500, Outcome.NOT_FOUND: 404}


def routes_of(behaviour: Behaviour) -> tuple[str, ...]:
    """Return the names of the routes that the mix has, such as `GET /search`."""
    return (ROOT.cell, *(_name(r) for r in behaviour.spec.routes))


def mix(behaviour: Behaviour, seed: int, only: Sequence[str] = ()) -> Iterator[Request]:
    """Yield requests without end, every route equally often, in random order.

    `only` are names out of `routes_of`. Keys are fresh, except where a route has a
    fixed set of ids. Within each block of a route's requests the number of slow and
    of refused ones is within one of the share that the fault seed chose: a learner
    who measures for half a minute measures something close to the truth.
    """
    random = Random(seed)  # noqa: S311 - reproducible on purpose
    sources = {ROOT.cell: cycle([ROOT])} | {
        _name(route): _of_route(behaviour, route, random)
        for route in behaviour.spec.routes
    }
    names = [n for n in sources if not only or n in only]
    while True:
        random.shuffle(names)
        for name in names:
            yield next(sources[name])


def scan(seed: int, count: int = 200) -> tuple[Request, ...]:
    """Return requests for URLs that no app has, none twice, as scanners send them."""
    random = Random(seed)  # noqa: S311 - likewise
    return tuple(
        Request(
            "GET (unknown path)",
            "GET",
            f"/{random.choice(SCANNED)}/{random.getrandbits(40):010x}",
            404,
        )
        for _ in range(count)
    )


def _name(route: RouteSpec) -> str:
    return f"{route.method} {route.route}"


def _of_route(
    behaviour: Behaviour, route: RouteSpec, random: Random
) -> Iterator[Request]:
    draw = _known_keys if route.known else _any_keys
    special: list[tuple[float, Fate]] = []
    if route.route == behaviour.slow_route:
        special.append((behaviour.slow_share, slow))
    if route.route == behaviour.spec.faults.refuse_route:
        special.append((behaviour.refuse_share, refused))
    keys: dict[Fate, Iterator[tuple[str, Effect]]] = {
        f: draw(behaviour, route, f, random) for f in (slow, refused, ordinary)
    }
    fates = _fates(special, random)
    while True:
        key, effect = next(keys[next(fates)])
        status = STATUS[effect.outcome]
        made = Request(
            _name(route),
            route.method,
            route.route,
            201 if status == STATUS[Outcome.OK] and route.method == "POST" else status,
            key=key,
            floor=effect.seconds,
        )
        yield addressed(made, route, key)


def _fates(special: Sequence[tuple[float, Fate]], random: Random) -> Iterator[Fate]:
    """Yield fates whose counts stay within one of their shares, block by block."""
    due = [(share, random.random(), fate) for share, fate in special]
    done = 0
    while True:
        block: list[Fate] = []
        for share, offset, fate in due:
            before = math.floor(done * share + offset)
            after = math.floor((done + BLOCK) * share + offset)
            block += [fate] * (after - before)
        block += [ordinary] * (BLOCK - len(block))
        random.shuffle(block)
        yield from block
        done += BLOCK


def _any_keys(
    behaviour: Behaviour, route: RouteSpec, fate: Fate, random: Random
) -> Iterator[tuple[str, Effect]]:
    while True:
        key = f"{random.getrandbits(40):010x}"
        if route.key.endswith(":date"):
            day = random.randrange(365 * 200)
            key = f"{1900 + day // 365}-{day % 12 + 1:02}-{day % 28 + 1:02}"
        effect = behaviour.effect(route, key)
        if fate(effect):
            yield key, effect


def _known_keys(
    behaviour: Behaviour, route: RouteSpec, fate: Fate, random: Random
) -> Iterator[tuple[str, Effect]]:
    """Yield all ids of a fate in random order, again and again; any, if it has none."""
    ids = [str(n) for n in range(1, (route.known or 0) + 1)]
    random.shuffle(ids)
    effects = [(key, behaviour.effect(route, key)) for key in ids]
    yield from cycle([e for e in effects if fate(e[1])] or effects)
