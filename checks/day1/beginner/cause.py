"""Why a criterion is not met."""

from enum import StrEnum


class Cause(StrEnum):
    """Why a criterion is not met; picks the hint."""

    NOT_RUNNING = "not-running"
    NO_METRICS = "no-metrics"
    REDIRECT = "redirect"
    CONTENT_TYPE = "content-type"
    UNPARSABLE = "unparsable"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    EMPTY = "empty"

    ANSWERS_CHANGED = "answers-changed"
    APP_DIED = "app-died"
    NOTHING_GREW = "nothing-grew"
    NOT_A_COUNTER = "not-a-counter"
    GOES_DOWN = "goes-down"
    COUNTS_TWICE = "counts-twice"
    MISSES_FAILURES = "misses-failures"
    MISSES_REQUESTS = "misses-requests"
    COUNTS_SCRAPES = "counts-scrapes"
    COUNTS_PROBES = "counts-probes"
    NO_ROUTE_LABEL = "no-route-label"
    WRONG_ROUTE_LABEL = "wrong-route-label"
    WRONG_COUNT = "wrong-count"

    NO_STATUS_LABEL = "no-status-label"
    CONSTANT_STATUS = "constant-status"
    FAILURES_AS_SUCCESS = "failures-as-success"
    WRONG_STATUS = "wrong-status"

    NO_HISTOGRAM = "no-histogram"
    LAST_VALUE_GAUGE = "last-value-gauge"
    WRONG_UNIT = "wrong-unit"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"

    NO_BUCKETS = "no-buckets"
    ONE_BUCKET = "one-bucket"
    NO_OBJECTIVE = "no-objective"
    WRONG_BUCKETS = "wrong-buckets"

    RAW_PATH = "raw-path"
    RAW_METHOD = "raw-method"
    CLIENT_LABEL = "client-label"
    GROWING = "growing"

    NO_TOTAL_SUFFIX = "no-total-suffix"
    NO_UNIT_SUFFIX = "no-unit-suffix"
    WRONG_UNIT_SUFFIX = "wrong-unit-suffix"

    NOT_ANSWERED = "not-answered"
    NO_EVIDENCE = "no-evidence"
    TOO_FEW = "too-few"
    WRONG_ROUTE = "wrong-route"
    WRONG_SHARE = "wrong-share"
    WRONG_RATIO = "wrong-ratio"
