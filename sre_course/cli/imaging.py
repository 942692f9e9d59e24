"""What `sre-course images` does."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from sre_course.adapters.environments.docker.engine import (
    connect,
    describe,
    require_disk,
)
from sre_course.adapters.environments.docker.images import Images, Status, megabytes
from sre_course.adapters.environments.docker.stack import Stack, load_stack
from sre_course.adapters.ui.asking import Asking
from sre_course.cli.settings import say, terminal


@contextlib.contextmanager
def _images(stack: Stack) -> Iterator[Images]:
    client = connect()
    try:
        yield Images(client, stack)
    finally:
        client.close()


def _names(stack: Stack, *, lite: bool) -> list[str]:
    """Return the images of all services, or of those that are not for looking only."""
    services = [s for s in stack.limits if not (lite and s in stack.uis)]
    return [stack.image_of[service] for service in services]


def run_list(*, lite: bool, as_json: bool) -> int:
    """Print one line for each image."""
    stack = load_stack()
    with _images(stack) as images:
        found = images.status(_names(stack, lite=lite))
    if as_json:
        say(json.dumps({"format": 1, "images": [_document(s) for s in found]}))
        return 0
    width = max(len(s.reference) for s in found)
    for status in found:
        size = f"{status.size} MB here"
        size = size if status.here else f"about {status.image.download} MB to download"
        say(f"{status.image.name:<13}  {status.reference:<{width}}  {size}")
    download, disk = megabytes([s for s in found if not s.here])
    if disk:
        say(f"Missing: about {download} MB to download, {disk} MB on disk")
        say("Next: sre-course images pull")
    else:
        say("All are here. Next: sre-course start day1 --backend docker")
    return 0


def _document(status: Status) -> dict[str, object]:
    return {
        "name": status.image.name,
        "reference": status.reference,
        "here": status.here,
        "megabytes": status.size,
        "download_megabytes": status.image.download,
        "purpose": status.image.purpose,
    }


def run_pull(*, lite: bool) -> int:
    """Get what is missing. Raises ServiceError with the next step."""
    stack = load_stack()
    asking = Asking(terminal())
    client = connect()
    try:
        images = Images(client, stack)
        found = images.status(_names(stack, lite=lite))
        missing = [s for s in found if not s.here]
        require_disk(describe(client), tuple(s.image for s in missing))
        if missing:
            download, disk = megabytes(missing)
            say(f"About {download} MB to download, {disk} MB on disk")
        images.fetch(missing, asking.tell)
    finally:
        client.close()
    asking.done()
    say("All images are here. Next: sre-course start day1 --backend docker")
    return 0


def run_save(folder: Path, *, lite: bool) -> int:
    """Write a bundle. Raises ServiceError if an image is not here."""
    stack = load_stack()
    asking = Asking(terminal())
    with _images(stack) as images:
        images.save(_names(stack, lite=lite), folder, asking.tell)
    asking.done()
    say(f"Saved to {folder}. There: sre-course images load {folder.name}")
    return 0


def run_load(folder: Path) -> int:
    """Load a bundle. Raises UsageError if it is none."""
    asking = Asking(terminal())
    with _images(load_stack()) as images:
        found = images.load(folder, asking.tell)
    asking.done()
    for reference in found:
        say(f"  {reference}")
    say("Next: sre-course start day1 --backend docker")
    return 0
