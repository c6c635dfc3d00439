"""Settings in which two configs differ."""

from __future__ import annotations

from typing import Any, Final

from aixsim.config.variant import Leaves, differences, leaves
from aixsim.model.keys import dotted, parse_key
from aixsim.model.registry import Registry
from aixsim.results.pairing import Pair

_REMOVABLE: Final = ("levers", "mechanisms", "programme")


def settings_changed(pair: Pair) -> dict[str, tuple[Any, Any]]:
    """Returns ``{key: (baseline, other)}`` of the settings that differ, None if not stated.

    Title, goals, expectations and the number of replicates are left out: they do not affect replicates. A lever, mechanism or
    programme that only the baseline has is one entry, ``{"levers.parks": (True, False)}``, instead of one for each of its settings; one
    that only the other has is ``(False, True)``, followed by its settings that are not the default.
    """
    before, after = leaves(pair.baseline.config), leaves(pair.other.config)
    removed, added = _parts(before) - _parts(after), _parts(after) - _parts(before)
    defaults = _defaults() if added else {}
    found: dict[str, tuple[Any, Any]] = {}
    for key, ends in differences(before, after).items():
        part = _part(key)
        if part in removed | added:
            found[part] = (part in removed, part in added)
        if part not in removed and not (part in added and key in defaults and defaults[key] == ends[1]):
            found[key] = ends
    return found


def _defaults() -> Leaves:
    """Returns the default of every setting of levers and mechanisms, as a config has it; levers of plugins in files are left out."""
    registry, found = Registry.of(), Leaves()
    for group, parts in (("levers", registry.levers), ("mechanisms", registry.mechanisms)):
        for name, part in parts.items():
            found |= {dotted([group, name, item.name]): item.default for item in part.parameters.declared}
    return found


def _parts(config: Leaves) -> set[str]:
    """Returns the levers, mechanisms and programmes of a config by key."""
    return {part for key in config if (part := _part(key))}


def _part(key: str) -> str:
    group, *rest = parse_key(key)
    return dotted([group, rest[0]]) if group in _REMOVABLE and len(rest) > 1 else ""
