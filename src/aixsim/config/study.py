"""A study: a validated and resolved config."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Final

import tomli_w

from aixsim.arguments import as_path, instance
from aixsim.config.documents import Document, read
from aixsim.config.ensembles import NOT_IN_RESULT_FOLDERS, ensemble_path, in_result_folder
from aixsim.config.models import Config, Expect, Goal, MonteCarlo, NetworkTable, PopulationTable, config_model
from aixsim.config.observations import Announcement, Calibration, Observed, Uncertainty
from aixsim.config.overrides import change
from aixsim.config.rules import relations
from aixsim.config.shipped import find_file, located
from aixsim.config.validation import ConfigError
from aixsim.config.variant import Variant, differences, leaves, places_of
from aixsim.model.calendar import Horizon
from aixsim.model.plugins import PluginError, read_plugin, refuse_unsound_laws
from aixsim.model.registry import Registry
from aixsim.notebook import card

_PLUGINS: Final = ("plugins", "files")


def load(config: str | PathLike[str], overrides: Mapping[str, Any] | None = None, *, allow_plugins: bool = False) -> Study:
    """Reads and validates a config.

    Args:
        config: TOML file, or the name of a packaged config, such as ``korea-2030``.
        overrides: values by key that replace those of the file: ``{"levers.parks.number": 27}``. A programme, goal or expectation is
            addressed by its name, quoted if it is not a bare TOML key (``programme."AI Factory lead projects".grant_krw_bn``), or by its
            position (``programme[0].grant_krw_bn``).
        allow_plugins: whether the Python files that the config names in ``[plugins]`` may be executed.

    Raises:
        ConfigError: lists all problems; also raised if the config names Python files that may not be executed.
        ArgumentError: an argument has the wrong type.
    """
    instance(allow_plugins, "allow_plugins", bool, "true or false")
    document, reference = _read(config, overrides)
    return _validated(document, document.path.stem, *reference, allow_plugins=allow_plugins)


def plugin_files(config: str | PathLike[str], overrides: Mapping[str, Any] | None = None) -> tuple[Path, ...]:
    """Returns the Python files that a config names, without executing them; arguments and errors as in ``load``."""
    document, _ = _read(config, overrides)
    return tuple(document.path.parent / name for name in _plugin_names(document))


def load_without_plugins(config: str | PathLike[str], overrides: Mapping[str, Any] | None = None) -> tuple[Study, tuple[str, ...]]:
    """Returns a study without the Python files of its config, and the keys that could not be validated without them.

    Nothing is executed: mechanisms and levers that the package does not know are left out. Arguments and errors as in ``load``.
    """
    document, reference = _read(config, overrides)
    if not _plugin_names(document):
        return _validated(document, document.path.stem, *reference), ()
    known = Registry.of()
    left_out = []
    for group, items in (("mechanisms", known.mechanisms), ("levers", known.levers)):
        stated = document.tables.get(group)
        if isinstance(stated, dict):
            left_out += [f"{group}.{name}" for name in stated if name not in items]
            document.tables[group] = {name: table for name, table in stated.items() if name in items}
    document.tables["plugins"]["files"] = []
    return _validated(document, document.path.stem, *reference), tuple(left_out)


@dataclass(frozen=True, repr=False)
class Study:
    """A validated study.

    Attributes:
        name: of the config file, without suffix.
        folder: to which paths in the config are relative.
        table: the validated config.
        registry: the mechanisms and levers that the config may name.
        variant: how it differs from its base.
    """

    name: str
    folder: Path
    table: Config
    registry: Registry
    variant: Variant = field(default_factory=Variant)

    @property
    def title(self) -> str:
        """Title of the study."""
        return self.table.title

    @property
    def horizon(self) -> Horizon:
        """Simulated months."""
        return self.table.horizon.months

    @property
    def population(self) -> PopulationTable:
        """Population table of the config."""
        return self.table.population

    @property
    def network(self) -> NetworkTable:
        """Network table of the config."""
        return self.table.network

    @property
    def programme(self) -> list[Any]:
        """Programmes of the config."""
        return self.table.programme

    @property
    def monte_carlo(self) -> MonteCarlo:
        """Number of replicates, seed and confidence."""
        return self.table.monte_carlo

    @property
    def goals(self) -> list[Goal]:
        """Goals."""
        return self.table.goal

    @property
    def expects(self) -> list[Expect]:
        """Statements that the model must satisfy."""
        return self.table.expect

    @property
    def counts(self) -> list[str]:
        """Routes that count as AI factories."""
        return self.table.counts

    @property
    def observed(self) -> list[Observed]:
        """Observed counts."""
        return self.table.observed

    @property
    def announcements(self) -> list[Announcement]:
        """Announced plans."""
        return self.table.announcement

    @property
    def calibration(self) -> Calibration:
        """Settings of the calibration."""
        return self.table.calibration

    @property
    def ensemble(self) -> str | None:
        """Name of the ensemble file, relative to ``folder``."""
        return self.table.uncertainty.ensemble

    @property
    def files(self) -> dict[str, Path]:
        """The user's data files that the config names: firms, ties and ensemble."""
        named = {name: find_file(self.folder, name) for name in (self.population.file, self.network.file) if name is not None}
        return named if self.ensemble is None else {**named, self.ensemble: ensemble_path(self.folder, self.ensemble)}

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every data file and plugin that the config names."""
        digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in self.files.items()}
        return digests | {plugin.name: plugin.digest for plugin in self.registry.files}

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Settings for ``model.problem.Problem``: nested dicts with a ``Distribution`` at every uncertain leaf."""
        return self.table.settings

    def with_(self, settings: Mapping[str, Any]) -> Study:
        """Returns a copy of the study with changed settings, validated as a whole.

        Args:
            settings: values by key, as the ``overrides`` of ``aixsim.load``: ``{"levers.parks.number": 27,
                "monte_carlo.replicates": 50}``; ``{"levers.parks": False}`` removes a lever.

        Raises:
            ConfigError: lists all problems.
        """
        document = Document(self.folder / f"{self.name}.toml", self.table.document(), {})
        own = self.variant
        # One number for all years is compared with a table by year of the base year by year.
        before = {
            key: value for key, value in leaves(document.tables).items() if not any(name.startswith(f"{key}.") for name in own.differs)
        }
        before |= {key: value for key, (value, _) in own.differs.items()}
        change(document, settings)
        new = _validated(document, self.name, own.base or self.name, before, allow_plugins=bool(self.registry.files))
        return replace(new, variant=replace(new.variant, places={**own.places, **new.variant.places}))

    def with_seed(self, seed: int) -> Study:
        """Returns the same study with a Monte Carlo seed."""
        return self.with_monte_carlo(self.monte_carlo.model_copy(update={"seed": seed}))

    def with_monte_carlo(self, monte_carlo: MonteCarlo) -> Study:
        """Returns the same study with other replicates and another seed."""
        return replace(self, table=self.table.model_copy(update={"monte_carlo": monte_carlo}))

    def without_ensemble(self) -> Study:
        """Returns a copy of the study without its ensemble: every uncertain parameter is drawn from its distribution."""
        return replace(self, table=self.table.model_copy(update={"uncertainty": Uncertainty()}))

    def to_toml(self) -> str:
        """Returns the fully resolved config as TOML; it reproduces the run."""
        return tomli_w.dumps(self.table.document())

    def _repr_html_(self) -> str:
        """Returns a summary of the study as HTML, for notebooks."""
        people, settings = self.population, self.settings
        sample = f", sample of {100 * people.scale:g} % of firms" if people.scale < 1 else ""
        notes = [
            f"{self.horizon.start} to {self.horizon.end}, {self.monte_carlo.replicates:,} replicates",
            f"firms: {people.kind}{sample}; ties: {self.network.kind}",
            *(f"{group}: {', '.join(settings[group]) or 'none'}" for group in ("mechanisms", "levers")),
            f"programmes: {', '.join(settings['programme']) or 'none'}",
        ]
        rows = [[goal.name, f"{goal.at_least:,.0f} {goal.outcome}", goal.by] for goal in self.goals]
        return card(self.title, notes, ("goal", "at least", "by"), rows)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the resolved config, because the classes of its tables are created in each process from the registry."""
        return _again, (self.name, self.folder, self.table.document(), self.registry, self.variant)

    def __repr__(self) -> str:
        return f"<Study {self.name!r}: {self.title!r}, {self.horizon.start} to {self.horizon.end}>"


def _again(name: str, folder: Path, tables: dict[str, Any], registry: Registry, variant: Variant) -> Study:
    return Study(name, folder, config_model(registry).model_validate(tables), registry, variant)


def _read(config: str | PathLike[str], overrides: Mapping[str, Any] | None) -> tuple[Document, tuple[str, Mapping[str, Any]]]:
    """Returns a document with overrides applied, the name of the config that it is compared with (empty for none), and its leaves."""
    document = read(located(as_path(config, "config")))
    below = document.base or document
    before = leaves(below.tables)
    change(document, overrides or {})
    return document, (below.path.stem if document.base is not None or overrides else "", before)


def _validated(document: Document, name: str, base: str, before: Mapping[str, Any], *, allow_plugins: bool = False) -> Study:
    """Returns the study of a merged document.

    Args:
        document: as read and changed.
        name: of the study.
        base: name of the config that it is compared with; empty for none.
        before: leaves of the base.
        allow_plugins: whether Python files that it names are executed.
    """
    registry, folder = _registry(document, allow_plugins=allow_plugins), document.path.parent
    table = document.validated(config_model(registry))
    problems = [document.problem(key, fault.found, fault.allowed, fault.hint) for key, fault in relations(table, registry, folder)]
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    differs = differences(dict(before), leaves(document.tables)) if base else {}
    return Study(name, folder, table, registry, Variant(base, differs, places_of(document)))


def _registry(document: Document, *, allow_plugins: bool) -> Registry:
    """Executes the Python files of a config, if allowed; they define which settings are valid."""
    names, folder = _plugin_names(document), document.path.parent
    if names and not allow_plugins:
        found = f"names Python code: {', '.join(names)}"
        remedy = "--allow-plugins of aixsim run, sweep, calibrate or backtest (library: allow_plugins=True), if you trust the file"
        raise ConfigError([document.problem(_PLUGINS, found, remedy)])
    Registry.of()  # errors of installed packages are not problems of the config
    try:
        plugins = tuple(dict.fromkeys(read_plugin(folder / name, name) for name in names))
        refuse_unsound_laws(plugins)
        return Registry.of(plugins)
    except PluginError as error:
        raise ConfigError([document.problem(_PLUGINS, str(error), "")]) from error


def _plugin_names(document: Document) -> list[str]:
    """Returns the names of the files, each below the config's folder. Other values are reported by the validation."""
    folder, table = document.path.parent, document.tables.get("plugins")
    names = table.get("files") if isinstance(table, dict) else None
    names = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    for name in names:
        target = (folder / name).resolve()
        is_below = target.is_relative_to(folder.resolve()) and not Path(name).is_absolute() and ".." not in Path(name).parts
        if not is_below or target.suffix != ".py" or in_result_folder(name):
            allowed = f"Python files below the config's folder, {NOT_IN_RESULT_FOLDERS}"
            raise ConfigError([document.problem(_PLUGINS, f"found {name!r}", allowed)])
    return names
