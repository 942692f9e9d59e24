"""What Alertmanager sent: the end of the way that an alert takes."""

import json
import threading
import time
from collections import deque
from http import HTTPStatus
from typing import Any

from sre_course.adapters.environments.docker.inside.pages import NOT_FOUND, Answer


KEPT = 200
WIDTH = 200  # characters of one value


class Inbox:
    """The last notifications, newest last."""

    def __init__(self) -> None:
        self._kept: deque[dict[str, str]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def page(self, method: str, path: str, body: bytes) -> Answer:
        """Take a notification, or show all: `/` to read, `/alerts` as JSON."""
        if method == "POST" and path == "/alerts":
            return self._take(body)
        with self._lock:
            kept = list(self._kept)
        if path == "/alerts":
            return HTTPStatus.OK, "application/json", json.dumps(kept).encode() + b"\n"
        if path == "/":
            return HTTPStatus.OK, "text/plain", _shown(kept).encode()
        return NOT_FOUND

    def _take(self, body: bytes) -> Answer:
        try:
            alerts = json.loads(body)["alerts"]
            found = [_flat(alert) for alert in alerts]
        except (ValueError, LookupError, TypeError, AttributeError):
            return HTTPStatus.BAD_REQUEST, "text/plain", b"not a notification\n"
        with self._lock:
            self._kept.extend(found)
        return HTTPStatus.OK, "text/plain", b"taken\n"


def _flat(alert: dict[str, Any]) -> dict[str, str]:
    labels = dict(alert["labels"])
    chosen = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "status": alert.get("status", ""),
        "alert": labels.pop("alertname", ""),
        "labels": ", ".join(f"{n}={v}" for n, v in sorted(labels.items())),
        "summary": dict(alert.get("annotations") or {}).get("summary", ""),
        "since": alert.get("startsAt", ""),
    }
    return {name: str(value)[:WIDTH] for name, value in chosen.items()}


def _shown(kept: list[dict[str, str]]) -> str:
    if not kept:
        return "No alert has arrived yet. Alertmanager sends them here.\n"
    return "".join(
        f"{a['at']}  {a['status']:<8}  {a['alert']}  {a['labels']}\n"
        f"    {a['summary']}\n"
        for a in reversed(kept)
    )
