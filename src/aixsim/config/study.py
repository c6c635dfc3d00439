"""A study: a validated config, with everything resolved, and how one is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any, Final

import tomli_w

from aixsim.arguments import as_path, instance
from aixsim.config.documents import Document, read
from aixsim.config.models import Config, Expect, Goal, MonteCarlo, NetworkTable, PopulationTable, config_model
from aixsim.config.observations import Announcement, Calibration, Observed, Uncertainty
from aixsim.config.overrides import change
from aixsim.config.rules import relations
from aixsim.config.shipped import find_file, located
from aixsim.config.validation import ConfigError
from aixsim.config.variant import Variant, differences, leaves
from aixsim.model.calendar import Horizon
from aixsim.model.keys import dotted
from aixsim.model.plugins import PluginError, read_plugin, refuse_unsound_laws
from aixsim.model.registry import Registry
from aixsim.notebook import card

_PLUGINS: Final = ("plugins", "files")


def load(config: str | PathLike[str], overrides: Mapping[str, Any] | None = None, *, allow_plugins: bool = False) -> Study:
    """Reads and validates a config.

    Args:
        config: TOML file, or the name of a packaged config, such as ``korea-2030``.
        overrides: values by key, instead of what the file says: ``{"levers.parks.number": 27}``. A programme, goal or expectation is
            addressed by its name, quoted where it is no bare key (``programme."AI Factory lead projects".grant_krw_bn``), or by its
            position (``programme[0].grant_krw_bn``).
        allow_plugins: whether the Python files that the config names in ``[plugins]`` may be executed.

    Raises:
        ConfigError: with every mistake found, or the config names Python files and they may not be executed.
        ArgumentError: an argument is of another type.
    """
    instance(allow_plugins, "allow_plugins", bool, "true or false")
    document, told_apart = _read(config, overrides)
    return _validated(document, document.path.stem, *told_apart, allow_plugins=allow_plugins)


def plugin_files(config: str | PathLike[str], overrides: Mapping[str, Any] | None = None) -> tuple[Path, ...]:
    """Returns the Python files that a config names, without executing them; arguments and errors as in ``load``."""
    document, _ = _read(config, overrides)
    return tuple(document.path.parent / name for name in _plugin_names(document))


def load_without_plugins(config: str | PathLike[str], overrides: Mapping[str, Any] | None = None) -> tuple[Study, tuple[str, ...]]:
    """Returns a study without the Python files that its config names, and the keys that nobody could validate for want of them.

    Nothing is executed: mechanisms and levers that the package does not know are left out. Arguments and errors as in ``load``.
    """
    document, told_apart = _read(config, overrides)
    if not _plugin_names(document):
        return _validated(document, document.path.stem, *told_apart), ()
    known = Registry.of()
    left_out = []
    for group, items in (("mechanisms", known.mechanisms), ("levers", known.levers)):
        stated = document.tables.get(group)
        if isinstance(stated, dict):
            left_out += [f"{group}.{name}" for name in stated if name not in items]
            document.tables[group] = {name: table for name, table in stated.items() if name in items}
    document.tables["plugins"]["files"] = []
    return _validated(document, document.path.stem, *told_apart), tuple(left_out)


@dataclass(frozen=True, repr=False)
class Study:
    """What an analyst wants to know.

    Attributes:
        name: of the config file, without its ending.
        folder: where paths in the config start.
        table: the validated config.
        registry: the mechanisms and levers that the config may name.
        variant: what it states otherwise than its base.
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
        """Who there is."""
        return self.table.population

    @property
    def network(self) -> NetworkTable:
        """Who is tied to whom."""
        return self.table.network

    @property
    def programme(self) -> list[Any]:
        """Public support lines."""
        return self.table.programme

    @property
    def monte_carlo(self) -> MonteCarlo:
        """How many replicates, and the seed."""
        return self.table.monte_carlo

    @property
    def goals(self) -> list[Goal]:
        """What is to be reached."""
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
        """What was counted."""
        return self.table.observed

    @property
    def announcements(self) -> list[Announcement]:
        """Plans as they were announced."""
        return self.table.announcement

    @property
    def calibration(self) -> Calibration:
        """How the uncertain numbers are weighed."""
        return self.table.calibration

    @property
    def ensemble(self) -> str | None:
        """Name of the file of weighed values, relative to ``folder``."""
        return self.table.uncertainty.ensemble

    @property
    def own_files(self) -> list[Path]:
        """Tables of the user that the config names."""
        return [find_file(self.folder, name) for name in (self.population.file, self.network.file) if name is not None]

    @property
    def settings(self) -> dict[str, Any]:
        """Settings as ``model.problem.Problem`` takes them: nested dicts with a ``Distribution`` at every leaf that is uncertain."""
        return self.table.settings

    def with_(self, settings: Mapping[str, Any]) -> Study:
        """Returns the same study with other settings, validated as a whole.

        Args:
            settings: values by key, as the ``overrides`` of ``aixsim.load``: ``{"levers.parks.number": 27,
                "monte_carlo.replicates": 50}``; ``{"levers.parks": False}`` takes away a lever.

        Raises:
            ConfigError: with every mistake found.
        """
        document = Document(self.folder / f"{self.name}.toml", self.table.document(), {})
        own = self.variant
        # A number for all years that stands for a table of years in the base is told year by year.
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
        """Returns the same study with every uncertain number drawn from its distribution."""
        return replace(self, table=self.table.model_copy(update={"uncertainty": Uncertainty()}))

    def to_toml(self) -> str:
        """Returns the fully resolved config, enough to run again."""
        return tomli_w.dumps(self.table.document())

    def _repr_html_(self) -> str:
        """Returns what is asked of which firms, under which programmes and levers, for a notebook."""
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
        """Pickles the resolved config: the classes of its tables are made from the registry, in each process anew."""
        return _again, (self.name, self.folder, self.table.document(), self.registry, self.variant)

    def __repr__(self) -> str:
        return f"<Study {self.name!r}: {self.title!r}, {self.horizon.start} to {self.horizon.end}>"


