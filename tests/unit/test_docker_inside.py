"""What runs in containers beside the learner's app, run here instead."""

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sre_course.adapters.environments.docker.files import archive, course_code
from sre_course.adapters.environments.docker.inside import gate
from sre_course.adapters.environments.docker.inside.alerts import KEPT, Inbox
from sre_course.adapters.environments.docker.inside.relay import Target, listen


ROOT = Path(__file__).resolve().parents[2]
INSIDE = "sre_course.adapters.environments.docker.inside"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def relayed(target: Target) -> Iterator[int]:
    """Run a relay in a thread; yield its port."""
    port = free_port()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(listen(port, target))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield port
    finally:

        async def end() -> None:
            server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Accept connections and hand each to a function; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_relay_passes_every_byte_and_both_ends_on() -> None:
    """Megabytes each way; the reader's end comes only after the writer's."""
    data = os.urandom(3_000_000)

    def echo(connection: socket.socket) -> None:
        got = b""
        while piece := connection.recv(65536):
            got += piece
        connection.sendall(got[::-1])

    with (
        serving(echo) as port,
        relayed(Target("127.0.0.1", port)) as front,
        socket.create_connection(("127.0.0.1", front), timeout=10) as client,
    ):
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        back = b""
        while piece := client.recv(65536):
            back += piece

    assert back == data[::-1]


def test_a_relay_breaks_the_connection_where_nothing_listens() -> None:
    """Silence would look like a slow app."""
    with (
        relayed(Target("127.0.0.1", free_port())) as front,
        pytest.raises(ConnectionResetError),
        # it may be broken before it is known to have been made
        socket.create_connection(("127.0.0.1", front), timeout=5) as client,
    ):
        client.recv(1)


def test_a_relay_passes_a_break_on() -> None:
    """What the app resets is reset for its client."""

    def reset(connection: socket.socket) -> None:
        connection.recv(1)
        linger = (1).to_bytes(4, sys.byteorder) + (0).to_bytes(4, sys.byteorder)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    with (
        serving(reset) as port,
        relayed(Target("127.0.0.1", port)) as front,
        socket.create_connection(("127.0.0.1", front), timeout=5) as client,
    ):
        client.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def ask(port: int, path: str, body: bytes | None = None) -> tuple[int, str]:
    """Send one request; return status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET" if body is None else "POST", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def too_large(port: int) -> bytes:
    """Announce a body that is too large; return the beginning of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"POST /alerts HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n")
        return client.recv(100)


def until(look: Callable[[], bool]) -> None:
    """Wait for something, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not look():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Hello(BaseHTTPRequestHandler):
    """Answers with its port."""

    def do_GET(self) -> None:
        """Answer."""
        assert isinstance(self.server, ThreadingHTTPServer)
        body = str(self.server.server_address[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


@contextmanager
def hello() -> Iterator[int]:
    """Run a server; yield its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


NOTIFICATION = {
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "AppDown", "severity": "page"},
            "annotations": {"summary": "nobody answers"},
            "startsAt": "2026-01-01T00:00:00Z",
        }
    ]
}


def test_the_door_leads_to_every_service_and_takes_alerts() -> None:
    """Each port to its own target; what was posted can be read."""
    ports = [free_port() for _ in range(3)]
    with hello() as first, hello() as second:
        routes = [[ports[0], "127.0.0.1", first], [ports[1], "localhost", second]]
        told = json.dumps({"routes": routes, "alerts": ports[2]})
        door = subprocess.Popen(
            [sys.executable, "-m", f"{INSIDE}.door"],
            cwd=ROOT,
            env={**os.environ, "SRE_DOOR": told},
        )
        try:
            until(lambda: all(map(listens, ports)))
            assert ask(ports[0], "/") == (200, str(first))
            assert ask(ports[1], "/") == (200, str(second))
            assert "No alert has arrived" in ask(ports[2], "/")[1]
            assert ask(ports[2], "/alerts", json.dumps(NOTIFICATION).encode())[0] == 200
            assert "AppDown" in ask(ports[2], "/")[1]
            assert json.loads(ask(ports[2], "/alerts")[1])[0]["status"] == "firing"
            assert ask(ports[2], "/other")[0] == 404
            assert too_large(ports[2]).startswith(b"HTTP/1.0 413")
        finally:
            door.terminate()
            door.wait(10)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"alerts": 3}', b'{"alerts": [{}]}', b'{"alerts": [3]}', b"\xff"],
)
def test_what_is_no_notification_is_refused(body: bytes) -> None:
    """Whoever is on the network may post anything."""
    inbox = Inbox()

    assert inbox.page("POST", "/alerts", body)[0] == 400
    assert json.loads(inbox.page("GET", "/alerts", b"")[2]) == []


