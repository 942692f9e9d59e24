"""The Docker backend: an environment in containers, with the real stack beside it."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docker import DockerClient
from docker.models.containers import Container

from sre_course.adapters.environments.docker import (
    containers,
    labels,
    lifecycle,
    readiness,
    services,
)
from sre_course.adapters.environments.docker.assembly import Order, assemble
from sre_course.adapters.environments.docker.engine import (
    Engine,
    connect,
    describe,
    require,
    require_disk,
)
from sre_course.adapters.environments.docker.errors import explained
from sre_course.adapters.environments.docker.files import FOLDER, archive
from sre_course.adapters.environments.docker.images import (
    Images,
    Status,
    Tell,
    megabytes,
    required,
)
from sre_course.adapters.environments.docker.known_errors import PULL
from sre_course.adapters.environments.docker.stack import (
    Stack,
    load_stack,
    services_for,
)
from sre_course.adapters.environments.interrupts import held
from sre_course.domain.environment import AppState, Running, ServiceState
from sre_course.domain.errors import ServiceError
from sre_course.domain.exercise import Exercise
from sre_course.domain.red import RedNames


NAME = "docker"
LISTEN = 20.0  # seconds; containers start slower than processes
REQUIREMENTS = "requirements.txt"  # of the workspace: what else the learner's app needs

# Whether to go on, after what it takes has been said.
Confirm = Callable[[str], bool]


def _silent(text: str, done: int, total: int) -> None:
    """Tell nobody."""


def _refuse(question: str) -> bool:
    """Agree to nothing: nobody can be asked."""
    del question
    return False


@dataclass(frozen=True, slots=True)
class Docker:
    """Implements engine.ports.Environment with the engine that Docker's client finds.

    `lite` leaves out what only shows; `port` is the one of this machine that the
    learner asked for. `confirm` is asked before anything is downloaded, `tell` hears
    what takes long. `patience`: seconds until we say that the app does not listen.
    """

    lite: bool = False
    port: int | None = None
    confirm: Confirm = _refuse
    tell: Tell = _silent
    stack: Stack = field(default_factory=load_stack)
    patience: float = LISTEN

    def preflight(self, exercise: Exercise) -> None:
        """Raise ServiceError if the engine is not there, or not able."""
        client = connect()
        try:
            self._require(describe(client), exercise)
        finally:
            client.close()

    def _names(self, exercise: Exercise) -> tuple[str, ...]:
        return services_for(self.stack, exercise.stack, lite=self.lite)

    def _require(self, engine: Engine, exercise: Exercise) -> None:
        names = self._names(exercise)
        require(engine, {n: self.stack.limits[n] for n in names})

    def start(
        self, exercise: Exercise, workspace: Path, key: str, fault_seed: str
    ) -> Running:
        """Start everything, or adopt what runs already; or leave nothing behind.

        Raises ServiceError, and KeyboardInterrupt when everything is undone.
        """
        client = connect()
        try:
            engine = describe(client)
            self._require(engine, exercise)
            images = Images(client, self.stack, _requirements(workspace))
            self._have_images(engine, images, exercise)
            order = Order(
                exercise,
                workspace.resolve(),
                key,
                fault_seed,
                self._names(exercise),
                self.port,
                self.patience,
            )
            wanted = assemble(order, engine, self.stack, images)
            with held() as look:
                try:
                    endpoints = _converge(client, engine, wanted, look)
                    running = _running(order, engine, endpoints)
                    self._await_app(running, look)
                except BaseException:
                    with contextlib.suppress(Exception):
                        lifecycle.remove_all(client, key)
                    raise
                return running
        finally:
            client.close()

    def _have_images(self, engine: Engine, images: Images, exercise: Exercise) -> None:
        """Get the images that are missing, once that was agreed to."""
        found = images.status(required(self.stack, self._names(exercise)))
        missing = [status for status in found if not status.here]
        if not missing:
            return
        require_disk(engine, tuple(s.image for s in missing))
        if not self.confirm(question(missing)):
            names = ", ".join(s.reference for s in missing)
            raise ServiceError(f"Images are missing: {names}", fix=PULL)
        images.fetch(missing, self.tell)

    def _await_app(self, running: Running, look: Callable[[], None]) -> None:
        """Return once the app answers or is known not to."""
        deadline = time.monotonic() + self.patience + readiness.PATIENCE
        while time.monotonic() < deadline:
            look()
            state = self.state(running)
            if state.state is AppState.GONE:
                raise ServiceError(
                    f"The app's container ended: {state.detail}",
                    fix="Run `sre-course stop`, then start again",
                )
            if state.state is not AppState.STARTING or state.detail:
                return
            time.sleep(readiness.POLL)

    def state(self, running: Running) -> ServiceState:
        """Return how the learner's app is."""
        page = str(running.record.get("status", ""))
        status = readiness.status(page) if page else None
        if status is not None:
            detail = status.detail
            if detail and status.state is AppState.STARTING:
                ours = (services.GATE, services.STATUS, status.dependency_port)
                found = readiness.listening(page, ours)
                shown = ", ".join(map(str, found))
                detail += f" It listens on {shown} instead." if found else ""
            return ServiceState(status.state, status.incarnation, detail)
        client = self._client_of(running)
        try:
            with explained("looking for the containers"):
                return _why_silent(containers.existing(client, running.key))
        finally:
            client.close()

    def output(self, running: Running, lines: int) -> str:
        """Return the last lines that the learner's app printed, of both streams."""
        streams = readiness.output(str(running.record.get("status", "")))
        parts = ["\n".join(text.splitlines()[-lines:]) for text in streams]
        return "\n".join(part for part in parts if part)

    def stop(self, running: Running) -> Sequence[str]:
        """End everything that carries the key; return what is left.

        Raises ServiceError if the engine that it runs on cannot be asked.
        """
        with held():
            client = self._client_of(running)
            try:
                with explained("removing the containers"):
                    return lifecycle.remove_all(client, running.key)
            finally:
                client.close()

    def follow(self, running: Running, names: RedNames) -> None:
        """Draw the dashboard and write the alert rules in the learner's own names.

        Raises ServiceError if the engine or Prometheus refuses.
        """
        texts = services.named_files(names)
        client = self._client_of(running)
        try:
            with explained("writing the dashboard"):
                for container in containers.existing(client, running.key):
                    if container.labels.get(labels.ROLE) == "door":
                        files = {path: text.encode() for path, text in texts.items()}
                        container.put_archive(FOLDER, archive(files))
        finally:
            client.close()
        if "prometheus" in running.endpoints:
            readiness.reload(running.endpoints["prometheus"])

    def _client_of(self, running: Running) -> DockerClient:
        """Return a client of the engine that an environment was started on."""
        client = connect()
        engine = describe(client)
        if engine.identity != running.record.get("engine", engine.identity):
            client.close()
            raise ServiceError(
                "It was started on another Docker engine than the one that answers now",
                fix="Choose that one (`docker context use NAME`, or DOCKER_HOST), then "
                "run the command again",
            )
        return client


