"""Images: which are here, and how the others get here, with or without a network."""

import hashlib
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.errors import ImageNotFound
from docker.models.images import Image as Found

from sre_course.adapters.environments.docker.errors import explained
from sre_course.adapters.environments.docker.files import archive
from sre_course.adapters.environments.docker.known_errors import PULL
from sre_course.adapters.environments.docker.stack import Image, Stack
from sre_course.domain.errors import ServiceError, UsageError


BUILT = "sre-course/app"
LIST = "images.txt"  # of a bundle: the image map for who loads it
BUILD_TIME = 900  # seconds
AUTHORITIES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
FORWARDED = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
PIECE = 1 << 20  # bytes

# What is being done, how much of it is done, and how much there is: bytes, or 0 of 0.
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Status:
    """One image: `size` in MB as it lies here, 0 where it does not."""

    image: Image
    reference: str
    size: int

    @property
    def here(self) -> bool:
        """Whether the engine has it."""
        return self.size > 0


class Images:
    """The images of an engine that the course uses.

    `extra` are further requirements of pip for the image of the learner's app.
    """

    def __init__(self, client: DockerClient, stack: Stack, extra: str = "") -> None:
        self._client = client
        self._stack = stack
        self._extra = extra

    def status(self, names: Iterable[str]) -> tuple[Status, ...]:
        """Return how some images are, in the order in which they must be had."""
        wanted = set(names)
        if "app" in wanted and not self._stack.images["app"].mapped:
            wanted.add("python")  # it is built from that
        order = [n for n in self._stack.images if n in wanted]
        return tuple(self._status(self._stack.images[name]) for name in order)

    def _status(self, image: Image) -> Status:
        reference = self.reference(image)
        found = self._find(reference)
        size = int(found.attrs.get("Size") or 1) if found else 0
        return Status(image, reference, max(1, size // 10**6) if found else 0)

    def reference(self, image: Image) -> str:
        """Return an image's reference; the app's holds a hash of what it is made of."""
        if image.name != "app" or image.mapped:
            return image.reference
        base = self._stack.images["python"].reference
        parts = [
            base.encode(),
            *(content for _, content in sorted(self._context().items())),
        ]
        return f"{BUILT}:{hashlib.sha256(b'|'.join(parts)).hexdigest()[:12]}"

    def id(self, name: str) -> str:
        """Return the id of an image that is here. Raises ServiceError if it is not."""
        image = self._stack.images[name]
        found = self._find(self.reference(image))
        if found is None:
            raise ServiceError(
                f"The image {self.reference(image)} is not here", fix=PULL
            )
        return str(found.id)

    def _find(self, reference: str) -> Found | None:
        with explained("looking for images"):
            try:
                return self._client.images.get(reference)
            except ImageNotFound:
                return None

    def fetch(self, missing: Sequence[Status], tell: Tell) -> None:
        """Pull or build what is missing. Raises ServiceError with the next step."""
        for status in missing:
            if status.image.name == "app" and not status.image.mapped:
                self._build(status.reference, tell)
            else:
                self._pull(status.reference, tell)

    def _pull(self, reference: str, tell: Tell) -> None:
        """Pull one image, telling how many bytes of its layers have arrived."""
        repository, tag = split(reference)
        layers: dict[str, tuple[int, int]] = {}
        with explained(f"pulling {reference}"):
            events = self._client.api.pull(
                repository, tag=tag, stream=True, decode=True
            )
            for event in events:
                if "error" in event:
                    raise OSError(event["error"])
                _note(event, layers)
                done, total = (
                    sum(p) for p in zip((0, 0), *layers.values(), strict=True)
                )
                tell(f"Pulling {reference}", done, total)

    def _build(self, reference: str, tell: Tell) -> None:
        base = self._stack.images["python"]
        tell(f"Building {reference} from {base.reference}", 0, 0)
        arguments = {n: os.environ[n] for n in FORWARDED if os.environ.get(n)}
        files = {**self._context(), "context/authorities.crt": _authorities()}
        with explained(f"building {reference}"):
            self._client.images.build(
                fileobj=io.BytesIO(archive(files)),
                custom_context=True,
                tag=reference,
                buildargs={**arguments, "BASE": base.reference},
                rm=True,
                forcerm=True,
                timeout=BUILD_TIME,
            )

    def _context(self) -> Mapping[str, bytes]:
        folder = resources.files(__package__).joinpath("app")
        requirements = folder.joinpath("requirements.txt").read_bytes()
        return {
            "Dockerfile": folder.joinpath("Dockerfile").read_bytes(),
            "context/requirements.txt": requirements + b"\n" + self._extra.encode(),
        }

    def save(self, names: Iterable[str], folder: Path, tell: Tell) -> Sequence[Path]:
        """Write images into a folder for a machine without a network.

        Raises ServiceError, for one if an image is not here.
        """
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        lines = []
        for status in self.status(names):
            if not status.here:
                raise ServiceError(
                    f"The image {status.reference} is not here", fix=PULL
                )
            path = folder / f"{status.image.name}.tar"
            with explained(f"saving {status.reference}"):
                found = self._client.images.get(status.reference)
                done = 0
                with path.open("wb") as file:
                    for piece in found.save(chunk_size=PIECE, named=status.reference):
                        done += file.write(piece)
                        tell(f"Saving {status.reference}", done, status.size * 10**6)
            written.append(path)
            lines.append(f"{status.image.name}={status.reference}\n")
        (folder / LIST).write_text("".join(lines), encoding="utf-8")
        return written

    def load(self, folder: Path, tell: Tell) -> Sequence[str]:
        """Load a folder that `save` wrote; return the references that are here now.

        Raises UsageError if it is none.
        """
        bundles = sorted(folder.glob("*.tar"))
        if not bundles:
            raise UsageError(
                f"{folder} is no bundle of images: there is no .tar file in it",
                fix="Make one where there is a network: sre-course images save FOLDER",
            )
        found = []
        for path in bundles:
            tell(f"Loading {path.name}", 0, 0)
            with explained(f"loading {path}"), path.open("rb") as file:
                loaded = self._client.images.load(file)
            found += [tag for image in loaded for tag in image.tags]
        return found


def split(reference: str) -> tuple[str, str]:
    """Return a reference's repository and its tag or digest; `latest` if it has none.

    A registry's port looks like a tag, but a path comes after it.
    """
    repository, at, digest = reference.partition("@")
    if at:
        return repository, digest
    repository, colon, tag = reference.rpartition(":")
    return (repository, tag) if colon and "/" not in tag else (reference, "latest")


def _note(event: Mapping[str, Any], layers: dict[str, tuple[int, int]]) -> None:
    """Note how much of a layer has arrived, and how large it is, in bytes."""
    layer, detail = str(event.get("id")), event.get("progressDetail") or {}
    if event.get("status") == "Downloading" and detail.get("total"):
        layers[layer] = (int(detail["current"]), int(detail["total"]))
    elif layer in layers and event.get("status") == "Download complete":
        total = layers[layer][1]
        layers[layer] = (total, total)


def _authorities() -> bytes:
    """Return the certificate authorities that this machine's pip trusts, if named.

    Where a network opens TLS, pip in a build would trust nobody otherwise.
    """
    for variable in AUTHORITIES:
        path = os.environ.get(variable)
        if path and Path(path).is_file():
            return Path(path).read_bytes()
    return b""


def required(stack: Stack, services: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the images that some services run in."""
    return tuple(dict.fromkeys(stack.image_of[name] for name in services))


def megabytes(missing: Sequence[Status]) -> tuple[int, int]:
    """Return roughly what missing images take to download and on disk, in MB."""
    return sum(s.image.download for s in missing), sum(s.image.disk for s in missing)
