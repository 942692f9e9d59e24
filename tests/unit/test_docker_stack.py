"""The pinned images, the map that replaces them, and what must hold of both."""

import re
from pathlib import Path

import pytest

from sre_course.adapters.environments.docker import images
from sre_course.adapters.environments.docker.images import megabytes, required, split
from sre_course.adapters.environments.docker.stack import (
    FILE,
    MAP,
    load_stack,
    map_from,
    services_for,
)
from sre_course.domain.errors import ContentError, UsageError


ROOT = Path(__file__).resolve().parents[2]
STACK = load_stack({})
LAPTOP = 4096  # MB that a virtual machine gets on a laptop with 8 GB


def test_every_service_has_an_image_and_every_image_a_version() -> None:
    """A reference without a version would be another one tomorrow."""
    for service in STACK.limits:
        image = STACK.image(service)
        if image.name != "app":  # built here from what it is made of
            assert re.search(r":v?\d+\.\d+", image.reference), image.reference
        assert image.download > 0
        assert image.disk >= image.download
        assert image.purpose


def test_all_services_fit_a_laptop() -> None:
    """8 GB of memory leave about half to Docker Desktop."""
    assert sum(limits.memory for limits in STACK.limits.values()) < LAPTOP / 2


def test_learners_get_the_versions_that_are_tested() -> None:
    """Where an image is built here, the pin is of the version that is built."""
    recipe = (ROOT / ".ci/images/prometheus.sh").read_text(encoding="utf-8")
    built = re.search(r"version=v0\.3(\d\d)\.(\d+)", recipe)
    assert built
    assert STACK.images["prometheus"].reference.endswith(f":v3.{built[1]}.{built[2]}")
    recipe = (ROOT / ".ci/images/alertmanager.sh").read_text(encoding="utf-8")
    assert "prometheus-alertmanager=0.25.*" in recipe
    assert ":v0.25." in STACK.images["alertmanager"].reference
    recipe = (ROOT / ".ci/images/python.sh").read_text(encoding="utf-8")
    assert "python3.11" in recipe
    assert STACK.images["python"].reference.startswith("python:3.11-slim-bookworm")


def test_the_apps_packages_are_those_that_the_tests_use() -> None:
    """requirements.txt and constraints.txt agree, in every version."""
    wanted = FILE.with_name("app") / "requirements.txt"
    known = {
        line.lower()
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    }
    lines = wanted.read_text(encoding="utf-8").splitlines()
    for line in (text for text in lines if text and not text.startswith("#")):
        assert line.lower() in known, line


@pytest.mark.parametrize(
    "told",
    [
        "prometheus=registry.example/prom:1,python=local/python:3",
        " prometheus = registry.example/prom:1 , python=local/python:3 ",
        'prometheus="registry.example/prom:1"\n\n# ours\npython=local/python:3  # old',
    ],
)
def test_a_map_may_stand_in_the_variable(told: str) -> None:
    """Commas or lines; spaces, quotes and comments do not matter."""
    assert map_from(told) == {
        "prometheus": "registry.example/prom:1",
        "python": "local/python:3",
    }


def test_a_map_may_lie_in_a_file(tmp_path: Path) -> None:
    """The variable then holds its name; nothing at all is no map."""
    path = tmp_path / "images.txt"
    path.write_text("grafana=class/grafana:13\n")

    assert map_from(str(path)) == {"grafana": "class/grafana:13"}
    assert map_from(" ") == {}


@pytest.mark.parametrize("told", ["/no/such/file", "prometheus=", "=ref", "a=b,c"])
def test_what_is_no_map_is_refused_with_the_way_out(told: str) -> None:
    """The variable is named, and so is what it may hold."""
    with pytest.raises(UsageError) as raised:
        map_from(told)
    assert raised.value.fix


def test_a_map_replaces_images_and_cannot_name_unknown_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A mapped image is used as it is; a misspelt name is told."""
    monkeypatch.setenv(MAP, "app=class/app:1")
    found = load_stack().images["app"]
    assert (found.reference, found.mapped) == ("class/app:1", True)

    with pytest.raises(UsageError, match="prometeus"):
        load_stack({"prometeus": "x"})


def test_lite_leaves_out_what_only_shows() -> None:
    """The door stays last: while it runs, everything is there."""
    wanted = ("prometheus", "alertmanager", "grafana")

    assert services_for(STACK, wanted, lite=False)[-2:] == ("grafana", "door")
    assert "grafana" not in services_for(STACK, wanted, lite=True)
    assert services_for(STACK, wanted, lite=True)[-1] == "door"


def test_an_unknown_service_is_the_authors_to_mend() -> None:
    """It names those that there are."""
    with pytest.raises(ContentError) as raised:
        services_for(STACK, ("loki",), lite=False)
    assert "prometheus" in raised.value.fix


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("grafana/grafana:13.2.0", ("grafana/grafana", "13.2.0")),
        ("python", ("python", "latest")),
        ("localhost:5000/python", ("localhost:5000/python", "latest")),
        ("localhost:5000/python:3", ("localhost:5000/python", "3")),
        ("a/b@sha256:0123", ("a/b", "sha256:0123")),
    ],
)
def test_a_reference_is_split_where_its_tag_begins(
    reference: str, parts: tuple[str, str]
) -> None:
    """A registry's port is no tag."""
    assert split(reference) == parts


def test_each_image_is_wanted_once() -> None:
    """The door and the dependency share one."""
    assert required(STACK, ("door", "dependency", "app")) == ("python", "app")


def test_what_is_missing_is_added_up() -> None:
    """Download and disk, in MB."""
    missing = [
        images.Status(STACK.images[name], "", 0) for name in ("python", "grafana")
    ]

    assert megabytes(missing) == (
        sum(s.image.download for s in missing),
        sum(s.image.disk for s in missing),
    )
