"""Whether the installed packages go together, as `pip check` would say."""

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distributions


NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;)]*)\)?")
CLAUSE = re.compile(r"\s*(===|==|!=|<=|>=|~=|<|>)\s*([^\s,]+)\s*")
VERSION = re.compile(r"v?(?:\d+!)?(\d+(?:\.\d+)*)[-_.]?(a|b|c|rc|dev|post)?[-_.]?(\d*)")
# where a suffix sorts beside the plain version
STAGES = {"dev": -4, "a": -3, "b": -2, "c": -1, "rc": -1, "": 0, "post": 1}

Order = tuple[tuple[int, ...], int, int]


def conflicts(found: Iterable[Distribution] | None = None) -> list[str]:
    """Return one line for each requirement that is missing or of a wrong version.

    Requirements with a marker (extras, systems) are not looked at.
    """
    installed: dict[str, Distribution] = {}
    for each in distributions() if found is None else found:
        installed.setdefault(_folded(each.name), each)
    versions = {name: each.version for name, each in installed.items()}
    lines = []
    for each in installed.values():
        for requirement in each.requires or ():
            problem = _problem(requirement, versions)
            if problem:
                lines.append(f"{each.name} {each.version} needs {problem}")
    return sorted(lines)


def _problem(requirement: str, versions: Mapping[str, str]) -> str:
    matched = NAME.match(requirement)
    if not matched or ";" in requirement or "@" in requirement:
        return ""
    name, clauses = matched[1], matched[2]
    version = versions.get(_folded(name))
    if version is None:
        return f"{name}, which is not installed"
    if all(satisfies(version, op, to) for op, to in CLAUSE.findall(clauses)):
        return ""
    return f"{name} {clauses.strip()}, but {version} is installed"


def satisfies(version: str, operator: str, wanted: str) -> bool:
    """Return whether a version is what one clause of a requirement asks for.

    Versions that are not understood are taken to be right.
    """
    if wanted.endswith(".*"):
        head = _order(wanted[:-2])
        ours = _order(version)
        if head is None or ours is None:
            return True
        starts = ours[0][: len(head[0])] == head[0]
        return starts if operator == "==" else not starts
    left, right = _order(version), _order(wanted)
    if left is None or right is None:
        return True
    if operator == "~=":
        series = right[0][:-1]
        same = _padded(left)[0][: len(series)] == series
        return same and _padded(left) >= _padded(right)
    return {
        "==": _padded(left) == _padded(right),
        "===": version == wanted,
        "!=": _padded(left) != _padded(right),
        "<=": _padded(left) <= _padded(right),
        ">=": _padded(left) >= _padded(right),
        "<": _padded(left) < _padded(right),
        ">": _padded(left) > _padded(right),
    }[operator]


def _order(version: str) -> Order | None:
    matched = VERSION.match(version)
    if not matched:
        return None
    release = tuple(map(int, matched[1].split(".")))
    return release, STAGES[matched[2] or ""], int(matched[3] or 0)


def _padded(order: Order, width: int = 6) -> Order:
    release = order[0] + (0,) * (width - len(order[0]))
    return release, order[1], order[2]


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
