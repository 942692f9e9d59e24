"""Send a round of requests in a closed loop: each thread waits for its answer.

For counting. A request is sent once, over a connection of its own: no pool that
would favour one worker process of the app, no retry that would count twice.
"""

import contextlib
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread
from time import monotonic, perf_counter, time

from sre_course.adapters.bounded_http import (
    Answer,
    Server,
    exchange,
    request_bytes,
    server_at,
)
from sre_course.domain.ledger import Exchange, Request
from sre_course.domain.signals import ScrapeProblem


LIMIT = 2**20  # bytes of an answer's body
NOT_SENT = "not sent: the round took too long"
PAUSE = 0.1  # seconds between two looks at how far it is
GRACE = 1.0  # seconds that threads get to end


def drive(  # noqa: PLR0913 - three that the port knows, three that only tests set
    base_url: str,
    requests: Sequence[Request],
    tick: Callable[[int], None],
    *,
    threads: int = 16,
    timeout: float = 15.0,
    round_timeout: float = 60.0,
) -> tuple[Exchange, ...]:
    """Send all requests and return one exchange for each, in their order.

    `tick` is told from time to time how many are done. A request has `timeout`
    seconds from connecting to the last byte; the round has `round_timeout`, after
    which what is left is not sent. A failure is an exchange without a status.
    Raises UsageError for a base URL that is none, and what `tick` raises.
    """
    sending = _Round(
        server_at(base_url), requests, timeout, monotonic() + round_timeout
    )
    workers = [
        Thread(target=sending.work, daemon=True)
        for _ in range(min(threads, len(requests)))
    ]
    try:
        for worker in workers:
            worker.start()
        sending.watch(tick)
    finally:
        sending.stop()  # after Ctrl-C too, and at once
        patience = monotonic() + GRACE
        for worker in workers:
            if worker.ident is not None:
                worker.join(max(0.0, patience - monotonic()))
    return sending.exchanges()


@dataclass(slots=True)
class _Round:
    """One round on its way; `ends` on the monotonic clock."""

    server: Server
    requests: Sequence[Request]
    timeout: float
    ends: float
    changed: Condition = field(default_factory=Condition)
    started: int = 0
    stopped: bool = False
    done: dict[int, Exchange] = field(default_factory=dict)
    connections: set[socket.socket] = field(default_factory=set)

    def work(self) -> None:
        """Send one request after another until none is left."""
        while True:
            with self.changed:
                place = self.started
                if self.stopped or place == len(self.requests):
                    return
                self.started += 1
            result = self._send(self.requests[place])
            with self.changed:
                self.done[place] = result
                self.changed.notify()

    def watch(self, tick: Callable[[int], None]) -> None:
        """Wait for the end of the round and tell how far it is."""
        told = -1
        while told < len(self.requests) and monotonic() < self.ends + GRACE:
            with self.changed:
                if len(self.done) == max(told, 0) < len(self.requests):
                    self.changed.wait(PAUSE)
                count = len(self.done)
            if count != told:
                told = count
                tick(told)

    def stop(self) -> None:
        """Begin no request any more and break off those that are under way."""
        with self.changed:
            self.stopped = True
            for connection in self.connections:
                _break(connection)

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return the results in order; what has none was not sent."""
        with self.changed:
            return tuple(
                self.done.get(n) or _not_sent(request)
                for n, request in enumerate(self.requests)
            )

    def _send(self, request: Request) -> Exchange:
        if monotonic() >= self.ends:
            return _not_sent(request)
        mine: list[socket.socket] = []

        def opened(connection: socket.socket) -> None:
            mine.append(connection)
            with self.changed:
                self.connections.add(connection)
                if self.stopped:
                    _break(connection)

        message = request_bytes(
            request.method, request.path, self.server, request.headers, request.body
        )
        sent_at, clock = time(), perf_counter()
        answer = exchange(
            self.server,
            message,
            ends=min(self.ends, monotonic() + self.timeout),
            limit=LIMIT,
            opened=opened,
        )
        seconds = perf_counter() - clock
        with self.changed:
            self.connections.difference_update(mine)
        if isinstance(answer, Answer):
            return Exchange(request, sent_at, seconds, answer.status)
        # of an answer that is merely too long, the status counts
        status = answer.status if answer.problem is ScrapeProblem.TOO_LARGE else None
        return Exchange(request, sent_at, seconds, status, answer.detail)


def _not_sent(request: Request) -> Exchange:
    return Exchange(request, time(), 0.0, None, NOT_SENT)


def _break(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
