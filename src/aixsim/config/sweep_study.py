"""Reads a study file for ``aixsim sweep``: every point of its design, as a validated config."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from aixsim.arguments import MOST_CELLS_BYTES, UnreadableError, as_path, read_text
from aixsim.config.designs import Axis, DesignError, rows
from aixsim.config.documents import Document, existing, parse
from aixsim.config.lines import Path as Key
from aixsim.config.models import Goal, MonteCarlo
from aixsim.config.overrides import Placed
from aixsim.config.shipped import meant, shipped_folder, shipped_names
from aixsim.config.study import Study, load
from aixsim.config.sweep_tables import MOST_POINTS, DecisionTable, SweepMonteCarlo, SweepTable
from aixsim.config.validation import ConfigError, ConfigProblem, nearest
from aixsim.model.keys import dotted, parse_key
from aixsim.random.distributions import Distribution


@dataclass(frozen=True)
class Point:
    """One point of a sweep: a config with its factors set.

    Attributes:
        policy: name of the config that it starts from; ``base`` when there is only one.
        values: the factors' values by config key.
        study: the validated config, with the seed of this point.
    """

    policy: str
    values: dict[str, Any]
    study: Study

    @cached_property
    def config(self) -> str:
        """The fully resolved config, without the number of replicates: what determines the numbers of a replicate."""
        return self.study.to_toml()

    @property
    def label(self) -> str:
        """Policy and factors in a few words."""
        factors = ", ".join(f"{short_name(key)} = {_short(value)}" for key, value in self.values.items())
        return ": ".join(part for part in ("" if self.policy == ONLY else self.policy, factors) if part) or self.policy


@dataclass(frozen=True)
class SweepStudy:
    """A study file, read and validated.

    Attributes:
        path: of the file.
        title: of the study.
        table: what the file says.
        points: different ones, in the order of the design.
        factors: keys that differ between points.
        outcomes: what is kept of every replicate.
        goals: what is to be reached; the same in every config.
        policies: names of the configs.
    """

    path: Path
    title: str
    table: SweepTable
    points: tuple[Point, ...]
    factors: tuple[str, ...]
    outcomes: tuple[str, ...]
    goals: tuple[Goal, ...]
    policies: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the study."""
        return name_of(self.path)

    @property
    def monte_carlo(self) -> SweepMonteCarlo:
        """Replicates and seed."""
        return self.table.monte_carlo

    @property
    def decision(self) -> DecisionTable:
        """What is to be decided."""
        return self.table.decision

    @property
    def goal(self) -> Goal:
        """The goal that the decision is about."""
        return next(goal for goal in self.goals if self.decision.goal in (None, goal.name))


ONLY = "base"
"""Name of the policy when a study has one base and no policies."""


def name_of(study_file: Path) -> str:
    """Returns the name of a study: its folder's, when the file is just called study.toml."""
    return study_file.resolve().parent.name if study_file.stem == "study" else study_file.stem


def load_sweep(path: str | PathLike[str], *, allow_plugins: bool = False) -> SweepStudy:
    """Reads and validates a study file and every config that it leads to.

    Args:
        path: of the study file.
        allow_plugins: whether the Python files that the configs name may be executed.

    Raises:
        ConfigError: with every mistake of the file, or of the first config that is refused.
    """
    path = as_path(path, "study")
    document = parse(path)
    table = document.validated(SweepTable)

    def refuse(key: Key, found: str, allowed: str, hint: str = "") -> ConfigError:
        return ConfigError([ConfigProblem(*document.place(key), ".".join(map(str, key)), found, allowed, hint)])

    policies = table.policies or {ONLY: str(table.base)}
    configs = {
        name: _config(path, target, refuse, ("policies", name) if table.policies else ("base",)) for name, target in policies.items()
    }
    design = _rows(table, path, refuse)
    points = _points(table, configs, design, document, allow_plugins=allow_plugins)
    first = points[0].study
    _check_goals(table, points, refuse)
    # The answer needs those of the goals; others are kept when the file says so.
    outcomes = list(dict.fromkeys([*(goal.outcome for goal in first.goals), *(table.keep.outcomes or [])]))
    factors = tuple(dict.fromkeys(key for point in points for key in point.values))
    title = table.title or first.title
    return SweepStudy(path, title, table, points, factors, tuple(outcomes), tuple(first.goals), tuple(policies))


def _config(path: Path, target: str, refuse: Any, key: Key) -> Path:
    """Returns the path of a config that a study names: a file, from the study's folder, or a packaged config."""
    place = path.parent / target
    if target in shipped_names() and not place.is_file():
        return shipped_folder() / f"{target}.toml"
    if Path(target).is_absolute() or not (target.endswith(".toml") or meant(target)):
        raise refuse(key, f"found {target!r}", f"the path of a config, from this file; or {existing()}")
    if not place.is_file():
        near = nearest(place.name, [item.name for item in place.parent.glob("*.toml")]) if place.parent.is_dir() else ""
        raise refuse(key, f"{target!r} does not exist", existing(), near or meant(target))
    return place


