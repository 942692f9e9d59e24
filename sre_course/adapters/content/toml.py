"""Read a TOML manifest strictly: unknown keys are errors, and all are told at once."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sre_course.domain.errors import ContentError


T = TypeVar("T")
FORMAT_VERSION = 1


class Table:
    """One table of a manifest, which notes every mistake instead of stopping."""

    def __init__(
        self, values: Mapping[str, Any], where: str, mistakes: list[str]
    ) -> None:
        self._values = values
        self._where = where
        self._left = set(values)
        self.mistakes = mistakes

    def wrong(self, key: str, what: str) -> None:
        """Note a mistake at a key."""
        self.mistakes.append(f"{self._where}{key}: {what}")

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        """Return a value of a kind; without a default the key must be there."""
        self._left.discard(key)
        if key not in self._values:
            if default is None:
                self.wrong(key, "is missing")
            return kind() if default is None else default
        value = self._values[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.wrong(key, f"must be {_NAMES[kind]}, not {value!r}")
            return kind() if default is None else default
        return value

    def strings(self, key: str, *, needed: bool = True) -> tuple[str, ...]:
        """Return a list of strings."""
        values: list[Any] = self.take(key, list, None if needed else [])
        if not all(isinstance(v, str) for v in values):
            self.wrong(key, "must hold strings only")
            return ()
        return tuple(values)

    def pair(self, key: str) -> tuple[float, float]:
        """Return a range: two numbers, the lower one first."""
        values: list[Any] = self.take(key, list)
        numbers = [float(v) for v in values if isinstance(v, int | float)]
        if key not in self._values:
            return (0.0, 0.0)
        if len(values) != len(numbers) or len(numbers) != 2 or numbers[0] > numbers[1]:  # noqa: PLR2004 - a range has two ends
            self.wrong(key, "must be [lowest, highest]")
            return (0.0, 0.0)
        return (numbers[0], numbers[1])

    def table(self, key: str) -> "Table":
        """Return a table inside this one; a missing one is a mistake."""
        values: dict[str, Any] = self.take(key, dict)
        return Table(values, f"{self._where}{key}.", self.mistakes)

    def tables(self, key: str) -> tuple["Table", ...]:
        """Return an array of tables, perhaps empty."""
        values: list[Any] = self.take(key, list, [])
        return tuple(
            Table(
                v if isinstance(v, dict) else {},
                f"{self._where}{key}[{n}].",
                self.mistakes,
            )
            for n, v in enumerate(values)
        )

    def done(self) -> None:
        """Note every key that nobody took."""
        for key in sorted(self._left):
            self.wrong(key, "is not known")


_NAMES: Mapping[type, str] = {
    bool: "true or false",
    dict: "a table",
    int: "a whole number",
    list: "a list",
    str: "a string",
}


def read_manifest(path: Path, build: Callable[[Table], T], fix: str) -> T:
    """Read a manifest and build a value of it.

    Raises ContentError with every mistake as `file: key: what`.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ContentError(f"{path}: {error}", fix=fix) from error
    mistakes: list[str] = []
    table = Table(document, "", mistakes)
    version = table.take("format_version", int)
    if "format_version" in document and version != FORMAT_VERSION:
        mistakes.append(
            f"format_version: is {version}, this course reads {FORMAT_VERSION}"
        )
    value = build(table)
    table.done()
    if mistakes:
        raise ContentError("\n".join(f"{path}: {m}" for m in mistakes), fix=fix)
    return value
