"""Images on a real engine: pulled from a registry, saved, loaded, listed."""

import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from sre_course.adapters.environments.docker.images import Images
from sre_course.adapters.environments.docker.stack import load_stack
from sre_course.domain.errors import ServiceError
from tests.docker.engines import extra_engine
from tests.embedded.lab import free_port


Told = list[tuple[str, int, int]]


@contextlib.contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Run a registry on the loopback interface; yield its address."""
    program = shutil.which("docker-registry")
    if not program:
        pytest.skip("docker-registry is not installed")
    address = f"127.0.0.1:{free_port()}"
    config = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "registry")}},
        "http": {"addr": address},
    }
    file = folder / "registry.yml"
    file.write_text(json.dumps(config))
    process = subprocess.Popen(
        [program, "serve", str(file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://{address}/v2/", timeout=1).close()
                break
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def test_a_pull_shows_how_far_it_is(client: DockerClient, tmp_path: Path) -> None:
    """From a class's own registry; a tag that is not there is told apart."""
    stack = load_stack()
    with registry(tmp_path) as address:
        mapped = f"{address}/course/alertmanager:1"
        source = client.images.get(Images(client, stack).id("alertmanager"))
        source.tag(f"{address}/course/alertmanager", "1")
        client.images.push(f"{address}/course/alertmanager", "1")
        client.images.remove(mapped)
        try:
            told: Told = []
            images = Images(client, load_stack({"alertmanager": mapped}))
            missing = images.status(["alertmanager"])
            assert [s.here for s in missing] == [False]

            images.fetch(missing, lambda *seen: told.append(seen))

            assert images.status(["alertmanager"])[0].here
            assert told[-1][0] == f"Pulling {mapped}"
            assert all(done <= total for _, done, total in told)

            absent = Images(client, load_stack({"alertmanager": f"{mapped}2"}))
            with pytest.raises(ServiceError, match="does not have that image"):
                absent.fetch(absent.status(["alertmanager"]), lambda *_seen: None)
        finally:
            client.images.remove(mapped, force=True)


def test_a_bundle_carries_the_images_to_a_machine_without_a_network(
    client: DockerClient, tmp_path: Path
) -> None:
    """Saved here, loaded there: all that a start needs is then there."""
    stack = load_stack()
    names = ["app", "python", "alertmanager"]
    told: Told = []
    written = Images(client, stack).save(names, tmp_path, lambda *s: told.append(s))

    assert {path.name for path in written} == {f"{name}.tar" for name in names}
    assert told
    assert all(done > 0 for _, done, _ in told)
    with extra_engine() as engine:
        theirs = DockerClient(engine.host)
        there = Images(theirs, stack)
        assert not any(s.here for s in there.status(names))
        found = there.load(tmp_path, lambda *_seen: None)
        assert set(found) == {s.reference for s in there.status(names)}
        assert all(s.here for s in there.status(names))
        theirs.close()


def test_what_is_not_here_cannot_be_saved(client: DockerClient, tmp_path: Path) -> None:
    """The next step is to get it."""
    stack = load_stack({"grafana": "registry.invalid/grafana:1"})
    with pytest.raises(ServiceError) as raised:
        Images(client, stack).save(["grafana"], tmp_path, lambda *_seen: None)
    assert "images pull" in raised.value.fix


def test_the_apps_image_follows_what_it_is_made_of(client: DockerClient) -> None:
    """Other requirements or another base make another image."""
    stack = load_stack()
    plain = Images(client, stack).reference(stack.images["app"])
    more = Images(client, stack, "colorama\n").reference(stack.images["app"])
    other = load_stack({"python": "python:3.12"})

    assert len({plain, more, Images(client, other).reference(other.images["app"])}) == 3