def test_the_inbox_is_bounded() -> None:
    """The newest are kept, and no value is longer than a line."""
    inbox = Inbox()
    for number in range(KEPT + 5):
        alert = {"labels": {"alertname": f"A{number}", "x": "y" * 10_000}}
        inbox.page("POST", "/alerts", json.dumps({"alerts": [alert]}).encode())
    kept = json.loads(inbox.page("GET", "/alerts", b"")[2])

    assert len(kept) == KEPT
    assert kept[-1]["alert"] == f"A{KEPT + 4}"
    assert max(map(len, kept[0].values())) <= 200


def test_the_gate_stands_between_app_and_network_and_ends_with_its_parent(
    tmp_path: Path,
) -> None:
    """In to the app, out to the dependency, and the supervisor's status beside it."""
    front, page = free_port(), free_port()
    (tmp_path / "status.json").write_text('{"state": "running"}')
    (tmp_path / "app.out").write_bytes(b"hello \xff\n")
    with hello() as app, hello() as dependency:
        told = {
            "app": [front, app],
            "dependency": ["127.0.0.1", dependency],
            "status": [page, str(tmp_path / "status.json"), str(tmp_path / "app")],
        }
        with socket.create_server(("127.0.0.1", 0)) as called:
            environment = {
                **os.environ,
                "SRE_DEPENDENCY": json.dumps(told),
                "SRE_SOCKET": str(called.fileno()),
                "SRE_PARENT": str(os.getpid()),
            }
            process = subprocess.Popen(
                [sys.executable, "-m", f"{INSIDE}.gate"],
                cwd=ROOT,
                env=environment,
                pass_fds=[called.fileno()],
            )
            try:
                until(lambda: listens(front) and listens(page))
                assert ask(front, "/") == (200, str(app))
                assert ask(called.getsockname()[1], "/") == (200, str(dependency))
                assert ask(page, "/status") == (200, '{"state": "running"}')
                streams = json.loads(ask(page, "/output")[1])
                assert streams == {"out": "hello \\xff\n", "err": ""}
                assert ask(page, "/other")[0] == 404
                (tmp_path / "status.json").unlink()
                assert ask(page, "/status")[0] == 503
            finally:
                process.terminate()
                assert process.wait(10) == 0


def test_the_output_keeps_its_end_across_a_rotation(tmp_path: Path) -> None:
    """A file that was rotated a moment ago is short, and the end still whole."""
    path = tmp_path / "app.out"
    (tmp_path / "app.out.1").write_bytes(b"old " * 50_000)
    path.write_bytes(b"new")

    found = gate._tail(path)  # noqa: SLF001 - it has no other way in

    assert found.endswith("old new")
    assert len(found) == gate.TAIL


def test_what_containers_run_is_complete_and_ours_alone(tmp_path: Path) -> None:
    """The archive's content starts with nothing but Python beside it."""
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(archive(course_code()))) as tar:
        tar.extractall(tmp_path, filter="data")
    code = (
        f"import sre_course.supervisor.__main__, sre_course.dependency.__main__, "
        f"{INSIDE}.gate, {INSIDE}.door, sys; "
        "print(*{m.partition('.')[0] for m in sys.modules} - sys.stdlib_module_names)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append('.'); {code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert set(done.stdout.split()) <= {"sre_course", "__main__", "__mp_main__"}
