"""Differences of a study from its base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aixsim.config.documents import Document
from aixsim.model.keys import dotted

_ABOUT_THE_RUN: Final = ("base", "title", "goal", "expect", "monte_carlo", "report")
"""Tables that do not affect replicates."""
Leaves = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """Differences of a study from its base: the ``base`` of its file, or else the file without overrides.

    Attributes:
        base: name of the base; empty if there is neither a base nor an override.
        differs: by key the values of the base and of the study, as TOML values; None if not stated.
        places: by key where the study states the value, such as ``mine.toml:12`` or ``--set levers.parks.number=27``.
    """

    base: str = ""
    differs: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def variant_of(provenance: Mapping[str, Any]) -> Variant:
    """Returns the variant of a result, without places; empty for results of earlier versions."""
    stated = provenance.get("variant", {})
    return Variant(stated.get("base", ""), {key: tuple(ends) for key, ends in stated.get("differs", {}).items()})


def leaves(tables: Mapping[str, Any]) -> Leaves:
    """Returns the settings of a config by key, without those that do not affect replicates.

    Distributions and lists are leaves, except lists of named tables, such as programmes.
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
    """Returns ``{key: (before, after)}`` of the settings that differ, None if not stated.

    One number for all years is compared year by year with a table. The settings of a removed lever are not listed.
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


def in_words(value: Any) -> str:
    """Returns a value of a config in words: ``27``, ``uncertain 0.83 to 2``, ``not stated``."""
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "on" if value else "removed"
    if isinstance(value, Mapping) and "dist" in value:
        if {"low", "high"} <= value.keys():
            return f"uncertain {value['low']:g} to {value['high']:g}"
        rest = ", ".join(f"{name} {in_words(item)}" for name, item in value.items() if name != "dist")
        return f"uncertain ({value['dist']}, {rest})"
    if isinstance(value, list):
        return ", ".join(map(in_words, value)) if len(value) <= 6 else f"{len(value)} values"
    return f"{value:g}" if isinstance(value, float) else str(value)


def changed(key: str, before: Any, after: Any) -> str:
    """Returns one difference in words; it says if an uncertain parameter was fixed, which is not a policy."""
    if is_uncertain(before) and after is not None and not is_uncertain(after) and after is not False:
        return f"{key}: {in_words(before)}, now fixed at {in_words(after)}"
    if after is False:
        return f"{key}: removed"
    if after is True and before is False:
        return f"{key}: added"
    return f"{key}: {in_words(after)}{', not stated there' if before is None else f' instead of {in_words(before)}'}"


def is_uncertain(value: Any) -> bool:
    """Returns whether a value of a config is a distribution."""
    return isinstance(value, Mapping) and "dist" in value


def places_of(document: Document) -> dict[str, str]:
    """Returns where every key is stated, by its text with names of programmes and rules instead of positions."""
    found = {}
    for key, (file, line) in document.places.items():
        parts: list[str | int] = list(key)
        if len(key) > 1 and key[0] in ("programme", "rule") and isinstance(key[1], int):
            parts[1] = str(document.tables[str(key[0])][key[1]]["name"])
        found[dotted(parts)] = file if line is None else f"{Path(file).name}:{line}"
    return found
