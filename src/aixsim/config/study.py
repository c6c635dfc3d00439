"""A study: a validated config, with everything resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli_w

from aixsim.config.models import Expect, Goal, MonteCarlo, NetworkTable, PopulationTable, config_model
from aixsim.config.observations import Announcement, Calibration, Observed, Uncertainty
from aixsim.config.parameter_tables import Table
from aixsim.config.values import plain
from aixsim.model.calendar import Horizon
from aixsim.model.registry import Registry
from aixsim.notebook import card

_NOT_THE_MODEL = (
    "title", "horizon", "population", "network", "goal", "expect", "monte_carlo", "plugins",
    "observed", "announcement", "calibration", "uncertainty",
)  # fmt: skip
_ONLY_IF_STATED = ("plugins", "calibration", "uncertainty")


@dataclass(frozen=True, repr=False)
class Study:
    """What an analyst wants to know.

    Attributes:
        name: of the config file, without its ending.
        folder: where paths in the config start.
        table: the validated config.
        registry: the mechanisms and levers that the config may name.
    """

    name: str
    folder: Path
    table: Table
    registry: Registry

    def __getattr__(self, key: str) -> Any:
        """Offers the tables of the config; the typed ones have properties of their own."""
        if key.startswith("__"):
            raise AttributeError(key)
        return getattr(self.table, key)

    @property
    def title(self) -> str:
        """Title of the study."""
        return str(self.table.title)  # type: ignore[attr-defined]

    @property
    def horizon(self) -> Horizon:
        """Simulated months."""
        horizon = self.table.horizon  # type: ignore[attr-defined]
        return Horizon(horizon.start, horizon.end)

    @property
    def population(self) -> PopulationTable:
        """Who there is."""
        return self.table.population  # type: ignore[attr-defined]

    @property
    def network(self) -> NetworkTable:
        """Who is tied to whom."""
        return self.table.network  # type: ignore[attr-defined]

    @property
    def monte_carlo(self) -> MonteCarlo:
        """How many replicates, and the seed."""
        return self.table.monte_carlo  # type: ignore[attr-defined]

    @property
    def goals(self) -> list[Goal]:
        """What is to be reached."""
        return self.table.goal  # type: ignore[attr-defined]

    @property
    def expects(self) -> list[Expect]:
        """Statements that the model must satisfy."""
        return self.table.expect  # type: ignore[attr-defined]

    @property
    def counts(self) -> list[str]:
        """Routes that count as AI factories."""
        return self.table.counts  # type: ignore[attr-defined]

    @property
    def observed(self) -> list[Observed]:
        """What was counted."""
        return self.table.observed  # type: ignore[attr-defined]

    @property
    def announcements(self) -> list[Announcement]:
        """Plans as they were announced."""
        return self.table.announcement  # type: ignore[attr-defined]

    @property
    def calibration(self) -> Calibration:
        """How the uncertain numbers are weighed."""
        return self.table.calibration  # type: ignore[attr-defined]

    @property
    def ensemble(self) -> str | None:
        """Name of the file of weighed values, relative to ``folder``."""
        return self.table.uncertainty.ensemble  # type: ignore[attr-defined]

    @property
    def own_files(self) -> list[Path]:
        """Tables of the user that the config names."""
        return [self.folder / name for name in (self.population.file, self.network.file) if name is not None]

    @property
    def settings(self) -> dict[str, Any]:
        """Settings as ``model.problem.Problem`` takes them: nested dicts with a ``Distribution`` at every leaf that is uncertain."""
        out: dict[str, Any] = {key: _fields(value) for key, value in _fields(self.table).items() if key not in _NOT_THE_MODEL}
        for group in ("mechanisms", "levers"):
            out[group] = {name: _fields(table) for name, table in out[group].items() if table is not None}
        programmes = [_fields(table) for table in out["programme"]]
        out["programme"] = {table.pop("name"): table for table in programmes}
        out["initial_adopters"] = self.population.initial_adopters
        return out

    def with_(self, settings: Mapping[str, Any]) -> Study:
        """Returns the same study with other settings, validated as a whole.

        Args:
            settings: values by key, as the ``overrides`` of ``aixsim.load``: ``{"levers.parks.number": 27,
                "monte_carlo.replicates": 50}``; ``{"levers.parks": False}`` takes away a lever.

        Raises:
            ConfigError: with every mistake found.
        """
        from aixsim.config.loading import changed

        return changed(self, settings)

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
        return tomli_w.dumps(self.document())

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

    def document(self) -> dict[str, Any]:
        """Returns the fully resolved config as TOML holds it."""
        document: dict[str, Any] = {}
        for key, value in _fields(self.table).items():
            if key in _ONLY_IF_STATED and not value.model_fields_set:
                continue
            if isinstance(value, list) and value and hasattr(value[0], "model_fields_set"):
                document[key] = [plain(_fields(item)) for item in value]
            elif key in ("mechanisms", "levers"):
                document[key] = {name: plain(_fields(table)) for name, table in _fields(value).items() if table is not None}
            elif hasattr(value, "model_fields_set"):
                document[key] = plain(_stated(value))
            else:
                document[key] = plain(value)
        resolved: dict[str, Any] = _without_none(document)
        return resolved

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the resolved config: the classes of its tables are made from the registry, in each process anew."""
        return _again, (self.name, self.folder, self.document(), self.registry)

    def __repr__(self) -> str:
        """Returns name, title and horizon."""
        return f"<Study {self.name!r}: {self.title!r}, {self.horizon.start} to {self.horizon.end}>"


def _again(name: str, folder: Path, document: dict[str, Any], registry: Registry) -> Study:
    return Study(name, folder, config_model(registry).model_validate(document), registry)


def _without_none(value: Any) -> Any:
    """Returns nested tables without the keys whose value is None, which TOML does not have."""
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, list) else value


def _fields(model: Any) -> dict[str, Any]:
    """Returns the values of a model by key, without turning them into something else."""
    return {key: getattr(model, key) for key in type(model).model_fields} if hasattr(model, "model_fields_set") else model


def _stated(model: Any) -> dict[str, Any]:
    """Returns the fields of a table; of population and network only what fits their kind, which is what was stated."""
    fields = _fields(model)
    if isinstance(model, PopulationTable | NetworkTable):
        return {key: value for key, value in fields.items() if key == "kind" or key in model.model_fields_set}
    return fields
