"""`check` on apps that do not work, or stop working: whose fault, and what next."""

import json
import os
import signal
import time

import pytest

from sre_course.adapters.state.home import Home
from sre_course.adapters.state.progress import load
from tests.cli.course import REFERENCE, Course, ended
from tests.embedded.lab import APP, SERVE, until


pytestmark = pytest.mark.slow

GOOD = REFERENCE.read_text(encoding="utf-8")
SMALL = APP + SERVE
LATE = "import time\ntime.sleep(2)\nserve()\n"
IN_ROUND_ONE = 50  # requests: more than warm-up, idle round and scrapes have
COUNTED = """
import itertools, os
COUNT = itertools.count()
@app.before_request
def count_and_die():
    if next(COUNT) == 60:
        os._exit(3)
"""


@pytest.fixture(scope="module", autouse=True)
def _small(running: Course) -> None:
    """Begin with an app that starts at once."""
    running.app(SMALL)


def causes(found: str) -> dict[str, str]:
    """Return the cause of each criterion that failed."""
    results = json.loads(found)["results"]
    assert not [r for r in results if r["verdict"] == "error"]
    return {r["criterion"]: r["cause"] for r in results if r["verdict"] == "failed"}


def answered(home: Home) -> int:
    """Return how many requests the app has answered: it prints a line for each."""
    texts = [p.read_bytes() for p in (home.state / "output").glob("*")]
    return sum(text.count(b'HTTP/1.1"') for text in texts)


def test_a_syntax_error(running: Course) -> None:
    """The line is named; a check does not wait, and nothing is sent."""
    running.app("import os\ndef f(:\n    pass\n", "broken")
    found = running.check(code=1)

    first = found.verdicts["serves_metrics"]
    assert first["cause"] == "not-running"
    assert "app.py, line 2: SyntaxError" in first["observed"]
    assert causes(found.out) == {"serves_metrics": "not-running"}
    assert "Does the app run at all?" in running.run("hint", code=0).out


def test_an_app_that_ends_at_once(running: Course) -> None:
    """Its last words are shown, made harmless."""
    running.app('raise SystemExit("\\x1b[2J[bold]no database[/bold]")', "exited")
    found = running.run("check", code=1)

    assert "app.py ended with exit code 1" in found.out
    assert "\\x1b[2J[bold]no database[/bold]" in found.out


def test_an_app_that_never_listens(running: Course) -> None:
    """It is waited for, then told what is missing: the port."""
    running.save("import time\ntime.sleep(600)\n")
    started = time.monotonic()
    found = running.check(code=1)

    assert time.monotonic() - started < 40
    assert "PORT" in found.verdicts["serves_metrics"]["observed"]


def test_an_app_that_listens_late(running: Course) -> None:
    """A check right after a save waits for the app that was saved."""
    late = SMALL.replace("serve()\n", LATE)
    running.save(late)
    found = running.check(code=1)

    # it answers everything, so /metrics too, with something else
    assert found.verdicts["serves_metrics"]["cause"] == "unparsable"


def test_an_app_that_dies_half_way(running: Course) -> None:
    """What it left unanswered is told with its exit code, and counts against it."""
    running.app(
        GOOD.replace('\n\n@app.get("/metrics")', f'{COUNTED}\n\n@app.get("/metrics")')
    )
    found = running.check(code=1)

    assert causes(found.out)["serves_metrics"] == "not-running"
    assert "exit code 3" in found.verdicts["serves_metrics"]["observed"]


def test_an_app_that_answers_500_to_everything(running: Course) -> None:
    """/metrics is what is asked for first."""
    source = SMALL.replace("send_response(200)", "send_response(500)")
    running.app(source)

    assert causes(running.check(code=1).out) == {"serves_metrics": "no-metrics"}


def test_an_app_that_fails_every_request_but_metrics(running: Course) -> None:
    """Counting right is not enough when users get something else than before."""
    source = GOOD.replace(
        "@app.before_request",
        "@app.before_request\ndef fail():\n"
        '    if request.path not in WATCHERS: raise ValueError("\\x1b[31mno")\n\n'
        "@app.before_request",
        1,
    )
    running.app(source)
    found = running.check(code=1)

    assert causes(found.out)["counts_every_request"] == "answers-changed"
    assert "status 500" in found.verdicts["counts_every_request"]["observed"]


def test_a_save_in_the_middle_of_a_check(running: Course) -> None:
    """It starts over and says so; the verdict is about what was saved."""
    running.app(GOOD.replace("http_requests_total", "http_requests"))
    before_it = answered(running.home)
    process = running.type("check")
    until(lambda: answered(running.home) > before_it + IN_ROUND_ONE)
    running.save(GOOD)
    found = ended(process)

    assert "The app was reloaded meanwhile: starting over" in found.out
    assert found.out.count("Round 2") == 2
    assert found.code == 0
    assert "judged: http_requests_total" in found.out


def test_our_dependency_is_killed_in_the_middle(running: Course) -> None:
    """That is ours: exit code 3, no verdict, no score, no check counted."""
    running.app(GOOD)
    before = load(running.home)
    dependency = running.one("dependency")
    before_it = answered(running.home)
    process = running.type("check")
    until(lambda: answered(running.home) > before_it + IN_ROUND_ONE)
    dependency.process.kill()
    found = ended(process)

    assert found.code == 3
    assert "Our own dependency was restarted during the check" in found.err
    assert "FAILED" not in found.out
    assert load(running.home) == before
    assert running.check().json["score"] == 90


def test_the_supervisor_is_killed(running: Course) -> None:
    """A check says that the environment ended; a start mends it; files are kept."""
    running.app(GOOD)
    before = load(running.home)
    os.kill(running.one("supervisor").process.pid, signal.SIGKILL)
    found = running.run("check", code=3)

    assert "its supervisor was ended" in found.err
    assert "sre-course start" in found.err
    assert load(running.home) == before
    running.start()
    assert (running.workspace / "app.py").read_text() == GOOD
    assert running.check(code=0).json["score"] == 90


def test_the_workspace_is_deleted(running: Course) -> None:
    """The environment ends by itself; a start makes the folder anew."""
    for path in sorted(running.workspace.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    running.workspace.rmdir()
    until(lambda: running.processes() == [])

    assert "its workspace is gone" in running.run("check", code=3).err
    running.start()
    assert "TODO" in (running.workspace / "app.py").read_text()
    assert running.check(code=1).json["score"] == 0
