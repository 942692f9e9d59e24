"""An environment's two networks, with small subnets of our own choosing.

The engine's own pools end after some thirty networks.
"""

import ipaddress
import os
from collections.abc import Iterator
from hashlib import sha256

from docker import DockerClient
from docker.errors import APIError
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from sre_course.adapters.environments.docker import labels
from sre_course.adapters.environments.docker.containers import Place
from sre_course.domain.errors import ServiceError, UsageError


SUBNETS = "SRE_COURSE_SUBNETS"
BASE = "10.213.0.0/16"
PREFIX = 28  # 13 containers
TRIES = 64
# Without an address on the services' network, this machine cannot be reached from
# there. Engines older than 25 do not know the option and give it one.
NO_GATEWAY = "com.docker.network.bridge.inhibit_ipv4"
TAKEN = "overlap"  # in every engine's words for it


def ensure_network(client: DockerClient, place: Place, name: str) -> Network:
    """Return a network of a place, made if it is not there.

    The services' own has no way out. Raises ServiceError if no subnet is free.
    """
    for network in client.networks.list(filters={**labels.of_key(place.key)}):
        if network.name == name:
            return network
    internal = name == place.network
    for subnet in _subnets(name):
        try:
            return client.networks.create(
                name,
                driver="bridge",
                check_duplicate=True,
                internal=internal,
                labels=dict(place.marks),
                options={NO_GATEWAY: "true"} if internal else {},
                ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=subnet)]),
            )
        except APIError as error:
            if TAKEN not in str(error).lower():
                raise
    raise ServiceError(
        f"Docker has no addresses left for a network in {_base()}",
        fix="Run `docker network prune`, or name a free range of your own: "
        f"{SUBNETS}=10.250.0.0/16",
    )


def _base() -> ipaddress.IPv4Network:
    told = os.environ.get(SUBNETS) or BASE
    try:
        return ipaddress.IPv4Network(told)
    except ValueError as error:
        raise UsageError(
            f"{SUBNETS} is not a range of addresses: {told}",
            fix=f"Write it as in {SUBNETS}={BASE}",
        ) from error


def _subnets(name: str) -> Iterator[str]:
    """Yield subnets to try: the first depends on the name, so that few are taken."""
    base = _base()
    prefix = max(PREFIX, base.prefixlen)
    count = 2 ** (prefix - base.prefixlen)
    first = int(sha256(name.encode()).hexdigest(), 16) % count
    for offset in range(min(count, TRIES)):
        start = base.network_address + (first + offset) % count * 2 ** (32 - prefix)
        yield f"{start}/{prefix}"
