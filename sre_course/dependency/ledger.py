"""Every call that the dependency got, in the order of arrival, in bounded memory."""

import threading
import time
from collections import deque
from itertools import islice

from sre_course.domain.behaviour import Call
from sre_course.domain.behaviour_document import call_document


KEPT = 200_000
PAGE = 20_000


class CallLedger:
    """The last calls; how many older ones were dropped is never silent."""

    def __init__(self, kept: int = KEPT) -> None:
        self._calls: deque[Call] = deque(maxlen=kept)
        self._seen = 0
        self._lock = threading.Lock()
        self.started = time.time()

    def add(self, call: Call) -> None:
        """Note one call."""
        with self._lock:
            self._calls.append(call)
            self._seen += 1

    def page(self, start: int) -> dict[str, object]:
        """Return at most PAGE calls from number `start` on, as a JSON document.

        `next` is the number to ask for next, `seen` how many calls there were,
        `dropped` how many of those before `next` are gone for good, and `started`
        tells one ledger from its successor.
        """
        with self._lock:
            dropped = self._seen - len(self._calls)
            first = min(max(start, dropped), self._seen)
            skip = first - dropped
            calls = list(islice(self._calls, skip, skip + PAGE))
            seen = self._seen
        return {
            "started": self.started,
            "seen": seen,
            "dropped": dropped,
            "next": first + len(calls),
            "calls": [call_document(call) for call in calls],
        }
