"""What each series counts, told from its growth alone; the traffic that allows it."""

import math
from itertools import combinations

import pytest

from sre_course import wiring
from sre_course.checkkit import (
    ODD,
    OURS,
    PROBE,
    SCRAPE,
    Behaviour,
    Decoder,
    Exchange,
    Ledger,
    Plan,
    choose_counts,
    decoder,
    distinct,
    families,
    measurable,
    reconcilable,
)
from sre_course.checkkit.families import add, unit_of
from sre_course.checkkit.keys import Keys, not_found, ordinary, refused, slow
from sre_course.domain.behaviour import Call, Outcome
from sre_course.domain.exercise import ExerciseId
from sre_course.domain.ledger import Window
from sre_course.domain.seeds import fault_seed
from sre_course.domain.signals import Sample, Scrape
from tests.chance import chance


SPEC = wiring.exercise(ExerciseId("day1", "beginner")).dependency
SCRAPES = (1, 2, 4)  # one in the idle round, which has three probes


def plan(seed: int) -> tuple[Behaviour, Plan]:
    """Return the traffic of a seed, for the faults of another learner each."""
    behaviour = Behaviour(SPEC, fault_seed(f"learner {seed}", "day1/beginner", 1))
    return behaviour, reconcilable(behaviour, seed, "/healthz")


def decoding(made: Plan, *, slack: int = 0) -> Decoder:
    """Return the decoder of a plan that was carried out, with some scrapes of ours."""
    rounds = tuple(
        tuple(Exchange(request, 0.0, 0.01, request.expect) for request in part)
        for part in made.rounds
    )
    return decoder(made.cells, Ledger(Window(0, 1), rounds), SCRAPES, slack=slack)


def growth(how: Decoder, cells: frozenset[str]) -> tuple[float, ...]:
    """Return what a series grows by that counts some cells."""
    return tuple(map(float, how.total(cells)))


@pytest.mark.parametrize("seed", range(60))
def test_any_subset_of_cells_decodes_to_itself(seed: int) -> None:
    """Whatever a learner's series counts together, its growth says what it is."""
    random = chance(seed)
    _, made = plan(seed)
    how = decoding(made)
    names = [cell.name for cell in made.cells] + [PROBE, SCRAPE]
    for _ in range(40):
        cells = frozenset(n for n in names if random.random() < random.random())
        assert how.decode(growth(how, cells)) == cells


@pytest.mark.parametrize("seed", range(4))
def test_all_subsets_of_cells_are_distinct(seed: int) -> None:
    """Not only those that were drawn: no two sets have the same sums."""
    _, made = plan(seed)
    how = decoding(made)
    vectors = [how.sent[n] for n in [*(c.name for c in made.cells), PROBE]]

    assert len(how.table) == 2 ** len(vectors)
    assert distinct(vectors)


@pytest.mark.parametrize("seed", range(20))
def test_one_request_more_or_less_decodes_to_nothing_right(seed: int) -> None:
    """A count that is off by one is never taken for the count that was sent."""
    random = chance(seed)
    _, made = plan(seed)
    how = decoding(made)
    required = frozenset(c.name for c in made.cells if c.required)
    sent = growth(how, required)
    for place in (1, 2):
        for off in (-1, 1, random.choice([-2, 2, 0.5])):
            wrong = list(sent)
            wrong[place] += off
            assert how.decode(tuple(wrong)) != required


@pytest.mark.parametrize("seed", range(5))
def test_scrapes_that_the_store_counted_a_little_differently(seed: int) -> None:
    """Within the slack they are told as scrapes; beyond it, as nothing."""
    _, made = plan(seed)
    cell = made.cells[-2].name
    for off, slack, found in (
        (1, 1, True),
        (1, 0, False),
        (-1, 1, True),
        (3, 2, False),
    ):
        how = decoding(made, slack=slack)
        seen = tuple(s + off for s in SCRAPES)
        grown = add([growth(how, frozenset({cell})), tuple(map(float, seen))])
        assert (how.decode(grown) == frozenset({cell, SCRAPE})) is found


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan, 0.5])
def test_growth_that_is_no_count(odd: float) -> None:
    """It is of nothing that we sent; the next one is looked at."""
    _, made = plan(1)

    assert decoding(made).decode((0.0, odd, 1.0)) is None
    assert decoding(made).decode((0.0, 0.0, 0.0)) == frozenset()


