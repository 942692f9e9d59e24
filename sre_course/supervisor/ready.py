"""Ask an app whether it listens, until it answers."""

import http.client
import time
from threading import Event


TIMEOUT = 2.0  # seconds for one answer
SOON, LATER = 0.02, 0.1  # seconds between two looks, for the first seconds and after
EAGER = 5.0  # seconds


def answers(port: int, path: str) -> bool:
    """Return whether anything speaks HTTP there; the status does not matter."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return True


def wait(port: int, path: str, given_up: Event, seconds: float) -> bool:
    """Look until the app answers, the time is over, or we are told to give up."""
    started = time.monotonic()
    waited = 0.0
    while not given_up.is_set() and waited < seconds:
        if answers(port, path):
            return True
        given_up.wait(SOON if waited < EAGER else LATER)
        waited = time.monotonic() - started
    return False
