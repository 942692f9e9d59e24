"""Our closed loop against wrk, and our open loop's punctuality.

Budget: at least half of wrk's rate at equal concurrency against the same app. Two
apps are asked: the exercise's kind, Flask's development server, which is what the
driver meets; and a bare asyncio server, which shows what the driver can do.
"""

import contextlib
import itertools
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

from measure import ROOT, free_port, in_turn, table, until_it_answers

from sre_course.adapters.traffic import closed_loop, open_loop
from sre_course.domain.ledger import Request


ROUNDS = 5
CONNECTIONS = 16
SECONDS = 3
OPEN_RATE = 200
LEAST_SHARE = 0.5
ROOT_PAGE = Request("GET /", "GET", "/", 200)
FLASK = """
import logging, sys
from flask import Flask
logging.getLogger("werkzeug").disabled = True
app = Flask("bench")
app.get("/")(lambda: "hello")
app.run(host="127.0.0.1", port=int(sys.argv[1]))
"""
BARE = """
import asyncio, sys
HEAD = b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\n"
async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(HEAD + b"hello")
    writer.close()
async def main():
    port = int(sys.argv[1])
    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=512)
    await server.serve_forever()
asyncio.run(main())
"""


@contextlib.contextmanager
def serving(source: str) -> Iterator[str]:
    """Run an app in a process of its own; yield its URL."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", source, str(port)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            until_it_answers(url)
            yield url
        finally:
            process.terminate()


def wrk(url: str) -> float:
    """Return wrk's requests per second, over new connections as ours are."""
    how = ["-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", "-H", "Connection: close"]
    told = subprocess.run(
        ["wrk", *how, url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    return float(found[1]) if found else 0.0


def ours(url: str) -> float:
    """Return the requests per second of the closed loop."""
    count = 500
    while True:
        began = time.perf_counter()
        done = closed_loop.drive(
            url, [ROOT_PAGE] * count, lambda _done: None, threads=CONNECTIONS
        )
        took = time.perf_counter() - began
        if any(e.status != ROOT_PAGE.expect for e in done):
            sys.exit("the closed loop had failures")
        if took >= SECONDS / 2:
            return count / took
        count = round(count * max(1.5, SECONDS / took))


def punctual(url: str) -> list[tuple[str, ...]]:
    """Return a row on the open loop at a fixed rate."""
    schedule = open_loop.Schedule(OPEN_RATE, 5)
    load = open_loop.drive(
        url, itertools.repeat(ROOT_PAGE), schedule, lambda _tally, _seconds: None
    )
    late = (load.total.due.p50 - load.total.sent.p50) * 1000
    sent = f"{load.total.requests} of {load.planned}"
    times = (load.total.due.p50, load.total.due.p99)
    return [(sent, f"{late:.1f}", *(f"{t * 1000:.1f}" for t in times))]


def main() -> None:
    """Measure and print."""
    have_wrk = shutil.which("wrk") is not None
    if not have_wrk:
        print("wrk is not here (apt-get install wrk): only ours is measured")
    rows: list[tuple[str, ...]] = []
    open_rows: list[tuple[str, ...]] = []
    for name, source in (("Flask", FLASK), ("bare asyncio", BARE)):
        with serving(source) as url:
            cases = {"ours": partial(ours, url)}
            if have_wrk:
                cases["wrk"] = partial(wrk, url)
            found = in_turn(cases, ROUNDS)
            middle = {case: statistics.median(rates) for case, rates in found.items()}
            share = middle["ours"] / middle["wrk"] if have_wrk else None
            rows.append(
                (
                    name,
                    f"{middle['ours']:.0f}",
                    f"{middle['wrk']:.0f}" if have_wrk else "-",
                    f"{share:.0%}" if share else "-",
                    ("within" if share >= LEAST_SHARE else "UNDER") if share else "-",
                )
            )
            if name == "Flask":
                open_rows = punctual(url)
    table(
        f"Closed loop, {CONNECTIONS} connections, new ones for each request; "
        f"medians of {ROUNDS} rounds",
        ("app", "ours/s", "wrk/s", "share", "budget 50 %"),
        rows,
    )
    table(
        f"Open loop, {OPEN_RATE} requests per second to Flask",
        ("sent", "late ms (median)", "p50 ms", "p99 ms"),
        open_rows,
    )


if __name__ == "__main__":
    main()
