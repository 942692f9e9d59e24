"""What holds for every test, however and by whom they are run."""

import ipaddress
import signal
import socket
from typing import Any

import pytest


def pytest_configure() -> None:
    """Let Ctrl-C be what it is, although a shell in the background ignores it.

    Whoever is started by us would ignore it, too.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _a_learner_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep what the developer has set, and their own home, out of it."""
    home = tmp_path_factory.getbasetemp() / "nobody-s-home"
    monkeypatch.setenv("SRE_COURSE_HOME", str(home))
    monkeypatch.delenv("SRE_COURSE_ROOT", raising=False)
    monkeypatch.delenv("SRE_COURSE_IDLE", raising=False)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every address but this machine's own."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:  # noqa: ANN401 - as theirs
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise AssertionError(f"a test connects to {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
