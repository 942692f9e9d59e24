"""A home with one small exercise, and a way to prove that nothing of it is left."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sre_course.adapters.environments import ports, processes
from sre_course.adapters.environments.embedded import Embedded
from sre_course.adapters.state.home import Home, write
from sre_course.domain.behaviour import DependencySpec, FaultSpec, RouteSpec
from sre_course.domain.environment import Running, ServiceState
from sre_course.domain.exercise import AppSpec, Exercise, ExerciseId
from sre_course.domain.supervision import Plan


WHICH = ExerciseId("day1", "beginner")
SPEC = DependencySpec(
    name="warehouse",
    variable="WAREHOUSE_URL",
    routes=(
        RouteSpec("GET", "/products/{pid}", "path", (1, 2), known=500),
        RouteSpec("GET", "/search", "query:q", (1, 2)),
        RouteSpec("POST", "/orders", "body:order", (1, 2)),
    ),
    faults=FaultSpec(
        slow_one_of=("/products/{pid}", "/search"),
        slow_share=(0.1, 0.2),
        slow_milliseconds=(20, 30),
        refuse_route="/orders",
        refuse_share=(0.2, 0.3),
    ),
)
PLAN = Plan(
    key="k",
    exercise="day1/beginner",
    workspace="/w",
    app_command=("{python}", "app.py"),
    app_file="app.py",
    ready_path="/",
    app_port=8000,
    dependency_command=("x",),
    dependency_name="warehouse",
    dependency_variable="WAREHOUSE_URL",
    dependency_document="{}",
    token="t",  # noqa: S106 - not a secret
    status="s",
    output="o",
    used="u",
    log="l",
    listen_seconds=3.5,
)
# Answers what it is called with, on the port that it is given.
APP = """
import http.server, os, urllib.request
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/ask":
            url = os.environ["WAREHOUSE_URL"] + "/search"
            body = urllib.request.urlopen(url).read()
        else:
            body = ANSWER
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
def serve(port=int(os.environ["PORT"])):
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
ANSWER = b"one"
"""
SERVE = "\nserve()\n"


@dataclass
class Lab:
    """What a test plays with."""

    home: Home
    exercise: Exercise
    key: str
    decoys: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    keep: list[Running] = field(default_factory=list)

    @property
    def workspace(self) -> Path:
        """The learner's folder."""
        return self.home.workspace(WHICH)

    def embedded(self, port: int | None = None, patience: float = 10.0) -> Embedded:
        """Return the backend."""
        return Embedded(self.home.state, write, port, patience)

    def save(self, source: str = APP + SERVE) -> None:
        """Write app.py as an editor does: under another name, then renamed."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        temporary = self.workspace / "app.py.swp"
        temporary.write_text(source)
        temporary.replace(self.workspace / "app.py")

    def start(
        self,
        source: str = APP + SERVE,
        *,
        port: int | None = None,
        seed: str = "seed",
        patience: float = 10.0,
    ) -> Running:
        """Save an app and start everything."""
        self.save(source)
        backend = self.embedded(port, patience)
        running = backend.start(self.exercise, self.workspace, self.key, seed)
        self.keep.append(running)
        return running

    def state(self, running: Running) -> ServiceState:
        """Return how the app is."""
        return self.embedded().state(running)

    def until_state(self, running: Running, *wanted: str) -> ServiceState:
        """Wait until the app is as wanted."""
        until(lambda: self.state(running).state in wanted)
        return self.state(running)

    def stop(self, running: Running) -> list[str]:
        """Stop everything."""
        return list(self.embedded().stop(running))

    def alive(self) -> list[processes.Marked]:
        """Return the processes that carry this home's mark."""
        return [m for m in processes.marked() if self.home.state in m.plan.parents]

    def supervisor(self) -> processes.Marked:
        """Return the supervisor."""
        return next(m for m in self.alive() if m.role == "supervisor")

    def decoy(self, **environment: str) -> None:
        """Start a process that is none of ours, whatever it looks like."""
        code = "import time; print(flush=True); time.sleep(600)"
        process = subprocess.Popen(
            [sys.executable, "-c", code, "sre_course.supervisor"],
            cwd=self.workspace.parent,
            env=environment,
            stdout=subprocess.PIPE,
        )
        assert process.stdout
        process.stdout.readline()
        self.decoys.append(process)

    def prove_nothing_left(self) -> None:
        """Fail if a process or a port of this home is left, or a decoy is gone."""
        assert self.alive() == []
        for running in self.keep:
            ports = running.record["ports"]
            assert isinstance(ports, list)
            assert [p for p in ports if listens(p)] == []
        assert [d.poll() for d in self.decoys] == [None] * len(self.decoys)


def exercise(folder: Path) -> Exercise:
    """Return an exercise whose starter is the small app."""
    starter = folder / "starter"
    starter.mkdir(parents=True)
    (starter / "app.py").write_text(APP + SERVE)
    (folder / "README.md").write_text("# The small app\n")
    return Exercise(
        id=WHICH,
        title="Some requests are slow",
        minutes=5,
        folder=folder,
        app=AppSpec(("{python}", "app.py"), "app.py", "/healthz"),
        dependency=SPEC,
        questions=(),
        stack=(),
        covers=(),
    )


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def get(url: str, path: str = "/") -> bytes:
    """Return the body of an answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def listens(port: int) -> bool:
    """Return whether anybody accepts connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port that nobody uses now, and that no connection gets by chance."""
    return next(p for p in iter(ports.unusual, 0) if ports.is_free(p))
