"""The only way from this machine into an environment: a port for each service.

The services' network has no way out, and so no way in either: this container is on
two networks, theirs and one whose ports are published on the loopback interface.
Environment: SRE_DOOR (JSON: `routes`, a list of [port, host, port]; `alerts`, the
port of the alerts page).
"""

import asyncio
import json
import os

from sre_course.adapters.environments.docker.inside.alerts import Inbox
from sre_course.adapters.environments.docker.inside.pages import serve
from sre_course.adapters.environments.docker.inside.relay import Target, listen


async def main() -> None:
    """Pass connections on until the container ends."""
    document = json.loads(os.environ["SRE_DOOR"])
    serve(int(document["alerts"]), Inbox().page)
    servers = [
        await listen(int(port), Target(str(host), int(onwards)))
        for port, host, onwards in document["routes"]
    ]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main())
