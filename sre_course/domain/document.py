"""Fields of JSON objects that were not read into values of ours.

The quickest commands look at a few fields and cannot wait for more. Whatever is not
as we write it raises TypeError.
"""

from collections.abc import Mapping


Values = Mapping[str, object]


def table(value: object) -> Values:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no object")
    return value


def text(values: Values, name: str, default: str | None = None) -> str:
    """Return a field that is a string; without a default it must be there."""
    found = values.get(name, default)
    if not isinstance(found, str):
        raise TypeError(f"`{name}` is {found!r}")
    return found


def whole(values: Values, name: str, default: int | None = None) -> int:
    """Return a field that is a whole number; without a default it must be there."""
    found = values.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool):
        raise TypeError(f"`{name}` is {found!r}")
    return found


def seconds(values: Values, name: str) -> float:
    """Return a field that is a time in seconds."""
    found = values.get(name)
    if not isinstance(found, int | float) or isinstance(found, bool):
        raise TypeError(f"`{name}` is {found!r}")
    return found
