"""What a study is called, and what it states otherwise than the config that it is laid over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aixsim.model.keys import dotted

_ABOUT_THE_RUN: Final = ("base", "title", "goal", "expect", "monte_carlo")
"""Tables that change no replicate."""
Leaves = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """A study beside its base: the config that its file names as base, or else the file without what ``--set`` or a caller changed.

    Attributes:
        base: name of the base; empty when the study is what its file says, and the file stands alone.
        differs: by key the value of the base and that of the study, as TOML holds them; None where one states none.
        places: by key where the study states the value, such as ``mine.toml:12`` or ``--set levers.parks.number=27``.
    """

    base: str = ""
    differs: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def variant_of(provenance: Mapping[str, Any]) -> Variant:
    """Returns the variant of a result, without places; an empty one for results of versions that did not write it."""
    stated = provenance.get("variant", {})
    return Variant(stated.get("base", ""), {key: tuple(ends) for key, ends in stated.get("differs", {}).items()})


def leaves(tables: Mapping[str, Any]) -> Leaves:
    """Returns the settings of a config by key, without those that are about the run alone.

    A distribution is a leaf, and so is a list but for tables with names, such as programmes.
    """
    found: Leaves = {}
    _collect({key: value for key, value in tables.items() if key not in _ABOUT_THE_RUN}, (), found)
    return found


def _collect(node: Any, key: tuple[str, ...], found: Leaves) -> None:
    if isinstance(node, dict) and "dist" not in node:
        for name, value in node.items():
            _collect(value, (*key, name), found)
    elif isinstance(node, list) and node and all(isinstance(item, dict) and "name" in item for item in node):
        for item in node:
            _collect({name: value for name, value in item.items() if name != "name"}, (*key, str(item["name"])), found)
    else:
        found[dotted(key)] = node


def differences(before: Leaves, after: Leaves) -> dict[str, tuple[Any, Any]]:
    """Returns ``{key: (before, after)}`` of the settings that differ, None where one lacks them.

    One number for all years beside a table of years is told year by year, and of a lever that was taken away its settings are not.
    """
    gone = [f"{key}." for key, value in after.items() if value is False]
    before, after = _by_year(before, after), _by_year(after, before)
    keys = [key for key in dict.fromkeys([*before, *after]) if not key.startswith(tuple(gone))]
    return {key: (before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)}


def _by_year(one: Leaves, other: Leaves) -> Leaves:
    years: dict[str, list[str]] = {}
    for name in other:
        key, _, last = name.rpartition(".")
        if last.isdigit():
            years.setdefault(key, []).append(name)
    out: Leaves = {}
    for key, value in one.items():
        out |= dict.fromkeys(years[key], value) if key in years else {key: value}
    return out


def told(value: Any) -> str:
    """Returns a value of a config in words: ``27``, ``uncertain 0.83 to 2``, ``not stated``."""
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "on" if value else "taken away"
    if isinstance(value, Mapping) and "dist" in value:
        if {"low", "high"} <= value.keys():
            return f"uncertain {value['low']:g} to {value['high']:g}"
        rest = ", ".join(f"{name} {told(item)}" for name, item in value.items() if name != "dist")
        return f"uncertain ({value['dist']}, {rest})"
    if isinstance(value, list):
        return ", ".join(map(told, value)) if len(value) <= 6 else f"{len(value)} values"
    return f"{value:g}" if isinstance(value, float) else str(value)


def changed(key: str, before: Any, after: Any) -> str:
    """Returns one difference in words; the end of what was uncertain is told as such, for it is no policy."""
    if is_uncertain(before) and after is not None and not is_uncertain(after) and after is not False:
        return f"{key}: {told(before)}, now fixed at {told(after)}"
    return f"{key}: {told(after)} instead of {told(before)}" if after is not False else f"{key}: taken away"


def is_uncertain(value: Any) -> bool:
    """Returns whether a value of a config is a distribution."""
    return isinstance(value, Mapping) and "dist" in value
