"""The tables of results: what each column holds and in which unit. ``make docs`` writes docs/reference/columns.md from here."""

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
        kind: what its values are; months are first days of months.
        unit: of the values; empty for names, months, numbers of things, and what is true or false.
        meaning: what it holds, in a few words.
    """

    kind: Kind
    unit: str
    meaning: str


FIRMS: Final = "simulated firms"
"""Unit of counts: divided by ``Result.scale`` they are firms of the nation."""
NATION: Final = "firms of the nation"
SHARE: Final = "share of replicates"
BASIC_OUTCOMES: Final = ("decided", "launched", "operating", "failed", "abandoned", "withdrawn", "launched_own", "operating_own")
_KRW: Final = "KRW bn of the simulated population"
_REPLICATE: Final = Column("whole", "", "number of the replicate")
_MONTH: Final = Column("month", "", "month, the first of its days; counts are as of its end")
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
        "group": Column("name", "", f"by what firms are grouped: {', '.join(GROUPS)}"),
        "level": Column("name", "", "which of the groups"),
        "outcome": Column("name", "", "what is counted: a column of trajectories"),
        **_quantiles(FIRMS, "the count"),
    },
    "projects": {
        "replicate": _REPLICATE,
        "firm": Column("whole", "", "number of the firm"),
        "route": Column("name", "", f"who pays: {', '.join(ROUTES)}"),
        "launched": Column("month", "", "month in which the project started"),
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
        "programme": Column("name", "", "programme, or line of money of a lever"),
        "budget_krw_bn": Column("number", _KRW, "money for projects in the year, with what came back from earlier ones"),
        "spent_krw_bn": Column("number", _KRW, "money that projects took"),
        "left_krw_bn": Column("number", _KRW, "budget less what was spent"),
        "applicants": Column("whole", FIRMS, "applications in the calls of the year"),
        "funded": Column("whole", FIRMS, "projects that were funded"),
        "repaid_krw_bn": Column("number", _KRW, "money that came back from projects"),
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
}
"""Columns that every result of a run has, by table. ``trajectories`` has one more for each other outcome, ``parameters`` one for each
uncertain parameter."""
MORE: Final = {
    "trajectories": Column("whole", FIRMS, "count of an outcome"),
    "parameters": Column("number", "of the parameter: see aixsim describe", "value that was drawn of the setting of this key"),
}
_FACTOR: Final = {"FACTOR": Column("number", "of the setting", "value of a factor; the column is called like the config's key")}
_POINT: Final = {"point": Column("whole", "", "number of the point of the sweep")}
_POLICY: Final = {"policy": Column("name", "", "policy that the point starts from; base when there is only one")}
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
        "OUTCOME": Column("whole", FIRMS, "count of each outcome that is kept, called as in the trajectories of a run"),
        "PARAMETER": Column("number", "of the parameter", "value drawn of each uncertain number, where the study keeps them"),
    },
    "answer": {
        **_POINT,
        **_POLICY,
        **_FACTOR,
        **_GOAL,
        "n": Column("whole", "replicates", "finished replicates"),
        "n_failed": Column("whole", "replicates", "failed replicates, in no estimate"),
        "successes": Column("whole", "replicates", "replicates that reach the goal"),
        "probability": Column("number", SHARE, "successes divided by n"),
        "low": Column("number", SHARE, "lower end of the exact interval of the probability (Clopper-Pearson)"),
        "high": Column("number", SHARE, "upper end of it"),
        "sequence_low": Column("number", SHARE, "lower end of the interval that holds however often the sweep is looked at"),
        "sequence_high": Column("number", SHARE, "upper end of it"),
        **{name: one for name, one in _quantiles(NATION, "the count at the deadline").items() if name not in ("p25", "p75")},
        "verdict": Column("name", "", "above or below the level of the decision, or open; missing for goals that it is not about"),
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
        "reference": Column("whole", "", "number of the point that it is compared with"),
        **_POLICY,
        **_FACTOR,
        **_GOAL,
        "paired": Column("flag", "", "whether replicates are compared in pairs, with common random numbers"),
        "n": Column("whole", "replicates", "replicates of the point that are compared"),
        "n_reference": Column("whole", "replicates", "replicates of the reference that are compared"),
        "n_unpaired": Column("whole", "replicates", "replicates left out because only one of the two has finished them"),
        "n_failed": Column("whole", "replicates", "failed replicates of the point"),
        "n_failed_reference": Column("whole", "replicates", "failed replicates of the reference"),
        **_interval("probability", "probability of the goal at the point", SHARE, "exact interval"),
        **_interval("probability_reference", "probability of the goal at the reference", SHARE, "exact interval"),
        **_interval("difference", "difference of the probabilities, point minus reference", SHARE, "interval"),
        "p_value": Column("number", "", "exact test of equal probabilities: McNemar's of pairs, Fisher's of independent replicates"),
        "p_holm": Column("number", "", "the same, to hold for all points together (Holm)"),
        "mean": Column("number", NATION, "mean count at the deadline at the point"),
        "mean_reference": Column("number", NATION, "mean count at the deadline at the reference"),
        **_interval("mean_difference", "difference of the means, point minus reference", NATION, "interval"),
    },
}
"""Columns of the tables of a sweep. Names in capitals stand for columns that depend on the study."""


def column(table: str, name: str) -> Column:
    """Returns what a column of a table holds."""
    return TABLES[table].get(name) or (_COUNTED if table == "trajectories" else {}).get(name) or MORE[table]


def wrong_columns(table: str, schema: pa.Schema) -> str:
    """Returns what is wrong with the columns of a table, in words; empty when nothing is."""
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
