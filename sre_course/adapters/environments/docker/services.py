"""The containers of an exercise, as plain values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sre_course.adapters.environments.docker import configuration
from sre_course.adapters.environments.docker.files import FOLDER
from sre_course.domain.behaviour_document import spec_document
from sre_course.domain.exercise import Exercise
from sre_course.domain.red import RedNames
from sre_course.domain.supervision import Plan, to_text


WORKSPACE = "/workspace"
RUN = "/run/course"  # the supervisor's own files, in memory
APP_PORT = 8000  # what PORT says to the learner's app
GATE, STATUS, DEPENDENCY, ALERTS = 7001, 7002, 7003, 7004
DOOR_FIRST = 7100  # the door's ports count up from here
FOREVER = "1e12"  # seconds: containers end when they are told to
STATUS_PAGE = "status"  # the endpoint of the supervisor's status
NOBODY = "65534:65534"
PYTHON = ("python3",)
INSIDE = "sre_course.adapters.environments.docker.inside"


@dataclass(frozen=True, slots=True)
class Service:
    """One container.

    `name` is its role and, with `alias`, its name on the exercise's network. `ready`
    is the port and the path that answer 200 once it can be used; `port` alone is for
    what has no such path. `tmpfs` maps a folder to its size in MB, `files` are the
    configuration that it reads, by path below FOLDER.
    """

    name: str
    command: tuple[str, ...]
    user: str
    port: int
    ready: str = ""
    alias: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    tmpfs: Mapping[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    workspace: Path | None = None
    hidden: tuple[str, ...] = ()  # folders of the workspace that stay outside

    @property
    def is_ours(self) -> bool:
        """Whether it runs code of ours."""
        return self.command[:1] == PYTHON


def app(workspace: Path, user: str) -> Service:
    """Return the learner's app under its supervisor, with the gate beside it."""
    hidden = tuple(n for n in (".venv", "venv") if (workspace / n).is_dir())
    return Service(
        name="app",
        command=(*PYTHON, "-m", "sre_course.supervisor", f"{FOLDER}/plan.json"),
        user=user,
        port=GATE,
        environment={
            "HOME": "/tmp",  # noqa: S108 - a tmpfs of its own
            "SRE_COURSE_IDLE": FOREVER,
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        tmpfs={"/tmp": 64, RUN: 40},  # noqa: S108
        files=("plan.json",),
        workspace=workspace,
        hidden=hidden,
    )


def plan(exercise: Exercise, key: str, listen_seconds: float) -> str:
    """Return the supervisor's plan: the gate stands in the dependency's place."""
    start = f"import asyncio, sys; sys.path.insert(0, {FOLDER!r}); "
    start += f"from {INSIDE}.gate import main; asyncio.run(main())"
    gate = {
        "app": [GATE, APP_PORT],
        "dependency": [exercise.dependency.name, DEPENDENCY],
        "status": [STATUS, f"{RUN}/status.json", f"{RUN}/app"],
    }
    return to_text(
        Plan(
            key=key,
            exercise=str(exercise.id),
            workspace=WORKSPACE,
            app_command=exercise.app.command,
            app_file=exercise.app.file,
            ready_path=exercise.app.ready_path,
            app_port=APP_PORT,
            dependency_command=(*PYTHON, "-c", start),
            dependency_name=exercise.dependency.name,
            dependency_variable=exercise.dependency.variable,
            dependency_document=json.dumps(gate),
            token="",
            status=f"{RUN}/status.json",
            output=f"{RUN}/app",
            used=f"{RUN}/used",
            log=f"{RUN}/supervisor.log",
            listen_seconds=listen_seconds,
        )
    )


def dependency(exercise: Exercise, fault_seed: str, token: str) -> Service:
    """Return the service of ours that misbehaves by its seed."""
    document = {"spec": spec_document(exercise.dependency), "seed": fault_seed}
    return Service(
        name="dependency",
        alias=exercise.dependency.name,
        command=(*PYTHON, "-m", "sre_course.dependency"),
        user=NOBODY,
        port=DEPENDENCY,
        ready="/.course/health",
        environment={
            "SRE_DEPENDENCY": json.dumps(document),
            "SRE_TOKEN": token,
            "SRE_BIND": "0.0.0.0",  # noqa: S104 - of its container
            "PORT": str(DEPENDENCY),
        },
    )


def stack(name: str) -> Service:
    """Return a service of the real stack. Raises KeyError for one that is not there."""
    return _STACK[name]


_STACK: Mapping[str, Service] = {
    "prometheus": Service(
        name="prometheus",
        command=(
            f"--config.file={FOLDER}/stack/prometheus.yml",
            "--storage.tsdb.path=/prometheus",
            "--storage.tsdb.retention.time=2d",
            "--web.enable-lifecycle",
        ),
        user=NOBODY,
        port=9090,
        ready="/-/ready",
        files=("stack/prometheus.yml", "stack/rules.yml"),
        tmpfs={"/prometheus": 128},
    ),
    "alertmanager": Service(
        name="alertmanager",
        command=(
            f"--config.file={FOLDER}/stack/alertmanager.yml",
            "--storage.path=/alertmanager",
            "--cluster.listen-address=",
        ),
        user=NOBODY,
        port=9093,
        ready="/-/ready",
        files=("stack/alertmanager.yml",),
        tmpfs={"/alertmanager": 8},
    ),
    "grafana": Service(
        name="grafana",
        command=(),
        user="472:0",
        port=3000,
        ready="/api/health",
        environment=configuration.GRAFANA_ENVIRONMENT,
        files=tuple(f"stack/{path}" for path in configuration.grafana(None)),
        tmpfs={"/var/lib/grafana": 64, "/var/log/grafana": 8, "/tmp": 16},  # noqa: S108
    ),
}


def stack_files(exercise: Exercise) -> Mapping[str, str]:
    """Return the configuration of the whole stack, by path below FOLDER."""
    found = {
        "prometheus.yml": configuration.prometheus(
            f"app:{GATE}", exercise.app.metrics_path
        ),
        "rules.yml": configuration.rules(None),
        "alertmanager.yml": configuration.alertmanager(f"http://door:{ALERTS}/alerts"),
        **configuration.grafana(None),
    }
    return {f"stack/{path}": text for path, text in found.items()}


def named_files(names: RedNames) -> Mapping[str, str]:
    """Return the files that speak of the learner's metrics, by path below FOLDER."""
    return {
        "stack/rules.yml": configuration.rules(names),
        "stack/dashboards/red.json": configuration.red(names),
    }


def door(services: tuple[Service, ...]) -> tuple[Service, Mapping[str, int]]:
    """Return the door to some services, and its port for each by its endpoint's name.

    Besides the services there are `status` (the supervisor's) and `alerts`.
    """
    targets = [(s.alias or s.name, s.alias or s.name, s.port) for s in services]
    targets.append((STATUS_PAGE, "app", STATUS))
    routes = [[DOOR_FIRST + n, host, port] for n, (_, host, port) in enumerate(targets)]
    ports = {name: DOOR_FIRST + n for n, (name, _, _) in enumerate(targets)}
    document = {"routes": routes, "alerts": ALERTS}
    service = Service(
        name="door",
        command=(*PYTHON, "-m", f"{INSIDE}.door"),
        user=NOBODY,
        port=ALERTS,
        ready="/alerts",
        environment={"SRE_DOOR": json.dumps(document)},
    )
    return service, {**ports, "alerts": ALERTS}


def at_home(service: Service) -> Service:
    """Return the service with the environment that all containers of ours need."""
    common = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    return replace(service, environment={**common, **service.environment})
