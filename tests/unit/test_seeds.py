"""Seeds: derived, never shared."""

from itertools import product

from sre_course.domain.seeds import environment_key, fault_seed, traffic_seed


def test_seeds_can_be_derived_again() -> None:
    """An instructor who knows the learner's id gets the same."""
    assert fault_seed("ann", "day1/beginner", 1) == fault_seed(
        "ann", "day1/beginner", 1
    )
    assert fault_seed("ann", "day1/beginner", 1) == (
        "0f5521ee28cae5d854a21b5c1d75653663d3ef8dfc9e03a78864885d01ca3b6e"
    )


def test_no_two_of_them_are_equal() -> None:
    """Each learner, exercise and attempt has its faults, each check its traffic."""
    labels = list(product(["ann", "ben", "an"], ["day1/beginner", "nday1"], [1, 2, 11]))
    assert len({fault_seed(*label) for label in labels}) == len(labels)
    checks = [(*label, check) for label in labels for check in range(20)]
    seeds = [traffic_seed(*check) for check in checks]
    assert len(set(seeds)) == len(seeds)
    assert all(0 < seed < 2**31 for seed in seeds)


def test_an_environment_has_a_key_of_its_own() -> None:
    """Two homes of one learner, and two learners with homes of one name."""
    keys = {
        environment_key(who, home, what)
        for who, home, what in product("ab", ["/one", "/two"], ["day1/x", "day1/y"])
    }
    assert len(keys) == 8
    assert {len(k) for k in keys} == {16}
