"""Tests against a real engine. With SRE_REQUIRE_DOCKER=1, one that is skipped fails.

The images are those of SRE_COURSE_IMAGES, or what a learner would pull. Only with that
variable are they got here.
"""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from sre_course.adapters.environments.docker.engine import connect
from sre_course.adapters.environments.docker.images import Images, required
from sre_course.adapters.environments.docker.stack import load_stack, services_for
from sre_course.adapters.state.home import Home
from sre_course.domain.errors import CourseError
from tests.docker.lab import REAL_STACK, Lab
from tests.embedded.lab import exercise


HERE = Path(__file__).parent
REQUIRED = os.environ.get("SRE_REQUIRE_DOCKER") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here: it needs an engine, and takes its time."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.docker)
            item.add_marker(pytest.mark.slow)
            # an engine and its real stack at a time: two of them starve two cores
            item.add_marker(pytest.mark.xdist_group("docker"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no machine go green because its engine broke."""
    report = yield
    if REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"SRE_REQUIRE_DOCKER=1, but skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def client() -> Iterator[DockerClient]:
    """An engine that has every image but those of web pages."""
    try:
        found = connect(timeout=30)
    except CourseError as error:
        pytest.skip(error.message)
    # workers beside this one must not build the same image
    lock = Path(tempfile.gettempdir()) / "sre-course-images.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        stack = load_stack()
        images = Images(found, stack)
        names = required(stack, services_for(stack, REAL_STACK, lite=True))
        missing = [s for s in images.status(names) if not s.here]
        if missing and not REQUIRED:  # nobody was asked whether to download them
            pytest.skip("images are missing: run `sre-course images pull --lite`")
        try:
            images.fetch(missing, lambda _text, _done, _total: None)
        except CourseError as error:
            pytest.skip(error.message)
    yield found
    found.close()


@pytest.fixture
def lab(client: DockerClient, tmp_path: Path) -> Iterator[Lab]:
    """A home, an exercise, and decoys that must outlive every stop."""
    made = Lab(
        client,
        Home(tmp_path / "home"),
        exercise(tmp_path / "exercise"),
        secrets.token_hex(8),
    )
    made.workspace.mkdir(parents=True)
    with made.decoys():
        yield made
        made.end()
