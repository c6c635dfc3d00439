"""What two configs state differently: the policy whose effect is compared, and whatever else came along."""

from __future__ import annotations

from typing import Any, Final

from aixsim.results.pairing import Pair

_ABOUT_THE_RUN: Final = ("title", "goal", "expect", "monte_carlo")


def settings_changed(pair: Pair) -> dict[str, tuple[Any, Any]]:
    """Returns ``{key path: (baseline, other)}`` of the settings that differ, None where one lacks them.

    Title, goals, expectations and the number of replicates are left out: they change no replicate.
    """
    configs = ({key: value for key, value in result.config.items() if key not in _ABOUT_THE_RUN} for result in (pair.baseline, pair.other))
    before, after = map(_flat, configs)
    keys = dict.fromkeys([*before, *after])
    return {key: (before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)}


def _flat(node: Any, path: str = "") -> dict[str, Any]:
    """Returns leaves by path; a distribution is a leaf, and so is a list but for tables with names, such as programmes."""
    if isinstance(node, dict) and "dist" not in node:
        return {key: leaf for name, value in node.items() for key, leaf in _flat(value, f"{path}.{name}" if path else name).items()}
    if isinstance(node, list) and node and all(isinstance(item, dict) and "name" in item for item in node):
        named = {item["name"]: {key: value for key, value in item.items() if key != "name"} for item in node}
        return _flat(named, path)
    return {path: node}
