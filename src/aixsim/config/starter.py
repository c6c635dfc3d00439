"""The commented config that ``aixsim init`` writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aixsim.config.shipped import shipped_folder
from aixsim.config.study import load
from aixsim.config.values import plain
from aixsim.model.lever import Lever
from aixsim.model.parameters import Parameter
from aixsim.model.registry import Registry

_HEAD = """\
# Settings that this file does not state are those of the packaged config {base}.
# aixsim describe WORD shows settings with unit, range and source.
base = "{base}"
title = "{name}"
"""
_POPULATION = """
[population]
scale = 1.0                     # the whole country; a smaller share is faster, but results have more sampling error
"""
_REST = """
[monte_carlo]
replicates = 50                 # for a first look; 1000 for narrow intervals

# A number may be uncertain: {{ dist = "uniform", low = 0.1, high = 0.5 }} is drawn once per replicate.
# To change a lever, delete the "# " before its table and before the settings to change.
# To remove a lever of {base}: "parks = false" below "[levers]".
"""


def starter(name: str, base: str) -> str:
    """Returns a config that uses a packaged config as base and lists all levers as comments."""
    study = load(shipped_folder() / f"{base}.toml")
    stated = study.settings["levers"]
    levers = Registry.of().levers
    is_country = study.population.kind == "korea-2023"
    text = (_HEAD + (_POPULATION if is_country else "") + _REST).format(base=base, name=name)
    for title, chosen in ((f"Levers of {base}", [*stated]), ("Other levers", [key for key in levers if key not in stated])):
        if chosen:
            text += f"\n# --- {title}\n\n" + "\n".join(_lever(levers[key], stated.get(key, {})) for key in chosen)
    return text


def _lever(lever: Lever, stated: Mapping[str, Any]) -> str:
    """Returns a lever as comments, with the values of the base, else the defaults; lists of all choices are left out."""
    lines = [f"[levers.{lever.name}]  # {lever.title}"]
    for item in lever.parameters.declared:
        value = stated.get(item.name, item.default)
        if value is not None and value != list(item.choices):
            lines.append(f"{item.name} = {_inline(plain(value))}  # {_about(item)}")
    return "".join(f"# {line}\n" for line in lines)


def _about(item: Parameter) -> str:
    bounds = "" if item.low == item.high else f", {item.low:g} to {item.high:g}"
    return f"{item.meaning}{'' if item.unit == '1' and not bounds else f' ({item.unit}{bounds})'}"


def _inline(value: Any) -> str:
    """Returns a value as TOML on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
