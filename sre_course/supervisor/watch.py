"""Notice that the learner saved, by looking: works on every file system."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path


QUIET = 0.2  # seconds without a further change: editors save in several steps
FILES = 2000
DEPTH = 8
SKIPPED = {"__pycache__", "node_modules", "venv"}
# Only what the learner writes: an app that writes its data or log beside itself must
# not restart itself for ever.
SOURCES = "py js mjs cjs ts go rb java kt rs cs php sh html toml yaml yml ini cfg"
SUFFIXES = frozenset(f".{suffix}" for suffix in SOURCES.split())

Snapshot = frozenset[tuple[str, int, int, int]]


class Watch:
    """Says once for each save that the workspace has changed and is quiet again."""

    def __init__(
        self, workspace: Path, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._workspace = workspace
        self._now = now
        self._applied = snapshot(workspace)
        self._last = self._applied
        self._since = now()

    @property
    def pending(self) -> bool:
        """Whether a change waits for quiet: look again soon."""
        return self._last != self._applied

    def changed(self) -> bool:
        """Look at the files; return True once a change has settled."""
        found = snapshot(self._workspace)
        if found != self._last:
            self._last, self._since = found, self._now()
            return False
        if not self.pending or self._now() - self._since < QUIET:
            return False
        self._applied = found
        return True


def snapshot(workspace: Path) -> Snapshot:
    """Return name, modification time, size and inode of every source file."""
    seen = set()
    for path, entry in _sources(str(workspace), DEPTH):
        try:
            stat = entry.stat()
        except OSError:
            continue
        seen.add((path, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        if len(seen) >= FILES:
            break
    return frozenset(seen)


def _sources(folder: str, depth: int) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in SKIPPED:
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth > 1:
                yield from _sources(entry.path, depth - 1)
        elif os.path.splitext(entry.name)[1] in SUFFIXES:  # noqa: PTH122 - 4 times a second
            yield entry.path, entry
