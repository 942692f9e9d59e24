"""Further engines of our own, each in a network namespace of its own.

What they publish lies on that namespace's loopback interface, so commands that are to
reach it are run inside it.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from docker import DockerClient


PATIENCE = 60  # seconds


@dataclass
class Engine:
    """A dockerd; `folder` holds its data, its socket and its log."""

    name: str
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def host(self) -> str:
        """The value of DOCKER_HOST."""
        return f"unix://{self.folder}/docker.sock"

    def inside(self, *command: str) -> list[str]:
        """Return a command that runs where this engine's ports are."""
        return ["nsenter", f"--net=/run/netns/{self.name}", *command]

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.inside(
                    "dockerd",
                    *("--data-root", str(self.folder / "data")),
                    *("--exec-root", str(self.folder / "exec")),
                    *("-p", str(self.folder / "pid")),
                    *("-H", self.host, "--bridge=none"),
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether it does; asked without a client, which leaves sockets behind."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(f"{self.folder}/docker.sock")
                probe.sendall(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")
                return b"200 OK" in probe.recv(1000)
            except OSError:
                return False

    def kill(self) -> None:
        """End it as a crash would, with all that it left running."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for pid in self._others():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
        for mount in sorted((m.split()[1] for m in mounts), reverse=True):
            if mount.startswith(f"{self.folder}/"):
                subprocess.run(["umount", "-l", mount], check=False)
        shutil.rmtree(self.folder / "exec", ignore_errors=True)
        (self.folder / "pid").unlink(missing_ok=True)
        (self.folder / "docker.sock").unlink(missing_ok=True)

    def _others(self) -> list[int]:
        """Return containerd, the shims and what runs under these."""
        mine, parents = set(), {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError):
                pid = int(folder.name)
                parents[pid] = int(
                    (folder / "stat").read_text().rsplit(")")[1].split()[1]
                )
                if f"{self.folder}/exec".encode() in (folder / "cmdline").read_bytes():
                    mine.add(pid)
        while more := {p for p, parent in parents.items() if parent in mine} - mine:
            mine |= more
        return [pid for pid in mine if pid != os.getpid()]

    def load(self, images: Sequence[str], source: DockerClient) -> None:
        """Copy images from another engine."""
        target = DockerClient(self.host)
        for reference in images:
            pieces = source.images.get(reference).save(named=reference)
            target.images.load(b"".join(pieces))
        target.close()


@contextlib.contextmanager
def extra_engine(data: Path | None = None) -> Iterator[Engine]:
    """Run one more engine; skip where that needs rights that we do not have."""
    for program in ("dockerd", "ip", "nsenter"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    if os.geteuid() != 0:
        pytest.skip("only root can start an engine")
    name = f"sre-{secrets.token_hex(3)}"
    folder = Path("/var/tmp") / name  # noqa: S108 - a socket's path must be short
    folder.mkdir()
    if data:
        (folder / "data").symlink_to(data)
    subprocess.run(["ip", "netns", "add", name], check=True)
    engine = Engine(name, folder)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        engine.start()
        yield engine
    finally:
        engine.kill()
        subprocess.run(["ip", "netns", "del", name], check=True)
        shutil.rmtree(folder, ignore_errors=True)
