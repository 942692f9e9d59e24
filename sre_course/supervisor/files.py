"""The supervisor's own files.

It never makes a folder: a home that was deleted stays so. And nothing here fails: a
full disk must not end what the learner is looking at.
"""

import contextlib
import json
import os
import threading
import time
from pathlib import Path
from typing import IO


LOG_SIZE = 1 << 20  # bytes, twice: the file and the one before it
OUTPUT_SIZE = 8 << 20  # likewise
CLOSED = -1
TAIL = 8192  # bytes of output that are kept in memory


def replace(path: Path, text: str) -> None:
    """Replace a file atomically, if the disk lets us."""
    temporary = f"{path}.{os.getpid()}"
    with contextlib.suppress(OSError):
        try:
            Path(temporary).write_text(text, encoding="utf-8")
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)


def log(path: Path, event: str, **fields: object) -> None:
    """Append one JSON line to the log."""
    line = json.dumps({"at": round(time.time(), 3), "event": event, **fields}) + "\n"
    with contextlib.suppress(OSError):
        if path.exists() and path.stat().st_size > LOG_SIZE:
            path.replace(f"{path}.1")
        with path.open("a", encoding="utf-8") as file:
            file.write(line)


class Tee:
    """One of the app's output streams, copied to a bounded file as it is."""

    def __init__(self, path: Path, size: int = OUTPUT_SIZE) -> None:
        self._path = path
        self._size = size
        self._lock = threading.Lock()
        self._written = 0
        self._handle = CLOSED
        self._tail = b""
        with contextlib.suppress(OSError):
            if path.exists():  # of an environment before this one
                path.replace(f"{path}.1")

    def fresh(self) -> None:
        """Forget the tail: another process is about to write."""
        with self._lock:
            self._tail = b""

    @property
    def tail(self) -> str:
        """The last that was written."""
        with self._lock:
            return self._tail.decode("utf-8", "backslashreplace")

    def follow(self, source: IO[bytes]) -> None:
        """Copy until the end of the stream, then close it."""
        with source:
            while chunk := source.read(1 << 16):
                self.write(chunk)

    def write(self, chunk: bytes) -> None:
        """Append; where the disk is full, the bytes are lost and the app goes on."""
        with self._lock:
            self._tail = (self._tail + chunk)[-TAIL:]
            with contextlib.suppress(OSError):
                if self._handle < 0 or self._written + len(chunk) > self._size:
                    self._rotate()
                self._written += os.write(self._handle, chunk)

    def _rotate(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = CLOSED
            self._path.replace(f"{self._path}.1")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._handle, self._written = os.open(self._path, flags, 0o600), 0
