"""The columns of result tables, with unit and meaning; the source of docs/reference/columns.md (``make docs``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from aixsim.model.outcomes import DECLARED
from aixsim.world.classification import GROUPS, ROUTES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Kind = Literal["whole", "number", "month", "name", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        kind: type of its values; months are first days of months.
        unit: of the values; empty for names, months, identifiers and flags.
        meaning: short description.
    """

    kind: Kind
    unit: str
    meaning: str


FIRMS: Final = "simulated firms"
"""Unit of counts; divide by ``Result.scale`` to get national firms."""
NATION: Final = "national firms"
SHARE: Final = "share of replicates"
BASIC_OUTCOMES: Final = ("decided", "launched", "operating", "failed", "abandoned", "withdrawn", "launched_own", "operating_own")
_KRW: Final = "KRW bn of the simulated population"
_REPLICATE: Final = Column("whole", "", "number of the replicate")
_MONTH: Final = Column("month", "", "first day of the month; counts are as of its end")
_COUNTED: Final = {outcome.name: Column("whole", FIRMS, outcome.title) for outcome in DECLARED}
_TRAITS: Final = {"agent_type": "type of the firm", "province": "province of the firm", "size": "size class of the firm"}


def _quantiles(unit: str, of: str) -> dict[str, Column]:
    """Returns the columns of a mean and of quantiles over replicates."""
    named = {"p05": "5 % quantile", "p25": "lower quartile", "p50": "median", "p75": "upper quartile", "p95": "95 % quantile"}
    return {name: Column("number", unit, f"{text} of {of} over replicates") for name, text in {"mean": "mean", **named}.items()}


TABLES: Final[dict[str, dict[str, Column]]] = {
    "trajectories": {"replicate": _REPLICATE, "month": _MONTH, **{name: _COUNTED[name] for name in BASIC_OUTCOMES}},
    "groups": {
        "month": _MONTH,
        "group": Column("name", "", f"grouping variable: {', '.join(GROUPS)}"),
        "level": Column("name", "", "level of the grouping variable"),
        "outcome": Column("name", "", "outcome: a column of trajectories"),
        **_quantiles(FIRMS, "the count"),
    },
    "projects": {
        "replicate": _REPLICATE,
        "firm": Column("whole", "", "number of the firm"),
        "route": Column("name", "", f"who pays: {', '.join(ROUTES)}"),
        "launched": Column("month", "", "month in which the contract began"),
        "operating_from": Column("month", "", "month in which productive use began; missing: not within the horizon"),
        "ended": Column("month", "", "month in which it failed or was abandoned; missing: not within the horizon"),
        "operating": Column("flag", "", "whether it is in operation at the end of the horizon"),
        **{name: Column("name", "", meaning) for name, meaning in _TRAITS.items()},
        "sector": Column("name", "", "sector of the firm"),
    },
    "parameters": {"replicate": _REPLICATE},
    "money": {
        "replicate": _REPLICATE,
        "year": Column("whole", "", "calendar year"),
        "programme": Column("name", "", "name of the programme, or funding line of a lever"),
        "budget_krw_bn": Column("number", _KRW, "budget of the year, including repayments of earlier projects"),
        "spent_krw_bn": Column("number", _KRW, "money spent on projects"),
        "left_krw_bn": Column("number", _KRW, "budget minus spending"),
        "applicants": Column("whole", FIRMS, "applications in the calls of the year"),
        "funded": Column("whole", FIRMS, "projects that were funded"),
        "repaid_krw_bn": Column("number", _KRW, "money repaid by projects"),
        "affordable": Column("number", FIRMS, "projects that the budget alone would pay: budget over the highest grant"),
    },
    "payers": {
        "replicate": _REPLICATE,
        "year": Column("whole", "", "calendar year of the call, or of the launch of a project that the firm pays itself"),
        "route": Column("name", "", f"route of money: {', '.join(ROUTES)}"),
        "state_krw_bn": Column("number", _KRW, "public money promised to projects"),
        "lead_krw_bn": Column("number", _KRW, "money of leads of collaboration models for their members' projects"),
        "firm_krw_bn": Column("number", _KRW, "own money of the firms; 0 where no programme states public_share"),
    },
    "rules": {
        "replicate": _REPLICATE,
        "rule": Column("name", "", "name of the rule"),
        "count": Column("whole", FIRMS, "count that was seen at the end of the month of the rule"),
        "acts": Column("flag", "", "whether the rule acts in this replicate"),
    },
}
"""Columns that every result of a run has, by table; ``rules`` only that of a config with rules. ``trajectories`` has one more for each
other outcome, ``parameters`` one for each uncertain parameter."""
MORE: Final = {
    "trajectories": Column("whole", FIRMS, "count of an outcome"),
    "parameters": Column("number", "of the parameter: see aixsim describe", "drawn value of the uncertain parameter with this key"),
}
_FACTOR: Final = {"FACTOR": Column("number", "of the setting", "value of a factor; the column name is the config key")}
_POINT: Final = {"point": Column("whole", "", "number of the point of the sweep")}
_POLICY: Final = {"policy": Column("name", "", "name of the policy; base if there is only one")}
_GOAL: Final = {"goal": Column("name", "", "name of the goal")}


