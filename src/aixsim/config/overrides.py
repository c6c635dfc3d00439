"""Changes a config by key: values from ``--set``, an API call or a sweep."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from aixsim.arguments import instance
from aixsim.config.documents import Document, unfit
from aixsim.config.lines import Path as Key
from aixsim.config.validation import ConfigError, ConfigProblem, nearest
from aixsim.config.values import plain
from aixsim.model.keys import dotted, parse_key, quoted, split_key


@dataclass(frozen=True, slots=True)
class Placed:
    """A value that the command line or another file sets in a config.

    Attributes:
        value: a TOML value.
        file, line: origin, for messages.
    """

    value: Any
    file: str
    line: int | None = None

    def refuse(self, found: str, allowed: str, hint: str = "") -> ConfigError:
        """Returns the error for this value."""
        return ConfigError([ConfigProblem(self.file, self.line, "", found, allowed, hint)])


def settings_of(texts: Iterable[str]) -> dict[str, Placed]:
    """Returns the overrides in texts such as ``mechanisms.peers.rate=0.03``, as given to ``--set``.

    Raises:
        ConfigError: one is not of that form.
    """
    found: dict[str, Placed] = {}
    for text in texts:
        try:
            key, rest = split_key(text)
        except ValueError:
            key, rest = (), ""
        if not rest.startswith("="):
            raise Placed(None, f"--set {text}").refuse("is not of the form KEY=VALUE", "such as mechanisms.peers.rate=0.03")
        try:
            value = tomllib.loads(f"value = {rest[1:]}")["value"]
        except (ValueError, RecursionError):
            value = rest[1:].strip()
        found.pop(dotted(key), None)  # the last value of a key wins, so it must also come last
        found[dotted(key)] = Placed(value, f"--set {text}")
    return found


def change(document: Document, settings: Mapping[str, Any]) -> None:
    """Sets values in a document and records their origin.

    Raises:
        ConfigError: a key is unknown, or a value is invalid.
        ArgumentError: the settings are not a mapping.
    """
    instance(settings, "overrides", Mapping, "values by key, such as {'levers.parks.number': 27}")
    for text, value in settings.items():
        placed = value if isinstance(value, Placed) else Placed(_as_toml(value), "overrides")
        try:
            key = parse_key(text)
        except (TypeError, ValueError):
            raise placed.refuse(f"{text!r} is not a key of a config", "such as mechanisms.peers.rate") from None
        if found := unfit({text: placed.value})[1]:
            raise placed.refuse(found, "a valid value of the setting")
        key = _set(document.tables, key, placed)
        document.places[key] = (placed.file, placed.line)
        for n in range(1, len(key)):
            document.places.setdefault(key[:n], document.places[key])  # a table that no file states


def _as_toml(value: Any) -> Any:
    """Returns a value of Python or NumPy as a TOML value."""
    if isinstance(value, Mapping):
        return {str(key): _as_toml(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_toml(item) for item in value]
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return str(value) if isinstance(value, PathLike) else plain(value)


def _set(tables: dict[str, Any], key: Key, placed: Placed) -> Key:
    """Sets the value at a key and returns the key with positions for names. In arrays, a text is always a name."""
    node: Any = tables
    passed: Key = ()
    for step in key:
        at: str | int = step
        if isinstance(node, list):
            known = [item.get("name") if isinstance(item, dict) else None for item in node]
            at = known.index(step) if step in known else step
            if not isinstance(at, int) or at >= len(node):
                names = [quoted(name) for name in known if isinstance(name, str)]
                what = step if isinstance(step, str) else f"[{step}]"
                allowed = ", ".join([*([f"[0] to [{len(node) - 1}]"] if node else []), *names]) or "an array with elements"
                raise placed.refuse(f"there is no {what!r} in {dotted(passed)}", allowed, nearest(step, names))
        elif not isinstance(node, dict) or isinstance(step, int):
            raise placed.refuse(f"{dotted(passed)} is no {'array' if isinstance(step, int) else 'table'}", "a key of the config")
        passed = (*passed, at)
        if len(passed) == len(key):
            node[at] = placed.value
        elif isinstance(node, dict):
            node = node.setdefault(at, {})
        else:
            node = node[at]
    return passed
