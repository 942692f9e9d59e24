"""What the learner's code can and cannot do in its container, asked from inside."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from docker import DockerClient

from sre_course.adapters.environments.docker.stack import load_stack
from sre_course.adapters.state.home import Home
from tests.docker.lab import Lab
from tests.embedded.lab import exercise, get


LIMITS = load_stack({}).limits["app"]

# Evaluates an expression that the test sends: nothing here can be harmed by it.
INSPECTABLE = """
import http.server, json, os, pathlib, resource, socket, urllib.parse, urllib.request
def attempt(function, *arguments):
    try:
        return str(function(*arguments))
    except OSError as error:
        return f"{type(error).__name__} {error.errno}"
def connect(host, port, seconds=2):
    try:
        socket.create_connection((host, port), seconds).close()
        return "connected"
    except OSError as error:
        return type(error).__name__
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        expression = urllib.parse.unquote(self.path[1:])
        value = {} if expression == "healthz" else eval(expression)
        body = json.dumps(value).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
address = ("127.0.0.1", int(os.environ["PORT"]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""

Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def inside(
    client: DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lab, Ask]]:
    """An environment with the real stack whose app evaluates expressions."""
    folder = tmp_path_factory.mktemp("inside")
    lab = Lab(
        client, Home(folder / "home"), exercise(folder / "e"), secrets.token_hex(8)
    )
    lab.workspace.mkdir(parents=True)
    lab.with_stack()
    running = lab.start(INSPECTABLE)

    def ask(expression: str) -> Any:  # noqa: ANN401 - JSON
        from urllib.parse import quote

        return json.loads(get(running.endpoints["app"], f"/{quote(expression)}"))

    yield lab, ask
    lab.end()


def test_there_are_no_capabilities_and_none_to_be_had(inside: tuple[Lab, Ask]) -> None:
    """All sets are empty, the bounding set too; setuid programs give nothing."""
    _, ask = inside
    lines = ask("pathlib.Path('/proc/self/status').read_text().splitlines()")
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)

    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0, name
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_nobody_is_root(inside: tuple[Lab, Ask]) -> None:
    """In no container, whoever started it."""
    lab, ask = inside

    assert 0 not in ask("[os.getuid(), os.getgid(), *os.getgroups()]")
    for role in ("app", "dependency", "door", "prometheus", "alertmanager"):
        user = lab.container(role).attrs["Config"]["User"]
        assert user, role
        assert user.partition(":")[0] != "0", role


@pytest.mark.parametrize(
    "path", ["/x", "/etc/x", "/usr/x", "/opt/x", "/course/x", "/workspace/x", "/var/x"]
)
def test_nothing_can_be_written_where_it_would_stay(
    inside: tuple[Lab, Ask], path: str
) -> None:
    """Neither the image's files nor ours, nor the learner's own."""
    _, ask = inside
    found = ask(f"attempt(pathlib.Path({path!r}).write_text, 'x')")

    assert found in ("OSError 30", "PermissionError 13"), found


def test_there_is_some_room_to_write_and_an_end_to_it(inside: tuple[Lab, Ask]) -> None:
    """It is memory, it is small, and nothing in it can be run."""
    _, ask = inside

    assert ask("attempt(pathlib.Path('/tmp/x').write_text, 'x')") == "1"
    assert ask("attempt(pathlib.Path('/tmp/big').write_bytes, bytes(100 << 20))") == (
        "OSError 28"
    )
    assert ask("attempt(os.unlink, '/tmp/big')") == "None"
    options = ask(
        "[l.split()[3] for l in open('/proc/mounts') if l.split()[1] == '/tmp'][0]"
    )
    assert {"noexec", "nosuid", "nodev"} <= set(options.split(","))


def test_limits_are_in_force(inside: tuple[Lab, Ask]) -> None:
    """Memory with no swap beside it, processors, processes, open files."""
    lab, ask = inside
    how = lab.container("app").attrs["HostConfig"]

    assert how["Memory"] == how["MemorySwap"] == LIMITS.memory << 20
    assert 0 < how["NanoCpus"] <= LIMITS.cpus * 1e9
    assert how["PidsLimit"] == LIMITS.pids
    assert ask("resource.getrlimit(resource.RLIMIT_NOFILE)")[1] == 4096


