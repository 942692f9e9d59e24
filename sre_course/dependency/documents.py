"""What the dependency answers: plausible, small, and the same for the same request."""

import json
from hashlib import sha256
from http import HTTPStatus

from sre_course.domain.behaviour import Outcome, RouteSpec


NOUNS = ("Teapot", "Lamp", "Kettle", "Chair", "Blanket", "Mirror", "Basket", "Clock")
ITEMS = 5


def answer(route: RouteSpec | None, key: str, outcome: Outcome) -> tuple[int, bytes]:
    """Return the status and the JSON body of an answer."""
    if route is None or outcome is Outcome.UNKNOWN_ROUTE:
        return _packed(HTTPStatus.NOT_FOUND, {"error": "no such resource"})
    if outcome is Outcome.NOT_FOUND:
        return _packed(HTTPStatus.NOT_FOUND, {"error": f"{key} is not known"})
    if outcome is Outcome.REFUSED:
        return _packed(HTTPStatus.OK, {"error": "out of stock"})
    if route.method == "POST":
        return _packed(HTTPStatus.OK, {"reservation": f"r-{_number(route, key):08x}"})
    where, _, name = route.key.partition(":")
    number = _number(route, key)
    if where == "path":
        return _packed(HTTPStatus.OK, _item(number) | {"id": _id(key)})
    items = [_item(number + position * 7919) for position in range(ITEMS)]
    return _packed(HTTPStatus.OK, {name: key, "items": items})


def _packed(status: HTTPStatus, document: dict[str, object]) -> tuple[int, bytes]:
    return int(status), json.dumps(document).encode() + b"\n"


def _number(route: RouteSpec, key: str) -> int:
    return int.from_bytes(sha256(f"{route.route}\x1f{key}".encode()).digest()[:4])


def _id(key: str) -> int | str:
    return int(key) if key.isdecimal() else key


def _item(number: int) -> dict[str, object]:
    return {
        "id": number % 500 + 1,
        "name": f"{NOUNS[number % len(NOUNS)]} no. {number % 97}",
        "price_cents": 500 + number % 9000,
        "in_stock": number % 23,
    }
