"""The dependency: its answers, its ledger, and who may read it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sre_course.adapters.environments.dependency import DependencyClient, is_up
from sre_course.dependency import ledger
from sre_course.dependency.ledger import CallLedger
from sre_course.dependency.server import Server, Service
from sre_course.domain.behaviour import Behaviour, Call, Outcome
from sre_course.domain.behaviour_document import spec_document
from sre_course.domain.errors import ServiceError
from tests.embedded.lab import SPEC, free_port, until


BEHAVIOUR = Behaviour(SPEC, "a seed")
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CHUNKS = b'6\r\n{"orde\r\n7;x=y\r\nr": "a"\r\n1\r\n}\r\n0\r\nTrailer: 1\r\n\r\n'
HEAD = b"HTTP/1.0 200 OK\r\n\r\n"
PAGE = b'{"started": 1, "next": 1, "dropped": 0, "seen": 1, "calls": [["x"]]}'


@dataclass
class Running:
    """A dependency in a thread of ours."""

    server: Server
    url: str

    def ask(
        self,
        target: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Return status and body of an answer."""
        port = self.server.socket.getsockname()[1]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def raw(self, request: bytes) -> bytes:
        """Send bytes and return all that comes back."""
        port = self.server.socket.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            peer.sendall(request)
            peer.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: peer.recv(65536), b""))

    def calls(self) -> tuple[Call, ...]:
        """Return the ledger."""
        return DependencyClient(self.url, "token").calls()


@pytest.fixture
def running() -> Iterator[Running]:
    """A dependency on a port of its own."""
    server = Server(("127.0.0.1", 0), Service(BEHAVIOUR, "token", CallLedger()), None)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Running(server, f"http://127.0.0.1:{server.socket.getsockname()[1]}")
    server.shutdown()
    thread.join()
    server.server_close()


def order_with(outcome: Outcome) -> str:
    """Return an order's key that the seed treats so."""
    route = SPEC.routes[2]
    keys = (f"order-{n}" for n in range(1000))
    return next(k for k in keys if BEHAVIOUR.effect(route, k).outcome is outcome)


def test_each_route_answers(running: Running) -> None:
    """A document for what is there, 404 for what is not."""
    status, body = running.ask("/products/17")
    assert (status, json.loads(body)["id"]) == (200, 17)
    status, body = running.ask("/search?q=tea&more=1")
    assert (status, json.loads(body)["q"]) == (200, "tea")
    assert running.ask("/products/501")[0] == 404
    assert running.ask("/products/x")[0] == 404
    assert running.ask("/nothing")[0] == 404
    assert running.ask("/products/17", "DELETE")[0] == 404
    assert running.ask("/", "HEAD") == (404, b"")
    assert running.ask("/products/" + "9" * 5000)[0] == 404

    assert [c.outcome for c in running.calls()] == [
        Outcome.OK,
        Outcome.OK,
        Outcome.NOT_FOUND,
        Outcome.NOT_FOUND,
        Outcome.UNKNOWN_ROUTE,
        Outcome.UNKNOWN_ROUTE,
        Outcome.UNKNOWN_ROUTE,
        Outcome.NOT_FOUND,
    ]


def test_an_order_is_taken_or_refused(running: Running) -> None:
    """Refused is 200 with an error and no reservation: the app must notice."""
    for outcome, has in ((Outcome.OK, "reservation"), (Outcome.REFUSED, "error")):
        key = order_with(outcome)
        body = json.dumps({"order": key}).encode()
        status, answer = running.ask("/orders", "POST", body)
        assert status == 200
        assert list(json.loads(answer)) == [has]
    first, second = running.calls()
    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.REFUSED)
    assert first.key == order_with(Outcome.OK)


