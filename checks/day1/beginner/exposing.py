"""What /metrics must look like before anything on it can be judged."""

from sre_course.checkkit import (
    AppState,
    Attempt,
    CheckFailed,
    ScrapeProblem,
    check,
)

from .cause import Cause


_SCRAPE = {
    ScrapeProblem.REDIRECT: (Cause.REDIRECT, "Serve the metrics at this very path"),
    ScrapeProblem.STATUS: (Cause.NO_METRICS, "Add a route for /metrics"),
    ScrapeProblem.UNREACHABLE: (Cause.NOT_RUNNING, "Read what the app printed"),
    ScrapeProblem.TIMEOUT: (Cause.TOO_SLOW, "Let /metrics answer at once, and end"),
    ScrapeProblem.TOO_LARGE: (Cause.TOO_LARGE, "Find the label without bounds"),
    ScrapeProblem.CONTENT_TYPE: (
        Cause.CONTENT_TYPE,
        "`curl -sI` the page: a scraper believes the Content-Type, not the body",
    ),
    ScrapeProblem.UNPARSABLE: (
        Cause.UNPARSABLE,
        "Let the client library write the exposition",
    ),
    ScrapeProblem.EMPTY: (Cause.EMPTY, "Define a metric, and register it"),
}


@check(points=10, core=True)
def serves_metrics(attempt: Attempt) -> str | None:
    """GET /metrics answers with metrics that Prometheus accepts."""
    if attempt.app.state is not AppState.RUNNING:
        raise CheckFailed(
            Cause.NOT_RUNNING,
            sent="nothing: there is no app to send it to",
            expected="an app that answers",
            observed=attempt.app.detail or f"the app is {attempt.app.state}",
            look="Mend app.py and save it: it is started again by itself",
        )
    page = attempt.exposition
    if page.problem is None:
        return None
    cause, look = _SCRAPE[page.problem]
    if page.problem is ScrapeProblem.CONTENT_TYPE and not page.readable:
        cause, look = _SCRAPE[ScrapeProblem.UNPARSABLE]
    status = "no answer" if page.status is None else f"status {page.status}"
    raise CheckFailed(
        cause,
        sent="GET /metrics, as Prometheus 3 asks for it",
        expected="200, an exposition content type, metrics that parse",
        observed=f"{status}, {page.content_type or 'no type'}: {page.detail}",
        look=look,
        blocks=not page.readable,
    )
