"""The rows of a sweep's design: what each sets, from factors or from a table."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aixsim.arguments import MOST_CELLS_BYTES, UnreadableError, read_text
from aixsim.config.designs import SAMPLED, Axis, DesignError, rows
from aixsim.config.lines import Path as Key
from aixsim.config.sweep_tables import MOST_POINTS, SweepTable
from aixsim.config.validation import ConfigError
from aixsim.model.keys import parse_key
from aixsim.model.parameters import Parameter
from aixsim.random.distributions import Distribution

Refuse = Callable[..., ConfigError]
NAME: Final = "name"
"""Column of a table that names its rows; no setting of a config has this key."""
_WHOLE: Final = ("population.firms", "population.initial_adopters")
"""Whole numbers that are no parameters of the model."""
_ELSEWHERE: Final = {
    "title": "the title of the study file",
    "monte_carlo": "[monte_carlo] of the study file, the same at all points",
    "expect": "nothing: expectations are tested by aixsim check",
    "observed": "nothing: it changes no replicate",
    "announcement": "nothing: it changes no replicate",
    "calibration": "nothing: it changes no replicate",
    "plugins": "[plugins] in the config itself, which says what is executed",
    "base": "base or [policies] of the study file",
}
"""Tables of a config that change no replicate of a sweep, or may not be changed by one, and what to state instead."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a design: the settings of a point by key, and its name if it has one."""

    values: dict[str, Any]
    name: str = ""


def refuse_without_effect(table: SweepTable, rows_: Iterable[Row], refuse: Refuse) -> None:
    """Raises a config error for a setting, factor or column that cannot change a replicate."""
    stated = [(("set", key), key) for key in table.set] + [(("factors", key), key) for key in table.factors]
    columns = dict.fromkeys(key for row in rows_ for key in row.values) if table.design.kind == "table" else ()
    place: Key
    for place, key in [*stated, *((("design", "file"), key) for key in columns)]:
        first = _first(key)
        if first in _ELSEWHERE:
            raise refuse(place, f"found {key!r}, which would have no effect" if first != "plugins" else f"found {key!r}", _ELSEWHERE[first])
        if first == "goal" and place[0] == "design":
            raise refuse(place, f"found the column {key!r}", "a factor with levels in [factors]: goals need no points of their own")


def goal_factors(table: SweepTable, refuse: Refuse) -> dict[str, tuple[Any, ...]]:
    """Returns the factors that are about goals. They make goals and no points: every goal is judged from the same replicates."""
    found = {key: value for key, value in table.factors.items() if _first(key) == "goal"}
    for key, value in found.items():
        if len(parse_key(key)) != 3 or parse_key(key)[2] not in ("at_least", "by"):
            raise refuse(("factors", key), f"found {key!r}", "goal.NAME.at_least or goal.NAME.by")
        if isinstance(value, Distribution):
            raise refuse(("factors", key), "found a distribution", "a list or a range: every level is a goal of its own")
    return found


def design_rows(table: SweepTable, parameters: Mapping[str, Parameter], refuse: Refuse) -> list[Row]:
    """Returns the rows of a design in its own order, also those that are equal.

    Args:
        table: the study.
        parameters: of the model by key, which tell what is a whole number.
        refuse: makes an error from a key, what was found and what is allowed.
    """
    factors = {key: value for key, value in table.factors.items() if _first(key) != "goal"}
    if not factors:
        if table.design.kind in SAMPLED:
            raise refuse(("factors",), "found goals alone", "a factor that changes replicates, or kind = 'factorial'")
        return [Row({})]
    axes = tuple(_axis(key, value, parameters) for key, value in factors.items())
    n_combinations = math.prod(max(len(axis.levels), 1) for axis in axes)
    if table.design.kind == "factorial" and n_combinations > MOST_POINTS:
        raise refuse(("factors",), f"found {n_combinations:,} combinations", f"at most {MOST_POINTS:,}; or another design, such as sobol")
    try:
        made = rows(table.design.kind, axes, table.design.size, table.design.seed)
    except DesignError as error:
        raise refuse(("factors", error.key), error.found, error.allowed) from None
    if len(made) > MOST_POINTS:
        raise refuse(("design",), f"found {len(made):,} rows", f"at most {MOST_POINTS:,}")
    return [Row(values) for values in made]


def _axis(key: str, value: Any, parameters: Mapping[str, Parameter]) -> Axis:
    if not isinstance(value, Distribution):
        return Axis(key, levels=value)
    parameter = parameters.get(key)
    return Axis(key, law=value, is_whole=key in _WHOLE or (parameter is not None and parameter.kind == "integer"))


def _first(key: str) -> str:
    try:
        return str(parse_key(key)[0])
    except ValueError:
        return ""  # the config refuses it


def table_rows(path: Path, refuse: Refuse) -> list[Row]:
    """Returns the rows of a CSV table: a column a config key; an empty cell leaves the setting as the config has it."""
    place: Key = ("design", "file")
    home = path.parent.resolve()
    try:
        if not path.resolve().is_relative_to(home):
            raise refuse(place, f"found {path.name!r}", "a CSV file below the folder of the study")
        table = list(csv.DictReader(io.StringIO(read_text(path, MOST_CELLS_BYTES), newline=""), strict=True))
    except FileNotFoundError:
        raise refuse(place, f"{path.name!r} does not exist", "a CSV file below the folder of the study") from None
    except (UnreadableError, csv.Error) as error:
        found = f"{path.name!r} {error.found if isinstance(error, UnreadableError) else error}"
        raise refuse(place, found, "a CSV file in UTF-8, a column a config key") from None
    if not table:
        raise refuse(place, f"{path.name!r} has no rows", "a line of config keys, then a row a point")
    made: list[Row] = []
    lines: dict[str, int] = {}
    for number, row in enumerate(table, 2):
        if None in row or None in row.values():
            raise refuse(place, f"line {number} of {path.name!r} has not as many cells as there are columns", "a cell for every key")
        cells = {key.strip(): text.strip() for key, text in row.items() if text.strip()}
        name = cells.pop(NAME, "")
        if name and name in lines:
            raise refuse(place, f"line {number} of {path.name!r} has the name of line {lines[name]}, {name!r}", "every name once")
        lines[name] = number
        made.append(Row({key: _cell(text) for key, text in cells.items()}, name))
    return made


def _cell(text: str) -> Any:
    """Returns a cell as TOML holds it; what is no TOML value is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text
