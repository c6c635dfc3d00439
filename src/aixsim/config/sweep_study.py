"""Reads a study file for ``aixsim sweep``, with the validated config of every point."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from os import PathLike
from pathlib import Path
from typing import Any

from aixsim.arguments import as_path
from aixsim.config.documents import Document, existing, parse
from aixsim.config.lines import Path as Key
from aixsim.config.models import Goal, MonteCarlo
from aixsim.config.overrides import Placed
from aixsim.config.shipped import meant, shipped_folder, shipped_names
from aixsim.config.study import Study, load, plugin_files
from aixsim.config.sweep_rows import Refuse, design_rows, goal_factors, refuse_without_effect, table_rows
from aixsim.config.sweep_tables import DecisionTable, SweepMonteCarlo, SweepTable
from aixsim.config.validation import ConfigError, ConfigProblem, nearest
from aixsim.model.catalogue import entries
from aixsim.model.keys import dotted, parse_key
from aixsim.model.parameters import Parameter
from aixsim.model.programmes import declared_of


@dataclass(frozen=True, eq=False)
class Point:
    """One point of a sweep: a config with its factors set.

    Attributes:
        policy: name of its policy; ``base`` if there is only one.
        values: the factors' values by config key.
        study: the validated config, with the seed of this point.
        name: from a table of points; empty for none.
    """

    policy: str
    values: dict[str, Any]
    study: Study
    name: str = ""

    @cached_property
    def config(self) -> str:
        """Resolved config, without the number of replicates, and hashes of its files, which determine the results of a replicate."""
        return self.study.to_toml() + "".join(f"# {name!r}: SHA-256 {digest}\n" for name, digest in self.study.inputs.items())

    @property
    def label(self) -> str:
        """Policy, and name or factors in a few words."""
        factors = self.name or ", ".join(f"{short_name(key)} = {_short(value)}" for key, value in self.values.items())
        return ": ".join(part for part in ("" if self.policy == ONLY else self.policy, factors) if part) or self.policy


@dataclass(frozen=True, eq=False)
class DesignRow:
    """A row of the design under a policy.

    Attributes:
        number: of the row, from 0.
        name: from a table of points; empty for none.
        values: that it sets, by config key.
        point: that is run for it.
        is_repeated: an earlier row has the same point.
    """

    number: int
    name: str
    values: dict[str, Any]
    point: Point
    is_repeated: bool


@dataclass(frozen=True)
class SweepStudy:
    """A study file, read and validated.

    Attributes:
        path: of the file.
        title: of the study.
        table: what the file says.
        points: different ones, in the order of the design.
        rows: of the design under every policy, in its own order; some may share a point.
        factors: keys that differ between points.
        outcomes: that are stored for every replicate.
        goals: the same in every config.
        policies: names of the configs.
        text: of the file.
    """

    path: Path
    title: str
    table: SweepTable
    points: tuple[Point, ...]
    rows: tuple[DesignRow, ...]
    factors: tuple[str, ...]
    outcomes: tuple[str, ...]
    goals: tuple[Goal, ...]
    policies: tuple[str, ...]
    text: bytes

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
        """Settings of the decision."""
        return self.table.decision

    @property
    def goal(self) -> Goal:
        """The goal that the decision is about."""
        return next(goal for goal in self.goals if self.decision.goal in (None, goal.name))


ONLY = "base"
"""Name of the policy of a study without ``[policies]``."""


def name_of(study_file: Path) -> str:
    """Returns the name of a study: that of its folder, if the file is called study.toml."""
    return study_file.resolve().parent.name if study_file.stem == "study" else study_file.stem


def load_sweep(path: str | PathLike[str], *, allow_plugins: bool = False) -> SweepStudy:
    """Reads and validates a study file and the config of every point.

    Args:
        path: of the study file.
        allow_plugins: whether the Python files that the configs name may be executed.

    Raises:
        ConfigError: lists all problems of the file, or of the first invalid config.
    """
    document, table, configs, refuse = _parsed(as_path(path, "study"))
    path = document.path
    rows = _points(table, configs, path, document, refuse, allow_plugins=allow_plugins)
    points = tuple(dict.fromkeys(row.point for row in rows))
    first = points[0].study
    _check_goals(table, points, refuse)
    # The answer needs those of the goals; others are kept when the file says so.
    outcomes = list(dict.fromkeys([*(goal.outcome for goal in first.goals), *(table.keep.outcomes or [])]))
    factors = tuple(dict.fromkeys(key for point in points for key in point.values))
    about = (path, table.title or first.title, table, points, rows, factors)
    return SweepStudy(*about, tuple(outcomes), tuple(first.goals), tuple(configs), path.read_bytes())


def sweep_plugin_files(path: str | PathLike[str]) -> tuple[Path, ...]:
    """Returns the Python files that the configs of a study file name, without executing them; errors as ``load_sweep``."""
    _, _, configs, _ = _parsed(as_path(path, "study"))
    return tuple(dict.fromkeys(file for config in configs.values() for file in plugin_files(config)))


def _parsed(path: Path) -> tuple[Document, SweepTable, dict[str, Path], Refuse]:
    """Returns a study file, what it says, the paths of its configs by policy, and what makes an error of it."""
    document = parse(path)
    table = document.validated(SweepTable)

    def refuse(key: Key, found: str, allowed: str, hint: str = "") -> ConfigError:
        return ConfigError([ConfigProblem(*document.place(key), ".".join(map(str, key)), found, allowed, hint)])

    policies = table.policies or {ONLY: str(table.base)}
    configs = {
        name: _config(path, target, refuse, ("policies", name) if table.policies else ("base",)) for name, target in policies.items()
    }
    return document, table, configs, refuse


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


def _stated(document: Document, value: Any, *places: Key) -> Placed:
    """Returns a value with the line of the first of some keys that has one."""
    line = next((document.places[place][1] for place in places if place in document.places), None)
    return Placed(value, str(document.path), line)


def _parameters(keys: Iterable[str], study: Study) -> dict[str, Parameter]:
    """Returns the parameters of the model among some keys."""
    tables = {entry.key: entry.parameters for entry in entries(study.registry)}
    tables |= {dotted(("programme", programme.name)): declared_of(programme.kind) for programme in study.programme}
    known = {f"{table}.{one.name}": one for table, declared in tables.items() for one in declared}
    found = {}
    for key in keys:
        with suppress(ValueError, IndexError):  # what is no key is refused when it is set
            found[key] = known.get(canonical(key, study))
    return {key: parameter for key, parameter in found.items() if parameter is not None}


def _goals(levels: Mapping[str, tuple[Any, ...]], start: Callable[[Mapping[str, Placed]], Study], document: Document) -> list[Goal] | None:
    """Returns the goals of a config, with one for each combination of the levels of those that vary; None when none varies."""
    if not levels:
        return None
    found: dict[str, Goal] = {}
    for values in product(*levels.values()):
        chosen = dict(zip(levels, values, strict=True))
        study = start({key: _stated(document, value, ("factors", key)) for key, value in chosen.items()})
        for number, goal in enumerate(study.goals):
            mine = [f"{key[-1]!s} = {chosen[text]}" for text in chosen if (key := parse_key(text))[1] in (number, goal.name)]
            name = f"{goal.name}: {', '.join(mine)}" if mine else goal.name
            found.setdefault(name, goal.model_copy(update={"name": name}))
    return list(found.values())


def _points(
    table: SweepTable, configs: Mapping[str, Path], path: Path, document: Document, refuse: Refuse, *, allow_plugins: bool
) -> tuple[DesignRow, ...]:
    """Returns every row of the design under every policy; rows with one resolved config share their point."""
    stated = {key: _stated(document, value, ("set", key)) for key, value in table.set.items()}
    rows = table_rows(path.parent / str(table.design.file), refuse) if table.design.kind == "table" else None
    refuse_without_effect(table, rows or (), refuse)
    levels = goal_factors(table, refuse)
    made: list[DesignRow] = []
    points: dict[tuple[str, str], Point] = {}
    for policy, config in configs.items():

        def start(values: Mapping[str, Placed], config: Path = config) -> Study:
            return load(config, {**stated, **values}, allow_plugins=allow_plugins)

        if rows is None:
            rows = design_rows(table, _parameters(table.factors, start({})), refuse)
        goals = _goals(levels, start, document)
        for number, row in enumerate(rows):
            study = start({key: _stated(document, value, ("factors", key), ("design", "file")) for key, value in row.values.items()})
            named = {canonical(key, study): value for key, value in row.values.items()}
            if len(named) < len(row.values) or not named.keys().isdisjoint(canonical(key, study) for key in stated):
                raise refuse(("factors",), f"found two ways to write one of {', '.join(named)}", "every setting once")
            if goals is not None:
                study = replace(study, table=study.table.model_copy(update={"goal": goals}))
            point = Point(policy, named, _seeded(study, table.monte_carlo, policy, named), row.name)
            # What tells apart two points with equal numbers would be a name alone.
            same = json.dumps([{**study.table.document(), "title": "", "monte_carlo": {}}, study.inputs], sort_keys=True)
            is_known = (policy, same) in points
            made.append(DesignRow(number, row.name, named, points.setdefault((policy, same), point), is_repeated=is_known))
        own = {same for name, same in points if name == policy}
        for other in configs:
            if other != policy and own == {same for name, same in points if name == other}:
                raise refuse(("policies", policy), f"{policy!r} and {other!r} are the same", "policies that differ; leave one out")
    return tuple(made)


def _seeded(study: Study, monte_carlo: SweepMonteCarlo, policy: str, row: Mapping[str, Any]) -> Study:
    seed = monte_carlo.seed
    if not monte_carlo.common_random_numbers:
        address = json.dumps([seed, policy, row], sort_keys=True)
        seed = int.from_bytes(hashlib.sha256(address.encode()).digest()[:8], "big")
    return study.with_monte_carlo(MonteCarlo(replicates=1, seed=seed, confidence=monte_carlo.confidence))


def _check_goals(table: SweepTable, points: tuple[Point, ...], refuse: Any) -> None:
    first = points[0].study
    if not first.goals:
        raise refuse(("base",), "found a config without a [[goal]]", "a config with a [[goal]]")
    for point in points:
        if (point.study.goals, point.study.horizon, point.study.population.scale) != (first.goals, first.horizon, first.population.scale):
            found = f"{point.label} has another horizon, other goals or another scale than {points[0].label}"
            raise refuse(("policies", point.policy), found, "the same in all")
    names = [goal.name for goal in first.goals]
    if table.decision.goal not in (None, *names):
        raise refuse(("decision", "goal"), f"found {table.decision.goal!r}", ", ".join(names), nearest(table.decision.goal, names))


def canonical(key: str, study: Study) -> str:
    """Returns the canonical form of a config key: programmes by name, quoted if TOML requires it."""
    parts = parse_key(key)
    if parts[0] == "programme" and len(parts) > 1 and isinstance(parts[1], int):
        parts = ("programme", list(study.settings["programme"])[parts[1]], *parts[2:])
    return dotted(parts)


def short_name(key: str) -> str:
    """Returns a config key without the table that its thing stands in: ``parks.number`` of a lever, a programme's name and setting."""
    parts = list(map(str, parse_key(key)))
    return ".".join(parts[1:] or parts)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