def _converge(
    client: DockerClient,
    engine: Engine,
    wanted: lifecycle.Wanted,
    look: Callable[[], None],
) -> Mapping[str, str]:
    """Start what is missing, wait until it is ready, and return the URLs."""
    with explained("starting the containers"):
        found = lifecycle.converge(client, engine, wanted, look)
        urls = readiness.urls(found[wanted.door.name], wanted.endpoints)
        readiness.wait(found, [p.service for p in wanted.parts], urls, look)
        return urls


def _running(order: Order, engine: Engine, urls: Mapping[str, str]) -> Running:
    return Running(
        exercise=str(order.exercise.id),
        backend=NAME,
        key=order.key,
        fault_seed=order.fault_seed,
        token=order.token,
        endpoints={n: u for n, u in urls.items() if n != services.STATUS_PAGE},
        record={"status": urls[services.STATUS_PAGE], "engine": engine.identity},
    )


def question(missing: Sequence[Status]) -> str:
    """Return what is asked before images are fetched."""
    download, disk = megabytes(missing)
    rows = "\n".join(
        f"  {s.image.name:<13} about {s.image.download:>4} MB  {s.image.purpose}"
        for s in missing
    )
    return (
        f"The Docker backend needs images that are not here:\n{rows}\n"
        f"Download about {download} MB ({disk} MB on disk)?"
    )


def _requirements(workspace: Path) -> str:
    """Return what the learner's app needs besides what its image has anyway."""
    try:
        return (workspace / REQUIREMENTS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _why_silent(found: Sequence[Container]) -> ServiceState:
    """Say why an environment's status page does not answer."""
    roles: Mapping[str, Container] = {c.labels.get(labels.ROLE, ""): c for c in found}
    for role in ("app", "door"):
        container = roles.get(role)
        if container is None:
            return ServiceState(AppState.GONE, detail="Nothing runs any more")
        if container.status != "running":
            why = containers.how_it_ended(container)
            return ServiceState(AppState.GONE, detail=f"The container {role}: {why}")
    return ServiceState(AppState.STARTING)
