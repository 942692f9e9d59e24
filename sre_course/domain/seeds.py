"""Where every random choice comes from, so that an instructor can derive it again."""

import hmac
from hashlib import sha256


# Not a secret: it keeps seeds of this course apart from those of any other.
COURSE_SALT = "sre-course"


def fault_seed(learner: str, exercise: str, attempt: int) -> str:
    """Return the seed, in hex, that decides what the dependency does.

    Two learners, two exercises and two attempts never share one: answers can't be
    swapped.
    """
    return _derive("faults", learner, exercise, str(attempt))


def traffic_seed(learner: str, exercise: str, attempt: int, check: int) -> int:
    """Return the seed of one check's traffic, 1 to 2^31 - 1; `check` counts checks."""
    derived = _derive("traffic", learner, exercise, str(attempt), str(check))
    return int(derived, 16) % (2**31 - 1) + 1


def environment_key(learner: str, home: str, exercise: str) -> str:
    """Return the key that every process or container of an environment carries.

    It can be derived again when every record is lost. The learner is part of it, as
    two of them may have homes of the same name and share a Docker engine.
    """
    return _derive("environment", learner, home, exercise)[:16]


def _derive(*labels: str) -> str:
    message = "\x1f".join(labels).encode()
    return hmac.new(COURSE_SALT.encode(), message, sha256).hexdigest()
