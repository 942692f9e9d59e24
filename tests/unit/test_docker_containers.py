"""As whom containers run, in which subnets, and what a start is made of."""

import os
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from sre_course.adapters.environments.docker import network, services
from sre_course.adapters.environments.docker.containers import ANYONE, user_for
from sre_course.adapters.environments.docker.engine import Engine, require
from sre_course.adapters.environments.docker.stack import Limits, load_stack
from sre_course.adapters.environments.docker.stack import services_for as chosen
from sre_course.domain.errors import ServiceError, UsageError
from sre_course.domain.supervision import plan_from
from tests.embedded.lab import exercise


ENGINE = Engine(
    address="http+docker://localhost",
    version="26.1.5",
    system="Debian GNU/Linux 12 (bookworm)",
    os_type="linux",
    architecture="x86_64",
    cpus=2,
    memory=8000,
    root="/var/lib/docker",
    rootless=False,
    podman=False,
    selinux=False,
    identity="A",
)
SMALL = {"app": Limits(100, 1.0, 10)}


def test_the_app_runs_as_whom_the_files_belong_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it can read what only they can; rootless Docker's root is the learner."""
    owner = tmp_path.stat()
    assert user_for(replace(ENGINE, rootless=True), tmp_path) == "0:0"
    desktop = replace(ENGINE, system="Docker Desktop")
    assert user_for(desktop, tmp_path) == ANYONE

    class Theirs:
        st_uid, st_gid, st_mode = 1000, 1001, owner.st_mode

    monkeypatch.setattr(Path, "stat", lambda _self, **_more: Theirs)
    assert user_for(ENGINE, tmp_path) == "1000:1001"


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has such owners")
def test_roots_files_are_read_by_nobody_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app is never root: what only root can read is told with the way out."""
    workspace = tmp_path / "beginner"
    workspace.mkdir(mode=0o755)
    (workspace / "app.py").write_text("")
    (workspace / "dangling").symlink_to("nowhere")
    real = Path.stat

    class Roots:
        st_uid = st_gid = 0

        def __init__(self, mode: int) -> None:
            self.st_mode = mode

    monkeypatch.setattr(
        Path, "stat", lambda self, **more: Roots(real(self, **more).st_mode)
    )
    assert user_for(ENGINE, workspace) == ANYONE
    (workspace / "app.py").chmod(0o600)
    with pytest.raises(ServiceError, match=r"app\.py"):
        user_for(ENGINE, workspace)


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        (replace(ENGINE, os_type="windows"), "windows containers"),
        (replace(ENGINE, architecture="riscv64"), "riscv64"),
        (replace(ENGINE, address="http+docker://ssh"), "another machine"),
        (replace(ENGINE, address="http://192.0.2.7:2375"), "another machine"),
        (replace(ENGINE, memory=50), "50 MB"),
    ],
)
def test_an_engine_that_cannot_carry_it_is_told(engine: Engine, said: str) -> None:
    """Before anything is started; the other backend is named."""
    with pytest.raises(ServiceError, match=said) as raised:
        require(engine, SMALL)
    assert "--backend embedded" in raised.value.fix


@pytest.mark.parametrize(
    "address",
    ["http+docker://localhost", "http+docker://localnpipe", "http://127.0.0.1:2375"],
)
def test_an_engine_of_this_machine_will_do(address: str) -> None:
    """By a socket, a named pipe, or a port of the loopback interface; on ARM too."""
    require(replace(ENGINE, address=address, architecture="aarch64"), SMALL)


def test_subnets_begin_somewhere_and_cover_the_range(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two environments hardly ever begin at the same one; none comes twice."""
    monkeypatch.setenv(network.SUBNETS, "10.9.0.0/24")
    first = list(network._subnets("sre-a"))  # noqa: SLF001 - it has no other way in
    second = list(network._subnets("sre-b"))  # noqa: SLF001

    assert first[0] != second[0]
    assert set(first) == set(second) == {f"10.9.0.{n * 16}/28" for n in range(16)}
    monkeypatch.delenv(network.SUBNETS)
    assert all(
        s.startswith("10.213.")
        for s in islice(network._subnets("x"), 5)  # noqa: SLF001
    )


def test_a_range_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an example of one."""
    monkeypatch.setenv(network.SUBNETS, "10.9.0.1/24")
    with pytest.raises(UsageError) as raised:
        list(network._subnets("x"))  # noqa: SLF001
    assert network.BASE in raised.value.fix


def test_the_door_has_a_port_for_each_service(tmp_path: Path) -> None:
    """By the names that the learner sees; the dependency by its own."""
    what = exercise(tmp_path / "exercise")
    made = (
        services.app(tmp_path, "1:1"),
        services.dependency(what, "seed", "token"),
        services.stack("prometheus"),
    )
    _door, endpoints = services.door(made)

    assert set(endpoints) == {"app", "warehouse", "prometheus", "status", "alerts"}
    assert len(set(endpoints.values())) == len(endpoints)


def test_the_plan_is_one_that_the_supervisor_reads(tmp_path: Path) -> None:
    """It knows neither the seed nor what opens the ledger."""
    plan = plan_from(services.plan(exercise(tmp_path / "exercise"), "key", 7.0))

    assert (plan.app_port, plan.listen_seconds) == (services.APP_PORT, 7.0)
    assert plan.token == ""
    assert "seed" not in plan.dependency_document


def test_a_service_that_is_there_can_be_made() -> None:
    """Each name of stack.toml is one of a container."""
    stack = load_stack({})
    names = chosen(stack, ("prometheus", "alertmanager", "grafana"), lite=False)

    assert set(names) == set(stack.limits)
    for name in set(names) - {"app", "dependency", "door"}:
        assert services.stack(name).ready
