"""Prometheus' HTTP API, as much of it as is asked."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sre_course.adapters.bounded_http import NoAnswer, fetch, printable
from sre_course.domain.errors import TelemetryError, UsageError


TIMEOUT = 10.0  # seconds for one answer
LIMIT = 64 * 2**20  # bytes of one
BAD_QUERY = ("bad_data", "execution")


@dataclass(frozen=True, slots=True)
class PrometheusApi:
    """A server at a base URL. Every method raises TelemetryError if it is silent."""

    base_url: str

    def instant(self, query: str, at: float | None = None) -> Any:  # noqa: ANN401 - JSON
        """Evaluate PromQL at a time in epoch seconds, or now; return the API's `data`.

        Raises UsageError for a query that the server refuses.
        """
        when = {} if at is None else {"time": f"{at:.3f}"}
        return self.get("/api/v1/query", query=query, **when)

    def range(self, query: str, start: float, end: float, step: float) -> Any:  # noqa: ANN401
        """Evaluate PromQL from `start` to `end` every `step` seconds.

        Raises UsageError for a query that the server refuses.
        """
        return self.get(
            "/api/v1/query_range",
            query=query,
            start=f"{start:.3f}",
            end=f"{end:.3f}",
            step=f"{step:.3f}",
        )

    def get(self, path: str, **parameters: str) -> Any:  # noqa: ANN401
        """Ask for one of the API's documents and return its `data`."""
        target = f"{path}?{urlencode(parameters)}"
        answer = fetch(self.base_url, target, TIMEOUT, LIMIT)
        if isinstance(answer, NoAnswer):
            raise _silent(answer.detail)
        try:
            document = json.loads(answer.body)
            if document["status"] == "success":
                return document["data"]
            kind, error = str(document["errorType"]), str(document["error"])
        except (ValueError, KeyError, TypeError) as why:
            raise _silent(
                f"it answers {answer.status}, and no JSON of its API"
            ) from why
        if kind in BAD_QUERY and "query" in parameters:
            raise UsageError(
                f"Prometheus refuses the query: {printable(error)}",
                fix="Mend it, for example: sre-course promql 'sum by (route) "
                "(rate(http_requests_total[1m]))'",
            )
        raise _silent(f"{kind}: {printable(error)}")


def _silent(why: str) -> TelemetryError:
    return TelemetryError(
        f"Prometheus does not answer: {why}",
        fix="Run `sre-course start` again: it starts whatever is missing",
    )
