"""Send requests on a fixed schedule, whether or not earlier ones were answered.

Users do not wait for one another. A closed loop sends less while the app stalls and
so measures the stall once (coordinated omission); here a request that could not be
sent on time has been waiting since it was due.
"""

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sre_course.adapters.bounded_http import Server, request_bytes, server_at
from sre_course.adapters.traffic.tally import Tally
from sre_course.domain.ledger import Request
from sre_course.domain.load import Load


LIMIT = 2**20  # bytes of an answer's body
HEAD = 2**16  # bytes of an answer's head, or of one line of its framing
MOST_OPEN = 256  # connections at a time
TELL_EVERY = 0.25  # seconds


@dataclass(frozen=True, slots=True)
class Schedule:
    """`rate` requests per second for so many seconds; each may take `timeout`.

    Late requests are still sent for `grace` seconds after the schedule's end.
    """

    rate: float
    seconds: float
    timeout: float = 10.0
    most_open: int = MOST_OPEN
    grace: float = 1.0

    @property
    def planned(self) -> int:
        """The number of requests."""
        return max(1, math.floor(self.rate * self.seconds + 1e-9))


Tell = Callable[[Tally, float], None]  # so far, and seconds since the start


def drive(
    base_url: str, requests: Iterator[Request], schedule: Schedule, tell: Tell
) -> Load:
    """Send as scheduled and return what came of it.

    `tell` is called several times a second. Ctrl-C ends the load early; the result
    then has `interrupted`. Requests that are due while `most_open` connections are
    busy wait, and are given up when the schedule and its grace are over.
    Raises UsageError for a base URL that is none.
    """
    return asyncio.run(_drive(server_at(base_url), requests, schedule, tell))


async def _drive(
    server: Server, requests: Iterator[Request], schedule: Schedule, tell: Tell
) -> Load:
    loop = asyncio.get_running_loop()
    tally = Tally()
    started = loop.time()
    under_way: set[asyncio.Task[None]] = set()
    telling = asyncio.create_task(_tell(tally, tell, started))
    interrupted = False
    try:
        await _send_all(server, requests, schedule, tally, under_way)
        if under_way:
            await asyncio.wait(under_way)  # each has its own deadline
    except asyncio.CancelledError:  # Ctrl-C: what was measured so far still counts
        interrupted = True
    finally:
        for task in (telling, *under_way):
            task.cancel()
        await asyncio.gather(telling, *under_way, return_exceptions=True)
    seconds = loop.time() - started
    tell(tally, seconds)
    return tally.load(
        seconds=seconds, planned=schedule.planned, interrupted=interrupted
    )


async def _tell(tally: Tally, tell: Tell, started: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        tell(tally, loop.time() - started)
        await asyncio.sleep(TELL_EVERY)


async def _send_all(
    server: Server,
    requests: Iterator[Request],
    schedule: Schedule,
    tally: Tally,
    under_way: set[asyncio.Task[None]],
) -> None:
    """Start each request when it is due and a connection is free."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    over = started + schedule.seconds + schedule.grace
    free = asyncio.Semaphore(schedule.most_open)

    def ended(task: asyncio.Task[None]) -> None:
        under_way.discard(task)
        free.release()

    for number, request in zip(range(schedule.planned), requests, strict=False):
        due = started + number / schedule.rate
        # sleeping for no time lets answers in while we are behind
        await asyncio.sleep(max(0.0, due - loop.time()))
        try:
            async with asyncio.timeout_at(over):
                await free.acquire()
        except TimeoutError:
            return
        if loop.time() > over:
            return
        task = asyncio.create_task(_send(server, request, due, schedule, tally))
        under_way.add(task)
        task.add_done_callback(ended)


async def _send(
    server: Server, request: Request, due: float, schedule: Schedule, tally: Tally
) -> None:
    loop = asyncio.get_running_loop()
    message = request_bytes(
        request.method, request.path, server, request.headers, request.body
    )
    sent = loop.time()
    try:
        async with asyncio.timeout(schedule.timeout):
            status = await _ask(server, request.method, message)
    except TimeoutError:
        tally.failure(request.cell, f"no answer within {schedule.timeout:g} s")
    except ConnectionRefusedError:
        tally.failure(request.cell, f"nothing listens at {server.authority}")
    except OSError as error:
        tally.failure(request.cell, f"the connection broke: {error.strerror or error}")
    except (EOFError, ValueError, IndexError, asyncio.LimitOverrunError):
        tally.failure(request.cell, "the answer was broken off or is not HTTP")
    else:
        ended = loop.time()
        tally.answered(request.cell, status, ended - due, ended - sent)


async def _ask(server: Server, method: str, message: bytes) -> int:
    """Send a request over a connection of its own; return the answer's status."""
    reader, writer = await asyncio.open_connection(server.host, server.port, limit=HEAD)
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(message)
            await writer.drain()
        status, headers = await _head(reader)
        if method != "HEAD" and status not in (204, 304):
            await _body(reader, headers)
        return status
    finally:
        writer.close()


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes]]:
    status = 100
    lines: list[bytes] = []
    while status // 100 == 1:  # interim answers
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        version, code = first.split(None, 2)[:2]
        if not version.startswith(b"HTTP/"):
            raise ValueError(version)
        status = int(code)
    pairs = (line.partition(b":") for line in lines)
    return status, {n.strip().lower(): v.strip().lower() for n, _, v in pairs}


async def _body(reader: asyncio.StreamReader, headers: dict[bytes, bytes]) -> None:
    """Read to the body's end, or as much of it as we care for."""
    if b"chunked" in headers.get(b"transfer-encoding", b""):
        read = 0
        while read < LIMIT:
            size = int((await reader.readline()).partition(b";")[0], 16)
            if size <= 0:
                break
            read += len(await reader.readexactly(min(size, LIMIT) + 2))
    elif b"content-length" in headers:
        left = min(int(headers[b"content-length"]), LIMIT)
        await reader.readexactly(max(0, left))
    else:
        read = 0
        while read < LIMIT and (piece := await reader.read(HEAD)):
            read += len(piece)