def test_the_ledger_says_what_the_behaviour_says(running: Running) -> None:
    """At any concurrency, each call is there once, with the effect of its key."""
    keys = [str(n) for n in range(60)]

    def work(mine: list[str]) -> None:
        for key in mine:
            running.ask(f"/products/{key}")

    threads = [threading.Thread(target=work, args=(keys[n::6],)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    calls = running.calls()
    assert sorted(c.key for c in calls) == sorted(keys)
    route = SPEC.routes[0]
    for call in calls:
        effect = BEHAVIOUR.effect(route, call.key)
        assert (call.seconds, call.outcome, call.slow) == (
            effect.seconds,
            effect.outcome,
            effect.slow,
        )
    assert [c.at for c in calls] == sorted(c.at for c in calls)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'{"other": 1}', b"[" * 100_000, b"\xff"]
)
def test_a_body_that_says_nothing(running: Running, body: bytes) -> None:
    """It is an order without a key, not a crash."""
    assert running.ask("/orders", "POST", body)[0] == 200
    assert [c.key for c in running.calls()] == [""]


@pytest.mark.parametrize(
    ("framing", "status"),
    [
        (CHUNKED + CHUNKS, b"200"),
        (CHUNKED + b"zz\r\n", b"413"),
        (CHUNKED + b"-5\r\n", b"413"),
        (CHUNKED + b"fffffffff\r\n", b"413"),
        (CHUNKED + b"" + b"1" * 2000, b"413"),
        (b"Content-Length: 99999999\r\n\r\n", b"413"),
        (b"Content-Length: 1048577\r\n\r\n", b"413"),
        (b"Content-Length: -1\r\n\r\n", b"413"),
        (b"Content-Length: 10\r\n\r\nshort", b"413"),
    ],
)
def test_framing(running: Running, framing: bytes, status: bytes) -> None:
    """Chunks are understood; what is too long or broken ends the connection."""
    head = b"POST /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    answer = running.raw(head + framing)

    assert answer.split()[1] == status
    assert [c.key for c in running.calls()] == (["a"] if status == b"200" else [])


def test_a_connection_is_kept(running: Running) -> None:
    """A client with a session gets many answers over one connection."""
    request = b"GET /products/1 HTTP/1.1\r\nHost: x\r\n\r\n"
    assert running.raw(request * 3).count(b"HTTP/1.1 200 OK") == 3


def test_the_ledger_is_not_for_everybody(running: Running) -> None:
    """Without the token it stays closed; asking leaves no trace."""
    assert is_up(running.url)
    assert running.ask("/.course/ledger")[0] == 401
    wrong = {"Authorization": "Bearer nonsense"}
    assert running.ask("/.course/ledger", headers=wrong)[0] == 401
    assert running.ask("/.course/other")[0] == 404
    with pytest.raises(ServiceError, match="401"):
        DependencyClient(running.url, "nonsense").calls()
    assert running.calls() == ()


@pytest.mark.parametrize("start", ["x", "-1", "9" * 40, "%D9%A3", ""])
def test_a_strange_start_of_the_ledger(running: Running, start: str) -> None:
    """It is read from the beginning."""
    running.ask("/search?q=tea")
    told = {"Authorization": "Bearer token"}
    _, body = running.ask(f"/.course/ledger?from={start}", headers=told)
    assert len(json.loads(body)["calls"]) == 1


def a_call(number: int) -> Call:
    """Return a call that can be told from others."""
    return Call(float(number), "/search", str(number), 0.0, Outcome.OK, slow=False)


def test_the_ledger_is_bounded_and_says_so() -> None:
    """Old calls go first, and how many went is known."""
    book = CallLedger(kept=3)
    for number in range(5):
        book.add(a_call(number))

    page: Any = book.page(0)

    assert (page["seen"], page["dropped"], page["next"]) == (5, 2, 5)
    assert [c[2] for c in page["calls"]] == ["2", "3", "4"]
    assert book.page(4)["next"] == 5
    assert book.page(99)["calls"] == []


