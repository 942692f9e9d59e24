"""The beginner exercise's criteria on apps in memory: each cause, for several seeds."""

import pytest

from tests.checks.mistakes import (
    Handle,
    always_200,
    failed,
    failures_as_200,
    gauge,
    last_value,
    long,
    milliseconds,
    milliseconds_named,
    no_labels,
    no_status,
    no_time,
    no_unit,
    not_cumulative,
    off_the_objective,
    only_success,
    own_ids,
    plain_summary,
    probes_too,
    raw_method,
    raw_path,
    reference,
    resets,
    rotated_routes,
    scrapes_mixed,
    scrapes_too,
    short,
    swapped,
    twice,
    user_agent,
    wide_buckets,
    with_bars,
)


SEEDS = (1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_passes(seed: int) -> None:
    """A right solution fails nothing but the questions it did not answer."""
    assert failed(reference, seed) == {}


def test_buckets_that_are_no_running_totals_are_rejected() -> None:
    """Buckets are cumulative: bars of a chart are not what quantiles are made of."""
    found = failed(not_cumulative, expose=with_bars)

    assert found == {"buckets_tell_fast_from_slow": "wrong-buckets"}


BLOCKED = "blocked"
UNTIMED = {"buckets_tell_fast_from_slow": BLOCKED, "clean_names": BLOCKED}
WRONG: list[tuple[Handle, dict[str, str]]] = [
    (
        only_success,
        {
            "counts_every_request": "misses-failures",
            "separates_outcomes": BLOCKED,
            "measures_duration": "misses-failures",
            "buckets_tell_fast_from_slow": BLOCKED,
            "clean_names": BLOCKED,
        },
    ),
    (
        twice,
        {
            "counts_every_request": "counts-twice",
            "separates_outcomes": BLOCKED,
            "clean_names": BLOCKED,
        },
    ),
    (
        no_labels,
        {
            "counts_every_request": "no-route-label",
            "separates_outcomes": BLOCKED,
            "clean_names": BLOCKED,
        },
    ),
    (
        rotated_routes,
        {
            "counts_every_request": "wrong-route-label",
            "separates_outcomes": BLOCKED,
            "clean_names": BLOCKED,
        },
    ),
    (no_status, {"separates_outcomes": "no-status-label"}),
    (always_200, {"separates_outcomes": "constant-status"}),
    (failures_as_200, {"separates_outcomes": "failures-as-success"}),
    (swapped, {"separates_outcomes": "wrong-status"}),
    (milliseconds, {"measures_duration": "wrong-unit", **UNTIMED}),
    (short, {"measures_duration": "too-short", **UNTIMED}),
    (long, {"measures_duration": "too-long", **UNTIMED}),
    (last_value, {"measures_duration": "last-value-gauge", **UNTIMED}),
    (no_time, {"measures_duration": "no-histogram", **UNTIMED}),
    (plain_summary, {"buckets_tell_fast_from_slow": "no-buckets"}),
    (wide_buckets, {"buckets_tell_fast_from_slow": "one-bucket"}),
    (off_the_objective, {"buckets_tell_fast_from_slow": "no-objective"}),
    (raw_path, {"bounded_labels": "raw-path"}),
    (raw_method, {"bounded_labels": "raw-method"}),
    (user_agent, {"bounded_labels": "client-label"}),
    (own_ids, {"bounded_labels": "growing"}),
    (scrapes_too, {"clean_names": "counts-scrapes"}),
    (probes_too, {"clean_names": "counts-probes"}),
    (
        scrapes_mixed,
        {
            "counts_every_request": "counts-scrapes",
            "separates_outcomes": BLOCKED,
            "clean_names": BLOCKED,
        },
    ),
    (
        gauge,
        {
            "counts_every_request": "not-a-counter",
            "separates_outcomes": BLOCKED,
            "clean_names": BLOCKED,
        },
    ),
    (
        resets,
        {
            "counts_every_request": "goes-down",
            "separates_outcomes": BLOCKED,
            "measures_duration": "wrong-count",
            "buckets_tell_fast_from_slow": BLOCKED,
            "clean_names": BLOCKED,
        },
    ),
    (milliseconds_named, {"clean_names": "wrong-unit-suffix"}),
    (no_unit, {"clean_names": "no-unit-suffix"}),
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("handle", "expected"), WRONG, ids=[handle.__name__ for handle, _ in WRONG]
)
def test_a_mistake_fails_its_criterion_and_no_other(
    handle: Handle, expected: dict[str, str], seed: int
) -> None:
    """One defect costs one criterion, with its cause; what needs it is blocked."""
    assert failed(handle, seed) == expected
