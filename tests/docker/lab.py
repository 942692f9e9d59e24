"""A home with one small exercise on a real engine, and decoys beside it."""

import contextlib
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from docker import DockerClient
from docker.errors import NotFound
from docker.models.containers import Container

from sre_course.adapters.environments.docker import labels
from sre_course.adapters.environments.docker.backend import Docker
from sre_course.adapters.environments.docker.images import Images
from sre_course.adapters.environments.docker.lifecycle import remove_all
from sre_course.adapters.environments.docker.stack import load_stack
from sre_course.adapters.state.home import Home
from sre_course.domain.environment import Running, ServiceState
from sre_course.domain.exercise import Exercise
from tests.embedded.lab import APP, SERVE, WHICH


REAL_STACK = ("prometheus", "alertmanager", "grafana")


@dataclass
class Lab:
    """What a test plays with."""

    client: DockerClient
    home: Home
    exercise: Exercise
    key: str
    keep: list[Running] = field(default_factory=list)

    @property
    def workspace(self) -> Path:
        """The learner's folder."""
        return self.home.workspace(WHICH)

    def with_stack(self) -> None:
        """Let the exercise want Prometheus, Alertmanager and Grafana."""
        self.exercise = replace(self.exercise, stack=REAL_STACK)

    def save(self, source: str = APP + SERVE) -> None:
        """Write app.py as an editor does: under another name, then renamed."""
        temporary = self.workspace / "app.py.swp"
        temporary.write_text(source)
        temporary.replace(self.workspace / "app.py")

    def start(
        self, source: str = APP + SERVE, *, seed: str = "seed", port: int | None = None
    ) -> Running:
        """Save an app and start everything that needs no web page."""
        self.save(source)
        return self.again(seed=seed, port=port)

    def again(
        self, *, seed: str = "seed", port: int | None = None, patience: float = 20.0
    ) -> Running:
        """Start everything, with the files as they are."""
        backend = Docker(lite=True, port=port, patience=patience)
        running = backend.start(self.exercise, self.workspace, self.key, seed)
        self.keep.append(running)
        return running

    def state(self, running: Running) -> ServiceState:
        """Return how the app is."""
        return Docker().state(running)

    def until_state(self, running: Running, *wanted: str) -> ServiceState:
        """Wait until the app is as wanted."""
        deadline = time.monotonic() + 30
        while (state := self.state(running)).state not in wanted:
            assert time.monotonic() < deadline, f"it is {state}"
            time.sleep(0.05)
        return state

    def output(self, running: Running, text: str) -> str:
        """Wait until the app has printed something; return the last it printed."""
        deadline = time.monotonic() + 30
        while text not in (output := Docker().output(running, 50)):
            assert time.monotonic() < deadline, f"it printed {output}"
            time.sleep(0.05)
        return output

    def stop(self, running: Running) -> Sequence[str]:
        """Stop everything."""
        return Docker().stop(running)

    def left(self) -> list[str]:
        """Return what carries the key."""
        filters = {**labels.of_key(self.key)}
        containers = self.client.containers.list(all=True, filters=filters)
        return [
            *(str(c.name) for c in containers),
            *(str(n.name) for n in self.client.networks.list(filters=filters)),
            *(str(v.name) for v in self.client.volumes.list(filters=filters)),
        ]

    def container(self, role: str) -> Container:
        """Return one of the containers."""
        return self.client.containers.get(f"sre-{self.key}-{role}")

    def python(self) -> str:
        """Return the id of an image with Python."""
        return Images(self.client, load_stack()).id("python")

    @contextlib.contextmanager
    def decoys(self) -> Iterator[None]:
        """Let containers, a network and a volume of others live beside ours."""
        mark = secrets.token_hex(4)
        other = {labels.KEY: f"other-{mark}", labels.WORKSPACE: str(self.home.root)}
        sleep = ["python3", "-c", "import time; time.sleep(900)"]
        network = self.client.networks.create(f"decoy-{mark}")
        volume = self.client.volumes.create(f"decoy-{mark}")
        made = [
            self.client.containers.create(
                self.python(), sleep, name=f"decoy-{mark}-{n}", labels=marks, init=True
            )
            for n, marks in enumerate(({}, other))
        ]
        try:
            for container in made:
                container.start()
            yield
            for container in made:
                container.reload()
                assert container.status == "running"
            network.reload()
            volume.reload()
        finally:
            for container in made:
                with contextlib.suppress(NotFound):
                    container.remove(force=True)
            with contextlib.suppress(NotFound):
                network.remove()
            with contextlib.suppress(NotFound):
                volume.remove()

    def end(self) -> None:
        """Stop what a test has left running, and prove that nothing is left of it."""
        assert remove_all(self.client, self.key) == []
        assert self.left() == []
