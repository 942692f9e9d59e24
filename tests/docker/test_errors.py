"""Everything that can go wrong with an engine, provoked for real."""

import gc
import os
import shutil
import socket
import subprocess
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from docker import DockerClient
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from sre_course.adapters.environments.docker.backend import Docker
from sre_course.adapters.environments.docker.containers import remove
from sre_course.adapters.environments.docker.engine import (
    connect,
    describe,
    require,
    require_disk,
)
from sre_course.adapters.environments.docker.errors import explained
from sre_course.adapters.environments.docker.images import Images
from sre_course.adapters.environments.docker.stack import Limits, load_stack
from sre_course.domain.errors import ServiceError
from tests.docker.engines import extra_engine
from tests.docker.lab import Lab
from tests.embedded.lab import APP, SERVE, free_port


@contextmanager
def refused(message: str, fix: str) -> Iterator[None]:
    """Expect a ServiceError with a message and a next step."""
    with pytest.raises(ServiceError) as raised:
        yield
    assert message in raised.value.message
    assert fix in raised.value.fix


@pytest.fixture(autouse=True)
def let_go() -> Iterator[None]:
    """Clients that find no engine leave their sockets to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


# --- no engine


def test_no_engine_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There is no socket: start Docker, or go on without."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with refused("No Docker engine is running here", "--backend embedded"):
        connect()


def test_an_engine_that_has_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its socket is still there and nobody listens."""
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    with refused("though one has been", "systemctl start docker"):
        connect()


def test_an_engine_of_others(
    client: DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is not in its group is told which one that is."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        pytest.skip("the engine has no socket here")
    path = Path(host.removeprefix("unix://"))
    before = path.stat().st_mode
    path.chmod(0o660)
    os.seteuid(65534)
    try:
        with refused("You may not talk to the Docker engine", "usermod -aG docker"):
            connect()
    finally:
        os.seteuid(0)
        path.chmod(before)


def test_an_engine_that_hangs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It takes connections and answers none."""
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(path))
        mute.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        with refused("does not answer in time", "restart it"):
            connect(timeout=1)


@pytest.mark.parametrize("host", ["foo://x", "unix//x", "tcp://:::"])
def test_an_address_that_is_none(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """DOCKER_HOST is named, and how to get rid of it."""
    monkeypatch.setenv("DOCKER_HOST", host)
    with refused("DOCKER_HOST", "unset DOCKER_HOST"):
        connect(timeout=1)


def test_an_engine_over_ssh_without_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The package is named."""
    monkeypatch.setenv("DOCKER_HOST", "ssh://nobody@127.0.0.1")
    with refused("ssh", "docker[ssh]"):
        connect(timeout=1)


def test_an_unknown_context_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A context that is not there means no engine, not silently another one."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONTEXT", "no-such-context")
    with refused("no-such-context", "docker context"):
        connect(timeout=1)


def test_an_engine_that_dies_half_way(client: DockerClient) -> None:
    """After connecting, requests' own errors come: they are explained too."""
    with extra_engine() as engine:
        theirs = DockerClient(engine.host)
        engine.kill()
        with refused("(while listing)", "Start"), explained("listing"):
            theirs.containers.list()
        theirs.close()
        engine.start()


def test_a_client_that_is_too_new(client: DockerClient) -> None:
    """The versions do not go together: one of the two is to be upgraded."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    theirs = DockerClient(host, version="1.99")
    with refused("same version", "pip install --upgrade docker"):
        describe(theirs)
    theirs.close()


# --- room and limits


def test_more_memory_than_the_engine_has(client: DockerClient) -> None:
    """It is said before anything is started, with both figures."""
    engine = describe(client)
    with refused(f"{engine.memory} MB", "--lite"):
        require(engine, {"app": Limits(engine.memory + 1, 1.0, 10)})


def test_more_processors_than_the_engine_has(client: DockerClient) -> None:
    """A service gets what there is instead of an error."""
    engine = describe(client)

    assert engine.cpus_for(Limits(10, 999.0, 10)) == engine.cpus * 10**9


def test_images_that_will_not_fit(client: DockerClient) -> None:
    """The disk is looked at before the download."""
    engine = describe(client)
    if not Path(engine.root).is_dir():
        pytest.skip("the engine's disk is not one of this machine's")
    huge = replace(load_stack({}).images["python"], disk=10**9)
    with refused("MB left", "docker system prune"):
        require_disk(engine, (huge,))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a small file system of its own."""
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        pytest.skip("only root can mount a small disk")
    image, mounted = folder / "disk", folder / "mounted"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(mounted)], check=True)
    try:
        yield mounted
    finally:
        subprocess.run(["umount", str(mounted)], check=True)


def test_a_disk_that_gets_full(client: DockerClient, tmp_path: Path, lab: Lab) -> None:
    """A bundle that does not fit is told, and how to make room."""
    stack = load_stack()
    images = Images(client, stack)
    bundle = tmp_path / "bundle"
    images.save(["python"], bundle, lambda _t, _d, _n: None)
    with small_disk(tmp_path, 60) as disk, extra_engine(disk) as engine:
        theirs = DockerClient(engine.host)
        with refused("disk is full", "docker system df"):
            Images(theirs, stack).load(bundle, lambda _t, _d, _n: None)
        theirs.close()


# --- images


def test_a_registry_that_cannot_be_reached(client: DockerClient) -> None:
    """Every way on is named: network, bundle, image map, no Docker."""
    stack = load_stack({"grafana": "registry.invalid/grafana:1"})
    images = Images(client, stack)
    missing = images.status(["grafana"])
    with refused("registry cannot be reached", "images load"):
        images.fetch(missing, lambda _t, _d, _n: None)


