"""Uncertain numbers of a study's settings: found, addressed, and replaced by what is drawn for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from aixsim.model.keys import Key, dotted
from aixsim.random.distributions import Distribution

_NUMBERS = {"AI Factory lead projects": 1, "Smart factories": 0, "test": 0}
"""Programmes of shipped configs, whose random numbers were first addressed by the position of their table and stay as they were."""


def numbers_of(names: Iterable[str]) -> dict[str, int]:
    """Returns the number that stands for each programme in the addresses of random numbers: it follows from the name, not from the order.

    Numbers of one config differ and are below 4,000,100.
    """
    numbers: dict[str, int] = {}
    for name in sorted(names):
        digest = hashlib.sha256(name.encode()).digest()
        number = _NUMBERS.get(name, 2 + int.from_bytes(digest[:4], "big") % 4_000_000)
        while number in numbers.values():
            number += 1
        numbers[name] = number
    return numbers


def uncertainties_of(settings: Mapping[str, Any]) -> dict[str, Distribution]:
    """Returns every distribution of some settings by config key."""
    found: dict[str, Distribution] = {}
    _collect(settings, (), found)
    return found


def addresses_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """Returns by what the uncertain numbers of programmes are addressed: a programme's number instead of its name.

    All other numbers are addressed by their key. So neither the order of tables nor what else is uncertain changes a number.
    """
    out: dict[str, str] = {}
    for name, number in numbers_of(settings["programme"]).items():
        found: dict[str, Distribution] = {}
        _collect(settings["programme"][name], ("programme", name), found)
        prefix = dotted(("programme", name))
        out |= {key: f"programme[{number}]{key.removeprefix(prefix)}" for key in found}
    return out


@cache
def _text(key: Key) -> str:
    return dotted(key)


def _collect(node: Any, key: Key, found: dict[str, Distribution]) -> None:
    if isinstance(node, Distribution):
        found[_text(key)] = node
    elif isinstance(node, Mapping):
        for name, value in node.items():
            _collect(value, (*key, str(name)), found)


_PLAIN = (float, int, str)


def substitute(node: Any, drawn: Mapping[str, float], key: Key = ()) -> Any:
    """Returns a copy of ``node`` with every distribution replaced by the value drawn for its key."""
    if isinstance(node, Distribution):
        return drawn[_text(key)]
    if isinstance(node, Mapping):
        return {name: value if isinstance(value, _PLAIN) else substitute(value, drawn, (*key, str(name))) for name, value in node.items()}
    return node
