"""A dependency's specification and its calls as JSON, for whoever runs elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sre_course.domain.behaviour import (
    Call,
    DependencySpec,
    FaultSpec,
    Outcome,
    RouteSpec,
)


def spec_document(spec: DependencySpec) -> dict[str, object]:
    """Return the specification as a JSON document."""
    return asdict(spec)


def spec_from(document: Mapping[str, Any]) -> DependencySpec:
    """Return the specification that `spec_document` wrote.

    Raises ValueError for anything else.
    """
    try:
        faults = document["faults"]
        return DependencySpec(
            name=str(document["name"]),
            variable=str(document["variable"]),
            routes=tuple(_route(r) for r in document["routes"]),
            faults=FaultSpec(
                slow_one_of=tuple(str(r) for r in faults["slow_one_of"]),
                slow_share=_pair(faults["slow_share"]),
                slow_milliseconds=_pair(faults["slow_milliseconds"]),
                refuse_route=str(faults["refuse_route"]),
                refuse_share=_pair(faults["refuse_share"]),
            ),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a dependency's specification: {error!r}") from error


def _route(document: Mapping[str, Any]) -> RouteSpec:
    known = document["known"]
    return RouteSpec(
        method=str(document["method"]),
        route=str(document["route"]),
        key=str(document["key"]),
        milliseconds=_pair(document["milliseconds"]),
        known=None if known is None else int(known),
    )


def _pair(value: Sequence[Any]) -> tuple[float, float]:
    low, high = value
    return float(low), float(high)


def call_document(call: Call) -> list[object]:
    """Return a call as a JSON list: a ledger may hold hundreds of thousands."""
    return [call.at, call.route, call.key, call.seconds, call.outcome, call.slow]


def call_from(document: Sequence[Any]) -> Call:
    """Return the call that `call_document` wrote. Raises ValueError."""
    try:
        at, route, key, seconds, outcome, slow = document
        return Call(
            float(at),
            str(route),
            str(key),
            float(seconds),
            Outcome(outcome),
            slow is True,
        )
    except TypeError as error:
        raise ValueError(f"not a call: {error}") from error
