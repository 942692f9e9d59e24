"""A parcel depot, instrumented: the worked example of the metrics section."""

from time import perf_counter

# region metrics
from prometheus_client import Counter, Gauge, Histogram

PARCELS = Counter("depot_parcels", "Parcels handled", ["outcome"])
IN_HAND = Gauge("depot_parcels_in_hand", "Parcels being handled now")
SECONDS = Histogram("depot_parcel_seconds", "Time taken", buckets=(0.25, 1))
for outcome in ("sorted", "failed"):
    PARCELS.labels(outcome)  # the series exists from the start, at 0
# endregion


# region work
def handle(parcel, sort):
    start, outcome = perf_counter(), "failed"
    IN_HAND.inc()
    try:
        sort(parcel)
        outcome = "sorted"
    finally:
        IN_HAND.dec()
        PARCELS.labels(outcome).inc()
        SECONDS.observe(perf_counter() - start)
# endregion
