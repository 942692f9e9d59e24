"""One process that we started, with its process group."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from sre_course.supervisor.files import Tee


# SIGINT first: on SIGTERM, Python apps lose what their exporters have not sent yet.
LADDER = ((signal.SIGINT, 3.0), (signal.SIGTERM, 1.0), (signal.SIGKILL, 2.0))
GROUP = 0.5  # seconds that the rest of a group gets once its leader has ended
POLL = 0.01


@dataclass(frozen=True, slots=True)
class Child:
    """A process; `started` in epoch seconds."""

    process: subprocess.Popen[bytes]
    started: float
    readers: tuple[Thread, ...]

    @property
    def pid(self) -> int:
        """Its pid, which is its group's number too."""
        return self.process.pid

    @property
    def incarnation(self) -> str:
        """What no other start of ours has."""
        return f"{self.pid}-{self.started:.6f}"

    @property
    def ended(self) -> str:
        """How it ended, in words; empty while it runs."""
        code = self.process.poll()
        if code is None:
            return ""
        if code >= 0:
            return f"ended with exit code {code}"
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
        return f"was ended by signal {-code}"

    def stop(self) -> None:
        """End the whole group; returns when it is gone or nothing can be done."""
        for number, seconds in LADDER:
            if not self._signal(number):
                break
            if self._wait(seconds):
                break
        self._signal(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(LADDER[-1][1])
        for reader in self.readers:
            reader.join(GROUP)  # what it printed last is what matters

    def _wait(self, seconds: float) -> bool:
        """Return whether leader and group end in time."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL)
        deadline = time.monotonic() + GROUP
        while self._signal(0) and time.monotonic() < deadline:
            time.sleep(POLL)
        return True

    def _signal(self, number: int) -> bool:
        """Signal the group; return whether there is one."""
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def start(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    tees: Sequence[Tee] = (),
    inherited: Sequence[int] = (),
) -> Child:
    """Start a process in a group of its own, with nothing to read from.

    `tees` get its standard output and error; without them the first is dropped and
    the second goes where ours does. Raises OSError where it cannot be started at all.
    """
    process = subprocess.Popen(  # noqa: S603 - the plan says what to run
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if tees else subprocess.DEVNULL,
        stderr=subprocess.PIPE if tees else None,
        pass_fds=inherited,
        process_group=0,
        bufsize=0,
    )
    readers = []
    for stream, tee in zip((process.stdout, process.stderr), tees, strict=False):
        if stream:
            readers.append(Thread(target=tee.follow, args=(stream,), daemon=True))
            readers[-1].start()
    return Child(process, time.time(), tuple(readers))


def end_strays(key: str, role: str) -> None:
    """End what carries our mark but left its group, where the system shows it to us."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        found = _strays(key, role)
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        deadline = time.monotonic() + GROUP
        while found and _strays(key, role) and time.monotonic() < deadline:
            time.sleep(POLL)


def _strays(key: str, role: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            marks = (folder / "environ").read_bytes().split(b"\0")
            if key.encode() in marks and role.encode() in marks:
                found.append(int(folder.name))
    return found