def _rows(table: SweepTable, path: Path, refuse: Any) -> list[dict[str, Any]]:
    if table.design.kind == "table":
        return _read_rows(path.parent / str(table.design.file), refuse)
    if not table.factors:
        return [{}]
    axes = tuple(
        Axis(key, law=value) if isinstance(value, Distribution) else Axis(key, levels=value) for key, value in table.factors.items()
    )
    n_combinations = math.prod(max(len(axis.levels), 1) for axis in axes)
    if table.design.kind == "factorial" and n_combinations > MOST_POINTS:
        raise refuse(("factors",), f"found {n_combinations:,} combinations", f"at most {MOST_POINTS:,}; or another design, such as sobol")
    try:
        return rows(table.design.kind, axes, table.design.size, table.design.seed)
    except DesignError as error:
        raise refuse(("factors", error.key), error.found, error.allowed) from None


def _read_rows(path: Path, refuse: Any) -> list[dict[str, Any]]:
    """Returns the rows of a table: a column a config key; an empty cell leaves the setting as the config has it."""
    key: Key = ("design", "file")
    home = path.parent.resolve()
    try:
        if not path.resolve().is_relative_to(home):
            raise refuse(key, f"found {path.name!r}", "a CSV file below the folder of the study")
        table = list(csv.DictReader(io.StringIO(read_text(path, MOST_CELLS_BYTES), newline=""), strict=True))
    except FileNotFoundError:
        raise refuse(key, f"{path.name!r} does not exist", "a CSV file below the folder of the study") from None
    except (UnreadableError, csv.Error) as error:
        raise refuse(
            key,
            f"{path.name!r} {error.found if isinstance(error, UnreadableError) else error}",
            "a CSV file in UTF-8, a column a config key",
        ) from None
    if not table:
        raise refuse(key, f"{path.name!r} has no rows", "a line of config keys, then a row a point")
    for number, row in enumerate(table, 2):
        if None in row or None in row.values():
            raise refuse(key, f"line {number} of {path.name!r} has not as many cells as there are columns", "a cell for every key")
    return [{name.strip(): _cell(text.strip()) for name, text in row.items() if text.strip()} for row in table]


def _cell(text: str) -> Any:
    """Returns a cell as TOML holds it; what is no TOML value is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _points(
    table: SweepTable, configs: Mapping[str, Path], design: list[dict[str, Any]], document: Document, *, allow_plugins: bool
) -> tuple[Point, ...]:
    def placed(value: Any, *keys: Key) -> Placed:
        """Returns a value with the line of the first of some keys that has one."""
        line = next((document.places[key][1] for key in keys if key in document.places), None)
        return Placed(value, str(document.path), line)

    stated = {key: placed(value, ("set", key)) for key, value in table.set.items()}
    points: dict[str, Point] = {}
    for policy, config in configs.items():
        for row in design:
            values = {key: placed(value, ("factors", key), ("design", "file")) for key, value in row.items()}
            study = load(config, {**stated, **values}, allow_plugins=allow_plugins)
            named = {canonical(key, study): value for key, value in row.items()}
            point = Point(policy, named, _seeded(study, table.monte_carlo, policy, named))
            # Levels drawn from few values can make the same point twice; it is run once.
            points.setdefault(json.dumps([policy, named], sort_keys=True), point)
    return tuple(points.values())


def _seeded(study: Study, monte_carlo: SweepMonteCarlo, policy: str, row: Mapping[str, Any]) -> Study:
    seed = monte_carlo.seed
    if not monte_carlo.common_random_numbers:
        address = json.dumps([seed, policy, row], sort_keys=True)
        seed = int.from_bytes(hashlib.sha256(address.encode()).digest()[:8], "big")
    return study.with_monte_carlo(MonteCarlo(replicates=1, seed=seed, confidence=monte_carlo.confidence))


def _check_goals(table: SweepTable, points: tuple[Point, ...], refuse: Any) -> None:
    first = points[0].study
    if not first.goals:
        raise refuse(("base",), "found a config without a [[goal]]", "a config that says what is to be reached")
    for point in points:
        if point.study.goals != first.goals or point.study.horizon != first.horizon:
            raise refuse(
                ("policies", point.policy), f"{point.label} has another horizon or other goals than {points[0].label}", "the same in all"
            )
    names = [goal.name for goal in first.goals]
    if table.decision.goal not in (None, *names):
        raise refuse(("decision", "goal"), f"found {table.decision.goal!r}", ", ".join(names), nearest(table.decision.goal, names))


def canonical(key: str, study: Study) -> str:
    """Returns a config key as it is written everywhere: a programme by its name, and quoted where TOML asks for it."""
    parts = parse_key(key)
    if parts[0] == "programme" and len(parts) > 1 and isinstance(parts[1], int):
        parts = ("programme", list(study.settings["programme"])[parts[1]], *parts[2:])
    return dotted(parts)


def short_name(key: str) -> str:
    """Returns the end of a config key: ``parks.number`` of a lever; of a programme, whose name is long, the setting alone."""
    parts = [part for part in map(str, parse_key(key)) if not part.isdigit()]
    return parts[-1] if parts[0] == "programme" else ".".join(parts[-2:])


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