@pytest.mark.parametrize("seed", range(30))
def test_the_traffic_of_a_seed(seed: int) -> None:
    """What a plan promises: bounded, fresh, every cell, each fate as it was wanted."""
    behaviour, made = plan(seed)
    idle, *loaded = made.rounds
    requests = [r for part in loaded for r in part if r.cell not in OURS]

    assert {r.cell for r in idle} == {PROBE}
    assert sum(r.cell != ODD for r in requests) <= 350
    assert {r.cell for r in requests} == {c.name for c in made.cells}
    assert {r.cell for r in made.warm_up} >= {c.name for c in made.cells if c.required}
    everything = [r for part in (made.warm_up, *made.rounds) for r in part]
    tokens = [dict(r.headers).get("X-Request-ID") for r in everything if r.headers]
    assert len(set(tokens)) == len(tokens)
    keys = [(r.cell.split(" ")[1], r.key) for r in everything if r.key]
    assert len(set(keys)) == len(keys)
    for request in requests:
        if not request.key:
            continue
        matched = behaviour.match(request.method, request.path, {"order": request.key})
        assert matched
        effect = behaviour.effect(*matched)
        status = {Outcome.NOT_FOUND: 404, Outcome.REFUSED: 500}.get(
            effect.outcome, 201 if request.method == "POST" else 200
        )
        assert (request.expect, request.floor) == (status, effect.seconds)
    slow_ones = [r for r in requests if r.floor >= 0.35]
    assert {r.cell for r in slow_ones} == {f"GET {behaviour.slow_route} 200"}
    both = [r for r in requests if r.cell == f"GET {behaviour.slow_route} 200"]
    assert 0 < len(slow_ones) < len(both)


def test_the_same_seed_sends_the_same() -> None:
    """And another seed something else."""
    assert plan(3) == plan(3)
    assert plan(3)[1].rounds != plan(4)[1].rounds


@pytest.mark.parametrize("seed", range(10))
def test_counts_that_were_chosen_are_distinct(seed: int) -> None:
    """By brute force over all pairs of subsets, for as many cells as that allows."""
    counts = choose_counts(chance(seed), 6, most=200)
    sums = {
        tuple(map(sum, zip((0, 0), *chosen, strict=True)))
        for size in range(7)
        for chosen in combinations(counts, size)
    }

    assert len(sums) == 2**6
    assert sum(map(sum, counts)) <= 200
    assert list(counts) == sorted(counts, key=sum)


@pytest.mark.parametrize(
    "counts", [[(1, 2), (1, 2)], [(1, 1), (2, 2), (3, 3)], [(5, 0), (0, 5), (5, 5)]]
)
def test_counts_that_are_not_distinct(counts: list[tuple[int, int]]) -> None:
    """Equal ones, and one that is the sum of others."""
    assert not distinct(counts)
    assert distinct([*counts[:-1], (60, 61)])


def test_keys_never_come_twice() -> None:
    """Until there are none left, which is told."""
    behaviour, _ = plan(1)
    (route,) = [r for r in SPEC.routes if r.known]
    keys = Keys(behaviour, chance(1))
    drawn = [keys.draw(route, not_found)[0] for _ in range(100)]

    assert len(set(drawn)) == 100
    assert all(int(key) > 500 for key in drawn)
    with pytest.raises(ValueError, match="no such key left"):
        Keys(behaviour, chance(2)).draw(route, refused)


@pytest.mark.parametrize("fate", [ordinary, slow, refused, not_found])
def test_fates_exclude_one_another(fate: object) -> None:
    """A call meets exactly one of the four."""
    behaviour, _ = plan(2)
    fates = (ordinary, slow, refused, not_found)
    for route in SPEC.routes:
        for n in range(1, 900):
            effect = behaviour.effect(route, str(n))
            assert sum(is_so(effect) for is_so in fates) == 1


