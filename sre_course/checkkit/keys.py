"""Fresh business keys whose fate is known before they are sent."""

from collections.abc import Callable
from random import Random

from sre_course.domain.behaviour import Behaviour, Effect, Outcome, RouteSpec


class Keys:
    """Draws keys for one attempt and never the same one twice."""

    def __init__(self, behaviour: Behaviour, random: Random) -> None:
        self._behaviour = behaviour
        self._random = random
        self._used: set[tuple[str, str]] = set()

    def draw(
        self, route: RouteSpec, wanted: Callable[[Effect], bool]
    ) -> tuple[str, Effect]:
        """Return a fresh key of a route that meets a wanted effect.

        Raises ValueError if the route has no such key left.
        """
        for _ in range(20_000):
            key = self._any(route)
            effect = self._behaviour.effect(route, key)
            if (route.route, key) not in self._used and wanted(effect):
                self._used.add((route.route, key))
                return key, effect
        raise ValueError(f"{route.method} {route.route} has no such key left")

    def _any(self, route: RouteSpec) -> str:
        if route.known is not None:  # half of the draws are unknown ids
            return str(self._random.randint(1, 2 * route.known))
        if route.key.endswith(":date"):
            year, month = self._random.randint(1901, 2099), self._random.randint(1, 12)
            return f"{year}-{month:02}-{self._random.randint(1, 28):02}"
        return f"{self._random.getrandbits(40):010x}"


def ordinary(effect: Effect) -> bool:
    """Answered well, in ordinary time."""
    return effect.outcome is Outcome.OK and not effect.slow


def slow(effect: Effect) -> bool:
    """Answered well, but slowly."""
    return effect.slow


def refused(effect: Effect) -> bool:
    """Answered with an error document."""
    return effect.outcome is Outcome.REFUSED


def not_found(effect: Effect) -> bool:
    """Not known to the dependency."""
    return effect.outcome is Outcome.NOT_FOUND