def test_every_container_is_as_tight_as_the_apps(inside: tuple[Lab, Ask]) -> None:
    """Read-only, no capability, no new privilege, bounded in all that counts."""
    lab, _ = inside
    for role in ("app", "dependency", "door", "prometheus", "alertmanager"):
        how = lab.container(role).attrs["HostConfig"]
        assert how["ReadonlyRootfs"] is True, role
        assert how["CapDrop"] == ["ALL"], role
        assert not how["CapAdd"], role
        assert any("no-new-privileges" in o for o in how["SecurityOpt"]), role
        assert how["Privileged"] is False, role
        assert how["Memory"] > 0, role
        assert how["PidsLimit"] > 0, role
        assert how["NanoCpus"] > 0, role
        assert how["Init"] is True, role
        assert not how["Binds"], role
        assert how["LogConfig"]["Config"]["max-size"], role


def test_the_apps_network_holds_the_exercise_and_nothing_else(
    inside: tuple[Lab, Ask],
) -> None:
    """Its neighbours answer; there is no route to anywhere else."""
    lab, ask = inside

    assert ask("connect('warehouse', 7003)") == "connected"
    assert ask("connect('prometheus', 9090)") == "connected"
    for host in ("192.0.2.1", "1.1.1.1", "10.255.255.1"):
        assert ask(f"connect({host!r}, 80)") != "connected"
    networks = lab.container("app").attrs["NetworkSettings"]["Networks"]
    assert set(networks) == {f"sre-{lab.key}"}
    assert lab.client.networks.get(f"sre-{lab.key}").attrs["Internal"] is True


def test_names_from_outside_are_asked_of_nobody(inside: tuple[Lab, Ask]) -> None:
    """A question to a name server is a way out, too; it fails, and soon."""
    _, ask = inside
    before = time.monotonic()

    assert "gaierror" in ask("attempt(socket.gethostbyname, 'example.com')")
    assert time.monotonic() - before < 4
    assert ask("attempt(socket.gethostbyname, 'warehouse')").startswith("10.")


def test_the_way_in_leads_no_way_out(inside: tuple[Lab, Ask]) -> None:
    """The door's outer network is not the app's: its address does not answer."""
    lab, ask = inside
    networks = lab.container("door").attrs["NetworkSettings"]["Networks"]
    outer = networks[f"sre-{lab.key}-out"]["IPAddress"]

    assert ask(f"connect({outer!r}, 7004)") != "connected"


def test_the_engine_cannot_be_reached_from_inside(inside: tuple[Lab, Ask]) -> None:
    """No socket of it is mounted, and no secret of the dependency's is there."""
    _, ask = inside

    assert ask("os.path.exists('/var/run/docker.sock')") is False
    environment = ask("dict(os.environ)")
    assert not {"SRE_TOKEN", "SRE_DEPENDENCY"} & set(environment)
    assert "seed" not in json.dumps(ask("open('/course/plan.json').read()"))


def test_too_many_processes_end_nothing_but_the_attempt(lab: Lab) -> None:
    """The limit stops a fork bomb; the supervisor and the next save live on."""
    bomb = """
import os, time
try:
    while True:
        if os.fork() == 0:
            time.sleep(600)
except OSError as error:
    print("stopped by", error, flush=True)
time.sleep(1)
"""
    running = lab.start(bomb)
    assert "stopped by [Errno 11]" in lab.output(running, "stopped by")

    lab.save()
    lab.until_state(running, "running")


def test_too_much_memory_ends_the_app_and_says_so(lab: Lab) -> None:
    """The app is killed by its limit, told so, and mended by the next save."""
    running = lab.start("x = []\nwhile True: x.append(bytearray(16 << 20))\n")
    state = lab.until_state(running, "exited", "gone")
    assert "SIGKILL" in state.detail or "memory" in state.detail

    lab.save()
    if state.state == "gone":
        running = lab.again()
    lab.until_state(running, "running")


def test_a_full_disk_of_its_own_is_the_apps_to_notice(lab: Lab) -> None:
    """What does not fit into /tmp is an error there and nowhere else."""
    running = lab.start("open('/tmp/x', 'wb').write(bytes(100 << 20))\n")

    assert "No space left on device" in lab.until_state(running, "exited").detail


def test_what_the_app_prints_is_bounded(lab: Lab) -> None:
    """A flood fills neither the engine's disk nor our memory."""
    flood = "import sys\nfor _ in range(300_000): print('x' * 200)\nprint('end')\n"
    running = lab.start(flood)

    lab.until_state(running, "exited")
    output = lab.output(running, "end")
    assert len(output) < 100_000
