"""How a learner named what they measure: found by discovery, followed by dashboards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RedNames:
    """Rate, errors and duration in the learner's own words.

    `requests` is the sample that counts, such as `app_requests_total`; `errors` a
    regular expression over the values of `status_label`, such as `5..`. `duration` is
    a histogram's name without `_bucket`, or empty; `per_second` is how many of its
    units make a second. A label's name is empty where there is none.
    """

    requests: str
    route_label: str = ""
    status_label: str = ""
    errors: str = "5.."
    duration: str = ""
    per_second: float = 1.0
