"""What an engine says, in its own words, becomes what to do next."""

import pytest
import requests
from docker.errors import APIError, BuildError, DockerException, ImageLoadError

from sre_course.adapters.environments.docker.errors import explain, explained
from sre_course.domain.errors import ServiceError, UsageError


def refused(status: int, text: str) -> APIError:
    """Return the error of an engine's answer."""
    response = requests.Response()
    response.status_code = status
    return APIError("Server Error", response, text)


def connecting(cause: str) -> DockerException:
    """Return the error of a client that finds no engine."""
    said = f"Error while fetching server API version: ('Connection aborted.', {cause})"
    return DockerException(said)


# The texts are copied from engines 20.10.24 and 26.1.5, or their sources.
CASES = [
    (connecting("FileNotFoundError(2, 'No such file or directory')"), "Start Docker"),
    (connecting("ConnectionRefusedError(111, 'Connection refused')"), "Start Docker"),
    (connecting("PermissionError(13, 'Permission denied')"), "usermod -aG docker"),
    (
        DockerException(
            "Error while fetching server API version: UnixHTTPConnectionPool("
            "host='localhost'): Read timed out. (read timeout=2)"
        ),
        "restart it",
    ),
    (DockerException("Invalid bind address protocol: foo://x"), "unset DOCKER_HOST"),
    (
        DockerException("Install paramiko package to enable ssh:// support"),
        "docker[ssh]",
    ),
    (
        refused(
            400,
            "client version 1.52 is too new. Maximum supported API version is 1.41",
        ),
        "pip install --upgrade docker",
    ),
    (
        refused(
            400,
            "client version 1.40 is too old. Minimum supported API version is 1.44",
        ),
        "pip install --upgrade docker",
    ),
    (refused(404, "No such image: prom/prometheus:v3.16.0"), "images pull"),
    (
        refused(
            500,
            'Get "https://registry.example/v2/": dial tcp: lookup registry.example on '
            "10.0.0.1:53: no such host",
        ),
        "images load",
    ),
    (
        refused(500, 'Get "https://r.example/v2/": net/http: TLS handshake timeout'),
        "images load",
    ),
    (
        refused(
            500,
            'Get "https://r.example/v2/": x509: certificate signed by an authority',
        ),
        "SRE_COURSE_IMAGES",
    ),
    (
        refused(404, "manifest for prom/prometheus:v99 not found: manifest unknown"),
        "images list",
    ),
    (
        refused(
            404,
            "pull access denied for nobody/nothing, repository does not exist or may "
            "require 'docker login': denied: requested access to it is denied",
        ),
        "docker login",
    ),
    (
        refused(
            500,
            "toomanyrequests: You have reached your unauthenticated pull rate limit",
        ),
        "docker login",
    ),
    (
        refused(
            404,
            "no matching manifest for linux/riscv64 in the manifest list entries",
        ),
        "amd64 and arm64",
    ),
    (
        refused(
            500,
            "write /var/lib/docker/tmp/GetImageBlob123: no space left on device",
        ),
        "docker system prune",
    ),
    (
        refused(
            409,
            'Conflict. The container name "/sre-1-app" is already in use by container '
            '"abc". You have to remove (or rename) that container',
        ),
        "docker rm",
    ),
    (refused(409, "network with name sre-1 already exists"), "docker network ls"),
    (
        refused(409, "removal of container abc is already in progress"),
        "Wait some seconds",
    ),
    (
        refused(
            500,
            "driver failed programming external connectivity on endpoint sre: Error "
            "starting userland proxy: listen tcp4 127.0.0.1:8000: bind: address "
            "already in use",
        ),
        "--port",
    ),
    (
        refused(500, "Bind for 127.0.0.1:8000 failed: port is already allocated"),
        "--port",
    ),
    (
        refused(
            400,
            'OCI runtime create failed: container_linux.go:380: exec: "python3": '
            "executable file not found in $PATH: unknown",
        ),
        "SRE_COURSE_IMAGES",
    ),
    (
        refused(
            400,
            'invalid mount config for type "bind": bind source path does not exist: '
            "/home/me/sre-course/day1/beginner",
        ),
        "File sharing",
    ),
    (
        refused(
            404,
            "could not find an available, non-overlapping IPv4 address pool among the "
            "defaults to assign to the network",
        ),
        "SRE_COURSE_SUBNETS",
    ),
    (refused(403, "Pool overlaps with other one on this address space"), "SUBNETS"),
    (
        refused(
            403, "error while removing network: network sre-1 has active endpoints"
        ),
        "docker network disconnect",
    ),
    (refused(404, "network sre-1 not found"), "sre-course stop"),
    (refused(404, "No such container: abc"), "sre-course stop"),
    (
        requests.ConnectionError(
            "('Connection aborted.', RemoteDisconnected('Remote end closed connection "
            "without response'))"
        ),
        "nothing is lost",
    ),
    (ImageLoadError("unexpected EOF"), "images save"),
    (
        BuildError(
            "The command '/bin/sh -c pip' returned a non-zero code: 1", iter([])
        ),
        "SRE_COURSE_IMAGES=app=",
    ),
    (refused(500, "something that nobody has seen yet"), "sre-course doctor"),
]


@pytest.mark.parametrize(("error", "step"), CASES, ids=[c[1] for c in CASES])
def test_every_known_error_has_its_next_step(error: Exception, step: str) -> None:
    """The message says what was being done, the fix what to type."""
    found = explain(error, "starting the containers")

    assert step in found.fix
    assert "starting the containers" in found.message


def test_a_failed_build_shows_what_pip_complained_about() -> None:
    """Of a long log, the line that says why is worth more than the last one."""
    log = [
        {"stream": "Step 5/9 : RUN pip install\n"},
        {"stream": "\x1b[91mERROR: Could not find any version of flask==99\n"},
        {"error": "The command returned a non-zero code: 1"},
    ]

    found = explain(BuildError("it failed", iter(log)), "building an image")

    assert "flask==99" in found.message


def test_errors_of_ours_pass_unchanged() -> None:
    """What has a next step already keeps it."""
    mine = UsageError("no", fix="yes")

    with pytest.raises(UsageError) as raised, explained("doing something"):
        raise mine
    assert raised.value is mine


def test_errors_that_are_no_docker_exception_are_explained_too() -> None:
    """An engine that dies after connecting raises what requests raises."""
    with pytest.raises(ServiceError), explained("starting the containers"):
        raise requests.ConnectionError("Connection reset by peer")
    with pytest.raises(ServiceError), explained("starting the containers"):
        raise BrokenPipeError(32, "Broken pipe")


def test_other_mistakes_are_not_hidden() -> None:
    """A bug of ours is no problem of the engine's."""
    with pytest.raises(ZeroDivisionError), explained("counting"):
        raise ZeroDivisionError
