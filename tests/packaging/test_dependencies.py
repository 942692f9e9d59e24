"""What is installed is declared where it is imported, and pinned."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.packaging.checkout import ROOT


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONSTRAINTS = (ROOT / "constraints.txt").read_text()
# What learners write their apps with: we install it, and do not import it.
FOR_LEARNERS = {"flask", "opentelemetry-sdk"}


def declared() -> dict[str, Requirement]:
    """Return what the project says that it needs."""
    found = map(Requirement, PROJECT["project"]["dependencies"])
    return {canonicalize_name(each.name): each for each in found}


def pins() -> dict[str, str]:
    """Return the pinned versions."""
    lines = [line.strip() for line in CONSTRAINTS.splitlines()]
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def imported() -> set[str]:
    """Return the distributions that our modules import anywhere."""
    names = set()
    for path in (ROOT / "sre_course").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    known = packages_distributions()
    return {
        canonicalize_name(known[name][0])
        for name in names - sys.stdlib_module_names - {"sre_course", "checks"}
    }


def groups(name: str) -> Iterator[Requirement]:
    """Return what a dependency group asks for, included groups too."""
    for each in PROJECT["dependency-groups"][name]:
        if isinstance(each, str):
            yield Requirement(each)
        else:
            yield from groups(each["include-group"])


def closure() -> set[str]:
    """Return all that ends up installed: ours, the tests', and the build backend's."""
    waiting = [
        *declared().values(),
        *groups("dev"),
        *map(Requirement, PROJECT["build-system"]["requires"]),
    ]
    seen: set[tuple[str, str]] = set()
    while waiting:
        each = waiting.pop()
        for extra in ("", *each.extras):
            if (key := (canonicalize_name(each.name), extra)) in seen:
                continue
            seen.add(key)
            waiting += [
                needed
                for line in distribution(each.name).requires or []
                for needed in [Requirement(line)]
                if not needed.marker or needed.marker.evaluate({"extra": extra})
            ]
    return {name for name, _ in seen}


def test_what_is_imported_is_declared() -> None:
    """Nothing is there by the grace of another package; nothing is there for nobody."""
    assert set(declared()) - FOR_LEARNERS == imported()


def test_everything_is_pinned() -> None:
    """Two set-ups from the same commit are the same, their build backend included."""
    assert closure() - set(pins()) == set()


def test_the_pins_are_what_we_allow() -> None:
    """A pin outside of our own bounds could never be installed."""
    for each in [*declared().values(), *groups("dev")]:
        assert each.specifier.contains(Version(pins()[canonicalize_name(each.name)]))


@pytest.mark.parametrize("what", ["://", "--", "@", ";", "/"])
def test_the_pins_name_no_address(what: str) -> None:
    """Where packages come from is the business of the machine."""
    lines = [line for line in CONSTRAINTS.splitlines() if not line.startswith("#")]

    assert not any(what in line for line in lines)
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+|", line) for line in lines)


def test_every_lower_bound_has_been_thought_of() -> None:
    """A requirement without one would let an ancient release in."""
    for each in declared().values():
        assert any(s.operator == ">=" for s in each.specifier), each
