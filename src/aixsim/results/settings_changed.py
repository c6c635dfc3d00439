"""Settings in which two configs differ."""

from __future__ import annotations

from typing import Any, Final

from aixsim.config.variant import Leaves, differences, leaves
from aixsim.model.keys import dotted, parse_key
from aixsim.results.pairing import Pair

_REMOVABLE: Final = ("levers", "mechanisms", "programme")


def settings_changed(pair: Pair) -> dict[str, tuple[Any, Any]]:
    """Returns ``{key: (baseline, other)}`` of the settings that differ, None if not stated.

    Title, goals, expectations and the number of replicates are left out: they do not affect replicates. A lever, mechanism or
    programme that only the baseline has is one entry, ``{"levers.parks": (True, False)}``, instead of one for each of its settings.
    """
    before, after = leaves(pair.baseline.config), leaves(pair.other.config)
    removed = _parts(before) - _parts(after)
    found: dict[str, tuple[Any, Any]] = {}
    for key, ends in differences(before, after).items():
        found |= {part: (True, False)} if (part := _part(key)) in removed else {key: ends}
    return found


def _parts(config: Leaves) -> set[str]:
    """Returns the levers, mechanisms and programmes of a config by key."""
    return {part for key in config if (part := _part(key))}


def _part(key: str) -> str:
    group, *rest = parse_key(key)
    return dotted([group, rest[0]]) if group in _REMOVABLE and len(rest) > 1 else ""