def test_the_client_reads_on(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, and later only what is new."""
    monkeypatch.setattr(ledger, "PAGE", 2)
    client = DependencyClient(running.url, "token")
    for number in range(5):
        running.ask(f"/products/{number + 1}")
    assert [c.key for c in client.calls()] == ["1", "2", "3", "4", "5"]

    running.ask("/products/6")
    assert [c.key for c in client.calls()][-1] == "6"
    assert len(client.calls()) == 6
    assert client.dropped == 0


def test_the_client_notices_another_ledger(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dependency that was started anew has forgotten the old calls."""
    client = DependencyClient(running.url, "token")
    running.ask("/products/1")
    assert len(client.calls()) == 1

    fresh = Service(BEHAVIOUR, "token", CallLedger())
    monkeypatch.setattr(running.server, "service", fresh)
    running.ask("/products/2")

    assert [c.key for c in client.calls()] == ["2"]


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"nothing",
        HEAD + b"[]",
        HEAD + b"{}",
        HEAD + PAGE,
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_the_client_says_what_is_wrong(answer: bytes) -> None:
    """Whatever answers there, it is a ServiceError with a next step."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            peer.recv(65536)
            peer.sendall(answer)
            peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(ServiceError, match="cannot be asked") as caught:
            DependencyClient(url, "token").calls()
        thread.join()
    assert "sre-course start" in caught.value.fix


def test_nobody_is_there() -> None:
    """A refused connection is no dependency."""
    url = f"http://127.0.0.1:{free_port()}"

    assert not is_up(url)
    with pytest.raises(ServiceError):
        DependencyClient(url, "token").calls()


def environment(**more: str) -> dict[str, str]:
    """Return what a dependency's process reads."""
    document = {"spec": spec_document(SPEC), "seed": "a seed"}
    told = {"SRE_DEPENDENCY": json.dumps(document), "SRE_TOKEN": "token"}
    return {**os.environ, **told, **more}


def test_the_process_serves_and_stops() -> None:
    """It prints its port; SIGTERM ends it in peace."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sre_course.dependency"],
        env=environment(),
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    with process.stdout:
        port = json.loads(process.stdout.readline())["port"]
        assert is_up(f"http://127.0.0.1:{port}")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_process_follows_its_parent() -> None:
    """When whoever started it is killed, it does not stay."""
    code = (
        "import os, subprocess, sys, time\n"
        "os.environ['SRE_PARENT'] = str(os.getpid())\n"
        "p = subprocess.Popen([sys.executable, '-m', 'sre_course.dependency'])\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env=environment(), stdout=subprocess.PIPE
    )
    assert parent.stdout
    with parent.stdout:
        url = f"http://127.0.0.1:{json.loads(parent.stdout.readline())['port']}"
        assert is_up(url)
        parent.kill()
        parent.wait()
        until(lambda: not is_up(url))


def test_every_process_computes_the_same() -> None:
    """Same seed, same key, same effect: whatever the process and its hash seed."""
    code = """
import json, os, sys
from sre_course.domain.behaviour import Behaviour
from sre_course.domain.behaviour_document import spec_from
document = json.loads(os.environ["SRE_DEPENDENCY"])
spec = spec_from(document["spec"])
print(json.dumps([
    [e.seconds, e.outcome, e.slow]
    for seed in map(str, range(20))
    for route in spec.routes
    for key in ["", "1", "499", "501", "caf\\u00e9", "a b", "x" * 300]
    for e in [Behaviour(spec, seed).effect(route, key)]
]))
"""
    ours = [
        [e.seconds, str(e.outcome), e.slow]
        for seed in map(str, range(20))
        for route in SPEC.routes
        for key in ["", "1", "499", "501", "caf\u00e9", "a b", "x" * 300]
        for e in [Behaviour(SPEC, seed).effect(route, key)]
    ]
    for hash_seed in ("0", "12345"):
        out = subprocess.run(
            [sys.executable, "-c", code],
            env=environment(PYTHONHASHSEED=hash_seed),
            check=True,
            capture_output=True,
        ).stdout
        assert json.loads(out) == ours
    assert len({tuple(row) for row in ours}) > 300
