"""Files of ours as a tar archive: the way into a container on any engine."""

import io
import tarfile
import time
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


# What containers run of ours: plain Python without third parties.
PARTS = ("domain", "dependency", "supervisor")
ENCLOSING = (
    "sre_course/adapters",
    "sre_course/adapters/environments",
    "sre_course/adapters/environments/docker",
)
FOLDER = "/course"  # where it lies in every container


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return a tar archive of files by path: root's, readable by everyone."""
    buffer = io.BytesIO()
    folders: set[str] = set()
    now = int(time.time())
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, content in files.items():
            for folder in _folders(path):
                if folder not in folders:
                    folders.add(folder)
                    info = tarfile.TarInfo(folder)
                    info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, now
                    tar.addfile(info)
            info = tarfile.TarInfo(path)
            info.size, info.mode, info.mtime = len(content), 0o644, now
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


@cache
def course_code() -> Mapping[str, bytes]:
    """Return the sources that run in containers, by path below FOLDER."""
    package = resources.files("sre_course")
    files = {"sre_course/__init__.py": package.joinpath("__init__.py").read_bytes()}
    for part in PARTS:
        files |= _sources(package.joinpath(part), f"sre_course/{part}")
    for name in ENCLOSING:
        files[f"{name}/__init__.py"] = b""
    inside = resources.files(__package__).joinpath("inside")
    return files | _sources(inside, f"{ENCLOSING[-1]}/inside")


def _sources(folder: Traversable, at: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.name.endswith(".py"):
            found[f"{at}/{entry.name}"] = entry.read_bytes()
        elif entry.is_dir() and entry.name != "__pycache__":
            found |= _sources(entry, f"{at}/{entry.name}")
    return found
