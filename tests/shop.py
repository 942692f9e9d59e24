"""An app of ours that `load` and `metrics` look at."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from sre_course.adapters.state.environments import save_running
from sre_course.adapters.state.home import Home
from sre_course.domain.environment import Running
from sre_course.domain.exercise import ExerciseId
from tests.hostile import answers, serving


BEGINNER = ExerciseId("day1", "beginner")


class Shop:
    """An app that counts what it is asked, and says so at /metrics."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.metrics = ""

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        """Answer one request; a connection without one is a look whether we listen."""
        if not head:
            return
        method, path = head.decode("utf-8", "replace").split()[:2]
        if path == "/metrics":
            body = self.metrics or (
                "# TYPE requests_total counter\n"
                f'requests_total{{x="\x1b]0;owned"}} {len(self.seen)}\n'
                "process_cpu_seconds_total 1\n"
            )
            answers(body.encode())(connection, head)
            return
        self.seen.append(f"{method} {path}")
        known = path.split("?")[0] in ("/", "/products", "/search", "/reports/daily")
        status = "200 OK" if known or path.startswith("/products/") else "404 No"
        answers(b"{}", status="201 Made" if method == "POST" else status)(
            connection, head
        )


@contextmanager
def running(home: Home) -> Iterator[tuple[Shop, str]]:
    """Run a shop as the beginner exercise's app of a home."""
    app = Shop()
    with serving(app) as url:
        what = Running(
            "day1/beginner", "embedded", "key", "fault", "token", {"app": url}, {}
        )
        save_running(home, BEGINNER, what)
        yield app, url
