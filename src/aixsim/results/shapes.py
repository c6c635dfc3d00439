"""Validation of the JSON documents of a result, as far as they are read."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from aixsim.model.calendar import parse_month
from aixsim.world.classification import GROUPS

Leaf = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Each:
    """An object with any keys, whose values all have one shape."""

    shape: Any


def misfit(value: Any, shape: Any, place: str = "") -> str:
    """Returns the problem of a document, such as ``'goals[0].n' is a text``; empty if it has the shape.

    Args:
        value: parsed JSON.
        shape: a function that tests a value; a list with the shape of every element; a dict with the shapes of the required keys
            (others are allowed); or ``Each``.
        place: of the value in its document.
    """
    match shape:
        case Each() if isinstance(value, dict):
            parts = [(value[key], shape.shape, f"{place}.{key}") for key in value]
        case dict() if isinstance(value, dict):
            if missing := [key for key in shape if key not in value]:
                return f"{_name(place)} lacks {', '.join(missing)}"
            parts = [(value[key], shape[key], f"{place}.{key}") for key in shape]
        case [inner] if isinstance(value, list):
            parts = [(item, inner, f"{place}[{position}]") for position, item in enumerate(value)]
        case _:
            return "" if callable(shape) and shape(value) else f"{_name(place)} is {_described(value)}"
    return next((found for part in parts if (found := misfit(*part))), "")


def _name(place: str) -> str:
    return repr(place.lstrip(".")) if place else "it"


def _described(value: Any) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return f"the text {value[:40]!r}"
        case _:
            return "null" if value is None else repr(value)[:40]


def text(value: Any) -> bool:
    """A text."""
    return isinstance(value, str)


def flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def number(value: Any) -> bool:
    """A finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def whole(value: Any) -> bool:
    """A whole number, 0 or more."""
    return isinstance(value, int) and number(value) and value >= 0


def share(value: Any) -> bool:
    """A number from 0 to 1."""
    return number(value) and 0 <= value <= 1


def month(value: Any) -> bool:
    """A month ``"YYYY-MM"``."""
    try:
        return text(value) and bool(parse_month(value))
    except ValueError:
        return False


def maybe(leaf: Leaf) -> Leaf:
    """Something, or null."""
    return lambda value: value is None or leaf(value)


_ENDS: Final = {"low": number, "high": number}
_SUMMARY: Final = {"mean": number, "p05": number, "p50": number, "p95": number}
_TAIL: Final = {"at_least": [number], "share": [number]}
_PAIR: Final = {"observed": number, "random": number}
_CHANCE: Final = {
    "at_least": number,
    "by": month,
    "probability": share,
    "successes": whole,
    "n": whole,
    "n_failed": whole,
    "confidence": share,
    "interval_method": text,
    "interval": _ENDS,
    "short_statement": text,
}
PROVENANCE: Final = {
    "run_id": text,
    "title": text,
    "scale": lambda value: number(value) and value > 0,
    "n_firms": whole,
    "seed": whole,
    "replicates_requested": whole,
    "replicates_done": whole,
    "replicates_failed": whole,
    "interrupted": flag,
    "stopped_at": maybe(whole),
    "confidence": share,
    "counts": [text],
    "horizon": {"start": month, "end": month},
    "goals": [{"name": text, "outcome": text, "at_least": number, "by": month}],
    "observed": [{"month": month, "outcome": text, "value": number}],
}
DOCUMENTS: Final[dict[str, Any]] = {
    "goals": [
        {
            "name": text,
            "outcome": text,
            "target_in_sample": whole,
            **_CHANCE,
            "probability_if_failed_missed": share,
            "probability_if_failed_reached": share,
            "count_at_deadline": _SUMMARY,
            "month_reached": dict.fromkeys(("p05", "p50", "p95"), maybe(month)),
            "shortfall": _SUMMARY,
        }
    ],
    "counting": [{"status": text, "scope": text, **_CHANCE, "count": _SUMMARY}],
    "firms": {
        "n_firms": whole,
        "by": {group: dict.fromkeys(levels, whole) for group, levels in GROUPS.items() if group != "route"},
        "population_sha256": text,
        "network_sha256": text,
    },
    "network": {
        "n_firms": whole,
        "n_ties": whole,
        "ties_by_kind": {"supply": whole},
        "supply_links_per_firm": number,
        "tail": dict.fromkeys(("customers", "suppliers", "partners"), _TAIL),
        "tiers": [text],
        "tier_matrix": [[number]],
        "same": dict.fromkeys(("sector", "province"), _PAIR),
        "link_share_by_sector_and_province": Each(number),
        "targets": [{"name": text, "unit": text, "value": number, "low": number, "high": number, "model": maybe(number)}],
    },
    "config": Each(lambda _value: True),
}
"""By name, without suffix."""