def test_images_that_are_missing(lab: Lab) -> None:
    """Nothing is downloaded that nobody has agreed to."""
    stack = load_stack({**load_map(), "python": "registry.invalid/python:1"})
    asked: list[str] = []

    def refuse(question: str) -> bool:
        asked.append(question)
        return False

    backend = Docker(lite=True, confirm=refuse, stack=stack)
    with refused("registry.invalid/python:1", "sre-course images pull"):
        backend.start(lab.exercise, lab.workspace, lab.key, "seed")
    assert "MB" in asked[0]
    assert lab.left() == []


def load_map() -> dict[str, str]:
    """Return what the images are called here."""
    images = load_stack().images.values()
    return {i.name: i.reference for i in images if i.mapped}


def test_an_image_that_cannot_run_what_it_should(lab: Lab) -> None:
    """A wrong name in the image map is found at the first start."""
    stack = load_stack()
    wrong = {**load_map(), "python": stack.images["prometheus"].reference}
    wrong["app"] = stack.images["prometheus"].reference
    lab.save()
    with refused("does not hold what it should", "SRE_COURSE_IMAGES"):
        Docker(lite=True, stack=load_stack(wrong)).start(
            lab.exercise, lab.workspace, lab.key, "seed"
        )
    assert lab.left() == []


def test_requirements_that_do_not_exist(lab: Lab) -> None:
    """What pip complained about is shown."""
    (lab.workspace / "requirements.txt").write_text("sre-course-no-such-thing==1\n")
    backend = Docker(lite=True, confirm=lambda _question: True)
    with refused("sre-course-no-such-thing", "SRE_COURSE_IMAGES=app="):
        backend.start(lab.exercise, lab.workspace, lab.key, "seed")
    assert lab.left() == []


def test_a_bundle_that_is_no_image(client: DockerClient, tmp_path: Path) -> None:
    """It is to be made anew."""
    (tmp_path / "python.tar").write_bytes(b"not a tar archive" * 100)
    with refused("loading", "images save"):
        Images(client, load_stack()).load(tmp_path, lambda _t, _d, _n: None)


# --- names, ports, networks, folders


def test_a_container_of_others_with_our_name(lab: Lab) -> None:
    """It is not ours to remove: it is left alone, and told."""
    name = f"sre-{lab.key}-door"
    foreign = lab.client.containers.create(lab.python(), ["python3"], name=name)
    try:
        with refused("A name that the exercise needs is taken", "docker rm"):
            lab.start()
        foreign.reload()
    finally:
        remove(foreign)
    assert lab.left() == []


def test_a_port_that_is_taken(lab: Lab) -> None:
    """By a process of this machine; nothing of the attempt is left."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), refused("port", "--port"):
        lab.start(port=port)
    assert lab.left() == []


def test_a_port_that_another_container_has(lab: Lab, tmp_path: Path) -> None:
    """Two exercises cannot both have the learner's favourite port."""
    port = free_port()
    lab.start(port=port)
    other = Lab(lab.client, lab.home, lab.exercise, f"{lab.key[:-4]}beef")
    try:
        with refused("port", "--port"):
            other.again(port=port)
        assert other.left() == []
    finally:
        other.end()


def test_no_subnet_that_is_free(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A range of one's own can be named."""
    pool = IPAMConfig(pool_configs=[IPAMPool(subnet="10.249.7.0/28")])
    taken = lab.client.networks.create(f"decoy-{lab.key}", ipam=pool)
    try:
        monkeypatch.setenv("SRE_COURSE_SUBNETS", "10.249.7.0/28")
        with refused("no addresses left", "SRE_COURSE_SUBNETS"):
            lab.start()
    finally:
        taken.remove()
    assert lab.left() == []


def test_a_subnet_that_is_taken_is_passed_over(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four, the two free ones are found."""
    decoys: list[Network] = []
    for subnet in ("10.249.8.0/28", "10.249.8.32/28"):
        pool = IPAMConfig(pool_configs=[IPAMPool(subnet=subnet)])
        decoys.append(
            lab.client.networks.create(f"decoy-{lab.key}-{len(decoys)}", ipam=pool)
        )
    monkeypatch.setenv("SRE_COURSE_SUBNETS", "10.249.8.0/26")
    try:
        lab.start()
        networks = [
            lab.client.networks.get(n).attrs["IPAM"]["Config"][0]["Subnet"]
            for n in (f"sre-{lab.key}", f"sre-{lab.key}-out")
        ]
        assert sorted(networks) == ["10.249.8.16/28", "10.249.8.48/28"]
    finally:
        lab.end()
        for decoy in decoys:
            decoy.remove()


def test_files_that_only_root_can_read(lab: Lab) -> None:
    """The app does not run as root, so it could not read them."""
    if os.geteuid() != 0:
        pytest.skip("the learner is not root here")
    lab.save()
    (lab.workspace / "secret.py").write_text("x = 1\n")
    (lab.workspace / "secret.py").chmod(0o600)
    with refused("Only root can read", "chmod"):
        lab.again()
    assert lab.left() == []


def test_the_engine_hears_of_no_command_that_it_would_refuse(lab: Lab) -> None:
    """Two starts at the same time end with one environment."""
    lab.save(APP + SERVE)
    errors: list[Exception] = []

    def start() -> None:
        try:
            lab.again()
        except ServiceError as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # the commands hold a lock; without it, one of them may lose, but is told so
    running = lab.again()
    assert lab.state(running).state == "running"
    assert all(error.fix for error in errors if isinstance(error, ServiceError))
