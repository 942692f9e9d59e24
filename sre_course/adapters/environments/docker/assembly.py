"""What an exercise needs on an engine, put together from its manifest."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sre_course.adapters.environments.docker import containers, labels, services
from sre_course.adapters.environments.docker.containers import Part, Place
from sre_course.adapters.environments.docker.engine import Engine
from sre_course.adapters.environments.docker.files import course_code
from sre_course.adapters.environments.docker.images import Images
from sre_course.adapters.environments.docker.lifecycle import Wanted
from sre_course.adapters.environments.docker.services import Service
from sre_course.adapters.environments.docker.stack import Stack
from sre_course.domain.exercise import Exercise


DOOR = "door"


@dataclass(frozen=True, slots=True)
class Order:
    """What a start was asked for; `names` are the services, `port` the app's.

    `patience`: seconds after which it is said that the app does not listen.
    """

    exercise: Exercise
    workspace: Path
    key: str
    fault_seed: str
    names: tuple[str, ...]
    port: int | None
    patience: float

    @property
    def token(self) -> str:
        """What opens the dependency's control path: nothing that the app knows."""
        text = f"token\x1f{self.key}\x1f{self.fault_seed}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def assemble(order: Order, engine: Engine, stack: Stack, images: Images) -> Wanted:
    """Return everything that is to be there.

    Raises ServiceError if an image is missing or the workspace cannot be read.
    """
    exercise = order.exercise
    made = tuple(_service(name, order, engine) for name in order.names if name != DOOR)
    door, endpoints = services.door(made)
    published = {p: order.port if n == "app" else None for n, p in endpoints.items()}

    code = course_code()
    texts = {"plan.json": services.plan(exercise, order.key, order.patience)}
    texts |= services.stack_files(exercise)
    own = {path: text.encode() for path, text in texts.items()}

    def part(service: Service) -> Part:
        runs_ours = code if service.is_ours else {}
        return Part(
            services.at_home(service),
            images.id(stack.image_of[service.name]),
            stack.limits[service.name],
            {**runs_ours, **{path: own[path] for path in service.files}},
            published if service is door else {},
        )

    marks = {
        labels.KEY: order.key,
        labels.WORKSPACE: str(order.workspace),
        labels.EXERCISE: str(exercise.id),
    }
    return Wanted(Place(order.key, marks), tuple(map(part, (*made, door))), endpoints)


def _service(name: str, order: Order, engine: Engine) -> Service:
    if name == "app":
        user = containers.user_for(engine, order.workspace)
        return services.app(order.workspace, user)
    if name == "dependency":
        return services.dependency(order.exercise, order.fault_seed, order.token)
    return services.stack(name)