def _interval(name: str, what: str, unit: str, kind: str) -> dict[str, Column]:
    """Returns the columns of an estimate and of the ends of its interval."""
    ends = {f"{name}_low": f"lower end of its {kind}", f"{name}_high": f"upper end of its {kind}"}
    return {key: Column("number", unit, text) for key, text in {name: what, **ends}.items()}


SWEEP_TABLES: Final[dict[str, dict[str, Column]]] = {
    "trajectories": {
        **_POINT,
        "replicate": _REPLICATE,
        "month": _MONTH,
        "OUTCOME": Column("whole", FIRMS, "count of each stored outcome; names as in the trajectories of a run"),
        "PARAMETER": Column("number", "of the parameter", "drawn value of each uncertain parameter, if the study stores them"),
        "spent_krw_bn": Column(
            "number", "KRW bn", "what funding lines spend over the horizon, of the simulated population, if the study stores it"
        ),
    },
    "answer": {
        **_POINT,
        **_POLICY,
        **_FACTOR,
        **_GOAL,
        "n": Column("whole", "replicates", "finished replicates"),
        "n_failed": Column("whole", "replicates", "failed replicates, left out of all estimates"),
        "successes": Column("whole", "replicates", "replicates that reach the goal"),
        "probability": Column("number", SHARE, "successes divided by n"),
        "low": Column("number", SHARE, "lower end of the exact interval of the probability (Clopper-Pearson)"),
        "high": Column("number", SHARE, "upper end of this interval"),
        "sequence_low": Column("number", SHARE, "lower end of the confidence sequence, which is valid under repeated looks"),
        "sequence_high": Column("number", SHARE, "upper end of this interval"),
        **{name: one for name, one in _quantiles(NATION, "the count at the deadline").items() if name not in ("p25", "p75")},
        "verdict": Column("name", "", "above or below the decision level, or open; missing for other goals than that of the decision"),
    },
    "design": {
        "row": Column("whole", "", "number of the row in the design, from 0"),
        **_POLICY,
        **_POINT,
        "name": Column("name", "", "name of the row, where a table of points gives one; else empty"),
        **_FACTOR,
    },
    "comparison": {
        **_POINT,
        "reference": Column("whole", "", "number of the reference point"),
        **_POLICY,
        **_FACTOR,
        **_GOAL,
        "paired": Column("flag", "", "whether replicates are compared in pairs, with common random numbers"),
        "n": Column("whole", "replicates", "replicates of the point that are compared"),
        "n_reference": Column("whole", "replicates", "replicates of the reference that are compared"),
        "n_unpaired": Column("whole", "replicates", "replicates left out because only one of the two points has finished them"),
        "n_failed": Column("whole", "replicates", "failed replicates of the point"),
        "n_failed_reference": Column("whole", "replicates", "failed replicates of the reference"),
        **_interval("probability", "probability of the goal at the point", SHARE, "exact interval"),
        **_interval("probability_reference", "probability of the goal at the reference", SHARE, "exact interval"),
        **_interval("difference", "difference of the probabilities, point minus reference", SHARE, "interval"),
        "p_value": Column("number", "", "exact test of equal probabilities: McNemar for pairs, Fisher for independent replicates"),
        "p_holm": Column("number", "", "p_value corrected for the number of points (Holm)"),
        "mean": Column("number", NATION, "mean count at the deadline at the point"),
        "mean_reference": Column("number", NATION, "mean count at the deadline at the reference"),
        **_interval("mean_difference", "difference of the means, point minus reference", NATION, "interval"),
    },
}
"""Columns of the tables of a sweep. Names in capitals stand for columns that depend on the study."""


def column(table: str, name: str) -> Column:
    """Returns the description of a column."""
    return TABLES[table].get(name) or (_COUNTED if table == "trajectories" else {}).get(name) or MORE[table]


def wrong_columns(table: str, schema: pa.Schema) -> str:
    """Returns the problems of the columns of a table, in words; empty if there are none."""
    if missing := [name for name in TABLES[table] if name not in schema.names]:
        return f"lacks the columns {', '.join(missing)}"
    known = {name: column(table, name) for name in schema.names if name in TABLES[table] or table in MORE}
    wrong = [name for name, one in known.items() if not _fits(schema.field(name).type, one.kind)]
    return f"has columns of another type: {', '.join(wrong)}" if wrong else ""


def _fits(found: pa.DataType, kind: Kind) -> bool:
    from pyarrow import types

    match kind:
        case "whole":
            return bool(types.is_integer(found))
        case "number":
            return bool(types.is_floating(found))
        case "month":
            return bool(types.is_date32(found) or types.is_timestamp(found))
        case "name":
            return bool(types.is_string(found) or types.is_large_string(found) or types.is_dictionary(found))
        case _:
            return bool(types.is_boolean(found))


def to_frame(table: str, rows: pa.Table) -> pd.DataFrame:
    """Returns rows of a table with months as ``datetime64[ms]`` and, in ``attrs["units"]``, the unit of each column."""
    import pyarrow as pa

    for position, name in enumerate(rows.column_names):
        if pa.types.is_date32(rows.schema.field(name).type):
            rows = rows.set_column(position, name, rows[name].cast(pa.timestamp("ms")))
    frame: pd.DataFrame = rows.to_pandas()
    return with_units(frame, {name: column(table, name).unit for name in rows.column_names})


def with_units(frame: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    """Writes the unit of each column into the attributes of a table."""
    attributes: dict[Any, Any] = frame.attrs
    attributes["units"] = units
    return frame
