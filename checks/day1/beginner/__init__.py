"""day1/beginner: count requests and time them with Prometheus metrics."""

from sre_course.checkkit import Behaviour, Plan, reconcilable

from .counting import counts_every_request
from .diagnosis import diagnosis
from .durations import buckets_tell_fast_from_slow, measures_duration
from .exposing import serves_metrics
from .hygiene import bounded_labels, clean_names
from .outcomes import separates_outcomes


# the order in which the criteria are judged and shown
CRITERIA = (
    serves_metrics,
    counts_every_request,
    separates_outcomes,
    measures_duration,
    buckets_tell_fast_from_slow,
    bounded_labels,
    clean_names,
    diagnosis,
)


def traffic(behaviour: Behaviour, seed: int) -> Plan:
    """Return what a check sends: every route and outcome, in two rounds."""
    return reconcilable(behaviour, seed, "/healthz")
