"""The settings in which two configs differ, and configs in which some of them are switched from one's value to the other's."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from aixsim.config.study import Study
from aixsim.config.variant import in_words
from aixsim.model.keys import dotted

_WITHOUT_EFFECT: Final = ("base", "title", "goal", "expect", "monte_carlo", "observed", "announcement", "calibration")
"""Tables that do not affect replicates."""
_WITHOUT_GOALS: Final[dict[str, Any]] = {"goal": [], "expect": [], "observed": [], "announcement": []}
Path = tuple[str, ...]


@dataclass(frozen=True)
class Switch:
    """A setting in which two configs differ, or a table that only one of them has.

    Attributes:
        path: its key; programmes and the like are addressed by name.
        before, after: its values; None if not stated.
    """

    path: Path
    before: Any
    after: Any

    @property
    def key(self) -> str:
        """The key as text."""
        return dotted(self.path)

    @property
    def values(self) -> tuple[str, str]:
        """The values in words."""
        ends = tuple("stated" if is_table(value) else in_words(value) for value in (self.before, self.after))
        return ends[0], ends[1]


def is_table(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Returns whether a value of a config is a table of settings, and not a number, text, list or distribution."""
    return isinstance(value, Mapping) and "dist" not in value


def switches(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Switch]:
    """Returns the settings in which two resolved configs differ, and the tables that only one has, each as a whole.

    Title, goals, expectations, observed counts and the number of replicates are left out: they do not affect replicates.
    """
    one, other = ({key: value for key, value in tables.items() if key not in _WITHOUT_EFFECT} for tables in (before, after))
    return list(_differences(_named(one), _named(other), ()))


def _differences(one: Mapping[str, Any], other: Mapping[str, Any], path: Path) -> Iterator[Switch]:
    for key in dict.fromkeys([*one, *other]):
        before, after = one.get(key), other.get(key)
        if is_table(before) and is_table(after):
            yield from _differences(before, after, (*path, key))
        elif before != after:
            yield Switch((*path, key), before, after)


def switched(study: Study, chosen: Sequence[Switch]) -> Study:
    """Returns a study in which some settings have their value after the switch, without goals and the like: they may not fit its months.

    Raises:
        ConfigError: such a config is not valid.
    """
    tables = _named(study.table.document())
    for one in chosen:
        node = tables
        for key in one.path[:-1]:
            node = node.setdefault(key, {})
        if one.after is None:
            node.pop(one.path[-1], None)
        else:
            node[one.path[-1]] = copy.deepcopy(one.after)
    tops = dict.fromkeys(one.path[0] for one in chosen)
    return study.with_({**_WITHOUT_GOALS, **{top: _listed(tables.get(top, {}), top) for top in tops}})


_LISTS: Final = ("programme",)
"""Lists of named tables that affect replicates."""


def _named(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a copy of a config whose lists of named tables are tables by name."""
    found = copy.deepcopy(dict(tables))
    for key in _LISTS:
        if key in found:
            found[key] = {item["name"]: {name: value for name, value in item.items() if name != "name"} for item in found[key]}
    return found


def _listed(table: Any, key: str) -> Any:
    """Returns a table of a config as the config states it."""
    return [{"name": name, **item} for name, item in table.items()] if key in _LISTS else table
