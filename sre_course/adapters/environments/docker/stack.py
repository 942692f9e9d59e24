"""The pinned images and limits of `stack.toml`, and the map that replaces images."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sre_course.domain.errors import ContentError, UsageError


FILE = Path(__file__).with_name("stack.toml")
MAP = "SRE_COURSE_IMAGES"


@dataclass(frozen=True, slots=True)
class Image:
    """A pinned image; `download` and `disk` in MB, roughly.

    `mapped`: somebody named this reference for it, so it is used as it is.
    """

    name: str
    reference: str
    download: int
    disk: int
    purpose: str
    mapped: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service may use: MB of memory, swap included; processors; processes."""

    memory: int
    cpus: float
    pids: int


@dataclass(frozen=True, slots=True)
class Stack:
    """Everything that the Docker backend can start, by name."""

    images: Mapping[str, Image]
    limits: Mapping[str, Limits]
    image_of: Mapping[str, str]  # service -> image
    uis: frozenset[str]  # services that only show

    def image(self, service: str) -> Image:
        """Return the image of a service."""
        return self.images[self.image_of[service]]


def load_stack(image_map: Mapping[str, str] | None = None) -> Stack:
    """Read the pins and put the map's images in their place.

    Without a map, the one of the environment variable SRE_COURSE_IMAGES is used.
    Raises UsageError for a map that names what is not there.
    """
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))
    images = {name: Image(name, **table) for name, table in document["images"].items()}
    given = map_from(os.environ.get(MAP, "")) if image_map is None else image_map
    unknown = sorted(set(given) - set(images))
    if unknown:
        raise UsageError(
            f"{MAP} names images that the course does not use: {', '.join(unknown)}",
            fix=f"It may name {', '.join(sorted(images))}",
        )
    for name, reference in given.items():
        images[name] = replace(images[name], reference=reference, mapped=True)
    services = document["services"]
    return Stack(
        images,
        {n: Limits(s["memory"], s["cpus"], s["pids"]) for n, s in services.items()},
        {n: s["image"] for n, s in services.items()},
        frozenset(n for n, s in services.items() if s.get("ui")),
    )


def map_from(told: str) -> Mapping[str, str]:
    """Return the image map: `name=reference,…` itself, or a file with one a line.

    Raises UsageError for anything else.
    """
    if not told.strip():
        return {}
    text, where = told.replace(",", "\n"), MAP
    if "=" not in told:
        where = told
        try:
            text = Path(told).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{MAP} is neither a map nor a file that can be read: {told}",
                fix="Set it to a file's name, or to "
                "prometheus=REFERENCE,grafana=REFERENCE",
            ) from error
    found = {}
    for line in text.splitlines():
        name, equals, reference = line.partition("#")[0].partition("=")
        if not name.strip() and not equals:
            continue
        if not name.strip() or not reference.strip():
            raise UsageError(
                f"{where}: `{line.strip()}` is not of the form name=reference",
                fix="Mend the line; `sre-course images list` shows the names",
            )
        found[name.strip()] = reference.strip().strip('"')
    return found


def services_for(
    stack: Stack, wanted: tuple[str, ...], *, lite: bool
) -> tuple[str, ...]:
    """Return the services that an exercise starts, the door last: it leads to all.

    `lite` leaves out what only shows. Raises ContentError for an unknown one.
    """
    for name in wanted:
        if name not in stack.limits:
            raise ContentError(
                f"The exercise wants {name}, a service that {FILE.name} does not have",
                fix=f"It may want {', '.join(sorted(stack.limits))}",
            )
    shown = [n for n in wanted if not (lite and n in stack.uis)]
    return ("app", "dependency", *shown, "door")