def scraped(*values: tuple[str, float], kind: str = "counter", **labels: str) -> Scrape:
    """Return a scrape of some samples of one family."""
    return Scrape(
        0.0,
        samples=tuple(
            Sample(name, tuple(sorted(labels.items())), value, "x", kind)
            for name, value in values
        ),
    )


def test_families_of_all_shapes() -> None:
    """A histogram without _count counts by its last bucket; odd bounds are no bound."""

    def look(value: float) -> Scrape:
        rows = [("0.1", 1.0), ("+Inf", 2.0), ("much", 1.0)]
        return Scrape(
            0.0,
            samples=tuple(
                Sample("x_bucket", (("le", le),), n * value, "x", "histogram")
                for le, n in rows
            ),
        )

    (family,) = families([look(0), look(1), look(3)])
    (series,) = family.series
    assert family.counting_name == "x_count"
    assert series.growth == (2, 4)
    assert series.buckets
    assert (series.buckets[0.1], series.total) == ((1, 2), ())


def test_a_histogram_of_nothing_but_a_sum() -> None:
    """It counts nothing."""
    (family,) = families([scraped(("x_sum", n), kind="histogram") for n in (0, 1)])

    assert family.series[0].growth == (0,)
    assert family.series[0].total == (1,)


def test_series_that_come_later_start_from_nothing() -> None:
    """And what a client library says of itself is no family of the app."""
    looks = [Scrape(0.0), scraped(("x_total", 4), route="/a"), scraped(("x_total", 9))]
    (family,) = families(looks)
    assert [s.growth for s in family.series] == [(4, -4), (0, 9)]

    own = Sample("go_x_total", (), 1.0, "go_x_total", "counter")
    odd = Sample("y", (), math.nan, "y", "gauge")
    assert families([Scrape(0.0, samples=(own, odd))] * 2) == ()


@pytest.mark.parametrize("values", [20, 21])
def test_labels_with_very_many_values_are_left_out(values: int) -> None:
    """No template needs more than twenty: beyond, the series are added up."""

    def look(n: float) -> Scrape:
        return Scrape(
            0.0,
            samples=tuple(
                Sample("x_total", (("a", str(k)), ("b", "z")), n, "x", "counter")
                for k in range(values)
            ),
        )

    (family,) = families([look(0), look(1)])

    assert len(family.series) == (20 if values == 20 else 1)
    assert family.growth == (values,)


def test_merged_histograms_add_their_buckets() -> None:
    """Also where some series lack a bound or a sum."""

    def look(n: float) -> Scrape:
        samples = []
        for k in range(21):
            labels = (("a", str(k)),)
            bound = "0.1" if k else "0.5"
            samples += [
                Sample("x_bucket", (*labels, ("le", le)), n, "x", "histogram")
                for le in (bound, "+Inf")
            ]
            samples.append(Sample("x_count", labels, n, "x", "histogram"))
            if k:
                samples.append(Sample("x_sum", labels, n / 2, "x", "histogram"))
        return Scrape(0.0, samples=tuple(samples))

    (family,) = families([look(0), look(1)])
    (series,) = family.series
    assert series.labels == ()
    assert series.buckets == {0.1: (20,), 0.5: (1,), math.inf: (21,)}
    assert (series.growth, series.total) == ((21,), (10,))


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("http_seconds", 1),
        ("request_duration_ms", 1e3),
        ("took_microseconds_total", 1e6),
        ("ns", 1e9),
        ("time_s", 1),
        ("items", None),
        ("seconds_hand", 1),
        ("parsecs", None),
    ],
)
def test_units_in_names(name: str, unit: float | None) -> None:
    """As a word of its own, wherever it stands."""
    assert unit_of(name) == unit


def test_older_stretches_are_looked_at_together() -> None:
    """Forty episodes one by one; what was before them counts as one."""
    calls = [
        Call(10.0 * n, "/a", str(n), 0.0, Outcome.OK, slow=not n) for n in range(45)
    ]
    shares = list(measurable(calls, "/a", lambda call: call.slow))

    assert max(s.whole for s in shares) == 45
    assert sum(s.whole == 1 for s in shares) == 40
    assert [(s.part, s.whole) for s in shares if s.whole == 5 and s.part] == [(1, 5)]
    assert list(measurable(calls, "/b", lambda _: True)) == []