def _again(name: str, folder: Path, tables: dict[str, Any], registry: Registry, variant: Variant) -> Study:
    return Study(name, folder, config_model(registry).model_validate(tables), registry, variant)


def _read(config: str | PathLike[str], overrides: Mapping[str, Any] | None) -> tuple[Document, tuple[str, Mapping[str, Any]]]:
    """Returns a document, changed, and what it is told apart from: the name of its base, empty for none, and the leaves of that."""
    document = read(located(as_path(config, "config")))
    below = document.base or document
    before = leaves(below.tables)
    change(document, overrides or {})
    return document, (below.path.stem if document.base is not None or overrides else "", before)


def _validated(document: Document, name: str, base: str, before: Mapping[str, Any], *, allow_plugins: bool = False) -> Study:
    """Returns the study of a document that was put together.

    Args:
        document: as read and changed.
        name: of the study.
        base: name of what it is told apart from; empty for none.
        before: leaves of the base.
        allow_plugins: whether Python files that it names are executed.
    """
    registry, folder = _registry(document, allow_plugins=allow_plugins), document.path.parent
    table = document.validated(config_model(registry))
    problems = [document.problem(key, fault.found, fault.allowed, fault.hint) for key, fault in relations(table, registry, folder)]
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    differs = differences(dict(before), leaves(document.tables)) if base else {}
    return Study(name, folder, table, registry, Variant(base, differs, _places(document)))


def _places(document: Document) -> dict[str, str]:
    """Returns where every key is stated, by its text with names of programmes instead of positions."""
    found = {}
    for key, (file, line) in document.places.items():
        parts: list[str | int] = list(key)
        if len(key) > 1 and key[0] == "programme" and isinstance(key[1], int):
            parts[1] = str(document.tables["programme"][key[1]]["name"])
        found[dotted(parts)] = file if line is None else f"{Path(file).name}:{line}"
    return found


def _registry(document: Document, *, allow_plugins: bool) -> Registry:
    """Executes the files that a config names, if they may be: what the config may say depends on them."""
    names, folder = _plugin_names(document), document.path.parent
    if names and not allow_plugins:
        found = f"names Python code: {', '.join(names)}"
        remedy = "--allow-plugins of aixsim run, sweep, calibrate or backtest (library: allow_plugins=True), if you trust the file"
        raise ConfigError([document.problem(_PLUGINS, found, remedy)])
    Registry.of()  # what is wrong with an installed package is not the config's fault
    try:
        plugins = tuple(dict.fromkeys(read_plugin(folder / name, name) for name in names))
        refuse_unsound_laws(plugins)
        return Registry.of(plugins)
    except PluginError as error:
        raise ConfigError([document.problem(_PLUGINS, str(error), "")]) from error


def _plugin_names(document: Document) -> list[str]:
    """Returns the names of the files, each below the config's folder. What is no list of names is left to validation."""
    folder, table = document.path.parent, document.tables.get("plugins")
    names = table.get("files") if isinstance(table, dict) else None
    names = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    for name in names:
        target = (folder / name).resolve()
        if Path(name).is_absolute() or ".." in Path(name).parts or not target.is_relative_to(folder.resolve()) or target.suffix != ".py":
            raise ConfigError([document.problem(_PLUGINS, f"found {name!r}", "Python files below the config's folder")])
    return names
