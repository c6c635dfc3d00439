"""The tables of a config as pydantic models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache, partial
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    create_model,
    field_validator,
    model_validator,
)

from aixsim.config.observations import Announcement, Calibration, Observed, Uncertainty
from aixsim.config.parameter_tables import Table, table_of
from aixsim.config.report_table import ReportTable
from aixsim.config.rule_tables import RuleTable
from aixsim.config.validation import NotAllowed, finite
from aixsim.config.values import Month, annotated, plain
from aixsim.model.calendar import Horizon
from aixsim.model.catalogue import SECTIONS
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.programmes import TERMS, Programme
from aixsim.model.registry import Registry
from aixsim.world.classification import ROUTES

_MODEL = ("counts", "programme", "mechanisms", "levers", *SECTIONS)
"""Tables that the model reads."""
_ONLY_IF_STATED = ("plugins", "calibration", "uncertainty", "report", "rule")
LONGEST = 600
MOST_FIRMS_COMPLETE = 2000
MOST_REPLICATES = 10_000_000


def _structural(raw: Any) -> Any:
    if isinstance(raw, dict):
        raise NotAllowed("found a distribution", "one number, because it is used before the first replicate")
    return raw


Number = Annotated[float, BeforeValidator(_structural), AfterValidator(lambda x: finite(x, "a finite number"))]
Whole = Annotated[int, BeforeValidator(_structural)]
Seed = Annotated[Whole, Field(ge=0, lt=2**64)]


class HorizonTable(Table):
    """Simulated months, both ends included."""

    start: Month
    end: Month

    @model_validator(mode="after")
    def _ordered(self) -> HorizonTable:
        n_months = self.months.n_months
        if not 1 <= n_months <= LONGEST:
            raise NotAllowed(
                f"found {self.start} to {self.end}, {n_months} months", f"an end after the start, at most {LONGEST} months later"
            )
        return self

    @property
    def months(self) -> Horizon:
        """Simulated months, as the model uses them."""
        return Horizon(self.start, self.end)


class PopulationTable(Table):
    """Population of firms."""

    kind: Literal["korea-2023", "homogeneous", "file"] = "korea-2023"
    scale: Annotated[Number, Field(gt=0, le=10)] = 1.0
    seed: Seed = 1
    vary: bool = False
    firms: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = None
    initial_adopters: Annotated[Whole, Field(ge=0)] = 0
    file: str | None = None

    @model_validator(mode="after")
    def _fits_kind(self) -> PopulationTable:
        _belongs(self.kind, "homogeneous", "firms", self.firms)
        _belongs(self.kind, "file", "file", self.file)
        if self.kind != "korea-2023" and self.scale != 1.0:
            raise NotAllowed(f"found scale = {self.scale:g} with kind = {self.kind!r}", 'scale only with kind = "korea-2023"')
        if self.firms is not None and self.initial_adopters > self.firms:
            raise NotAllowed(f"found initial_adopters = {self.initial_adopters}", f"at most firms = {self.firms}")
        return self


class NetworkTable(Table):
    """Network of ties between firms."""

    kind: Literal["supply", "none", "complete", "star", "ring", "file"] = "supply"
    # Subcontractors alone have almost 3.5 (data/network_targets.csv); a test compares.
    links_per_firm: Annotated[Number, Field(ge=3.5, le=50)] = 4.0
    file: str | None = None

    @model_validator(mode="after")
    def _fits_kind(self) -> NetworkTable:
        _belongs(self.kind, "file", "file", self.file)
        if self.kind != "supply" and "links_per_firm" in self.model_fields_set:
            raise NotAllowed(f"found links_per_firm with kind = {self.kind!r}", 'links_per_firm only with kind = "supply"')
        return self


def _belongs(kind: str, owner: str, key: str, value: object) -> None:
    if (kind == owner) != (value is not None):
        raise NotAllowed(
            f"found kind = {kind!r} {'with' if value is not None else 'without'} {key}", f"{key} with kind = {owner!r}, and only there"
        )


class PluginsTable(Table):
    """Python files below the config's folder that define the user's mechanisms and levers."""

    files: list[Annotated[str, Field(min_length=1)]] = Field(default=[])


class Goal(Table):
    """A goal, in national numbers."""

    name: Annotated[str, Field(min_length=1)]
    outcome: Literal[OUTCOMES]  # type: ignore[valid-type]  # one list of outcomes, here too
    at_least: Annotated[Number, Field(ge=1)]
    by: Month

    def target(self, scale: float) -> int:
        """Returns the smallest number of simulated firms that reaches the goal; see ``target_in_sample``."""
        return target_in_sample(self.at_least, scale)


def target_in_sample(at_least: float, scale: float) -> int:
    """Returns the smallest number of simulated firms that represents ``at_least`` national firms.

    Every test of a goal must use this function: ``count >= at_least * scale`` and ``count / scale >= at_least`` round differently, so
    that at a scale of 0.07, 7 firms would miss a goal of 100.
    """
    exact = at_least * scale
    return math.ceil(exact - 1e-9 * max(exact, 1.0))


class Expect(Table):
    """A statement that the model must satisfy."""

    name: Annotated[str, Field(min_length=1)]
    outcome: Literal[OUTCOMES]  # type: ignore[valid-type]  # as above
    by: Month
    statistic: Literal["mean", "median", "p05", "p95", "probability"] = "mean"
    equals: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    within: Annotated[Number, Field(ge=0)] | None = None
    within_standard_errors: Annotated[Number, Field(gt=0)] | None = None
    reaches: Annotated[Number, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _is_one_statement(self) -> Expect:
        stated = [key for key in ("equals", "at_least", "at_most") if getattr(self, key) is not None]
        if len(stated) != 1:
            raise NotAllowed(f"found {', '.join(stated) or 'none of them'}", "exactly one of equals, at_least, at_most")
        margins = (self.within is not None) + (self.within_standard_errors is not None)
        if margins != (self.equals is not None):
            raise NotAllowed(f"found {margins} margins", "with equals one of within and within_standard_errors, otherwise neither")
        if (self.statistic == "probability") != (self.reaches is not None):
            raise NotAllowed(f"found statistic = {self.statistic!r}", "reaches = COUNT with statistic = 'probability', and only there")
        if self.within_standard_errors is not None and self.statistic not in ("mean", "probability"):
            raise NotAllowed(f"found within_standard_errors with {self.statistic!r}", "within_standard_errors with mean or probability")
        return self


class MonteCarlo(Table):
    """Number of replicates, seed, and confidence of the intervals."""

    replicates: Annotated[Whole, Field(ge=1, le=MOST_REPLICATES)] = 1000
    seed: Seed | None = None
    confidence: Annotated[Number, Field(ge=0.5, le=0.9999)] = 0.95
    half_width: Annotated[Number, Field(gt=0, lt=0.5)] | None = None


class _TableOrFalse:
    """Annotation of an optional table, which the schema of a config describes as a table or ``false``."""

    def __init__(self, table: type[Table]) -> None:
        self.table = table

    def __get_pydantic_json_schema__(self, _: Any, __: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [self.table.model_json_schema(), {"const": False}], "description": self.table.__doc__}


def _optional(table: type[Table]) -> Any:
    """Returns the type of an optional table; ``false`` removes that of the base."""

    def given(raw: Any) -> Any:
        if raw is not None and raw is not False and not isinstance(raw, dict):
            raise NotAllowed(f"found {raw!r}", "a table, or false to remove that of the base")
        return None if raw is False else raw

    return Annotated[table | None, BeforeValidator(given), _TableOrFalse(table)]


def _with_terms(raw: Any) -> Any:
    """Adds defaults for the parameters of the kind that are not stated."""
    if not isinstance(raw, Mapping):
        return raw
    return {term.name: term.default for term, kind in TERMS.values() if kind == raw.get("kind", "grant")} | dict(raw)


ProgrammeTable = table_of(
    "Programme",
    Programme.title(),
    Programme,
    validators={"with_terms": model_validator(mode="before")(_with_terms)},
    name=(Annotated[str, Field(min_length=1)], ...),
    **{term.name: (annotated(term), None) for term, _ in TERMS.values()},
)
"""The model of ``[[programme]]``; it includes the parameters of all kinds."""


class Config(Table):
    """A study of how AI manufacturing diffuses."""

    title: Annotated[str, Field(min_length=1)]
    counts: Annotated[list[Literal[ROUTES]], Field(min_length=1)] = Field(  # type: ignore[valid-type]  # one list of routes, here too
        default=["programme", "collaboration", "park"]
    )
    horizon: HorizonTable
    population: PopulationTable = PopulationTable()
    network: NetworkTable = NetworkTable()
    programme: list[Any] = Field(default=[])
    goal: list[Goal] = Field(default=[])
    expect: list[Expect] = Field(default=[])
    rule: list[RuleTable] = Field(default=[])
    monte_carlo: MonteCarlo = MonteCarlo()
    observed: list[Observed] = Field(default=[])
    announcement: list[Announcement] = Field(default=[])
    calibration: Calibration = Calibration()
    uncertainty: Uncertainty = Uncertainty()
    plugins: PluginsTable = PluginsTable()
    report: ReportTable = ReportTable()

    @field_validator("counts")
    @classmethod
    def _different(cls, counts: list[str]) -> list[str]:
        if len(set(counts)) != len(counts):
            raise NotAllowed(f"found {counts!r}", "every route once")
        return counts

    @property
    def settings(self) -> dict[str, Any]:
        """Settings for ``model.problem.Problem``: nested dicts with a ``Distribution`` at every uncertain leaf."""
        out = {key: dict(value) if isinstance(value, Table) else value for key, value in self if key in _MODEL}
        for group in ("mechanisms", "levers"):
            out[group] = {name: dict(table) for name, table in out[group].items() if table is not None}
        out["programme"] = {table.name: {key: value for key, value in table if key != "name"} for table in self.programme}
        out["initial_adopters"] = self.population.initial_adopters
        if self.rule:
            out["rule"] = [table.rule(partial(target_in_sample, scale=self.population.scale)) for table in self.rule]
        return out

    def document(self) -> dict[str, Any]:
        """Returns the fully resolved config as TOML values."""
        tables = {key: value for key, value in self if key not in _ONLY_IF_STATED or getattr(value, "model_fields_set", value)}
        for key in ("population", "network"):
            # Only the parameters of its kind.
            tables[key] = {name: value for name, value in tables[key] if name == "kind" or name in tables[key].model_fields_set}
        document: dict[str, Any] = plain(tables)
        return document


@cache
def config_model(registry: Registry) -> type[Config]:
    """Returns the pydantic model of a config; it includes all mechanisms, levers and sections."""
    tables: dict[str, type[Table]] = {}
    for key, items in (("Mechanisms", registry.mechanisms), ("Levers", registry.levers)):
        optional: dict[str, Any] = {
            item.name: (_optional(table_of(item.name, item.title, item.parameters)), None) for item in items.values()
        }
        tables[key.lower()] = create_model(key, __base__=Table, **optional)
    tables |= {key: table_of(key, section.title(), section) for key, section in SECTIONS.items()}
    fields: dict[str, Any] = {key: (table, Field(default_factory=table)) for key, table in tables.items()}
    fields["programme"] = (list[ProgrammeTable], Field(default=[]))  # type: ignore[valid-type]  # made from declarations
    return create_model("Config", __base__=Config, **fields)
