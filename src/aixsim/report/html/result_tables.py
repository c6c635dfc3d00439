"""The tables of a report on one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from aixsim.answers.answer import Answer
from aixsim.answers.what_matters import sensitivity
from aixsim.answers.year_end_counts import signposts
from aixsim.errors import UserError
from aixsim.evidence.run_history import past
from aixsim.report.html.sourced_values import DataTable
from aixsim.report.text.answer_in_words import delivered, word_of
from aixsim.report.text.counting_table import first_target
from aixsim.results.costs import costs
from aixsim.results.result import Result
from aixsim.stats.summary import quantiles
from aixsim.world.classification import GROUPS

NATION: Final = "national firms"
SHARE: Final = "share of replicates"
KRW: Final = "KRW bn"
LEVELS: Final = (0.05, 0.5, 0.95)
"""Probabilities that signposts of a report are given for."""
_SHOWN: Final = 12
"""Numbers that are shown by goal."""
Tables = dict[str, DataTable]
Row = dict[str, Any]


def result_tables(result: Result) -> Tables:
    """Returns the tables of a run that has finished replicates, by name; those for which it lacks data are left out.

    Counts are national. Nothing is simulated.
    """
    made: dict[str, Callable[[Result], DataTable | None]] = {
        "goals": _goals,
        "joint": _joint,
        "counting": _counting,
        "delivered": _delivered,
        "years": _years,
        "money": _money,
        "costs": _costs,
        "payers": _payers,
        **{group: _levels_of(group) for group in GROUPS},
    }
    found = {name: make(result) for name, make in made.items()}
    return {name: table for name, table in found.items() if table is not None and table.rows}


def chance_cells(record: Mapping[str, Any], name: str = "probability") -> Row:
    """Returns a probability with interval and n of a record of ``goals.json`` or ``counting.json`` as columns."""
    interval = record["interval"]
    return {name: record["probability"], f"{name}_low": interval["low"], f"{name}_high": interval["high"], "successes": record["successes"]}


def _goals(result: Result) -> DataTable | None:
    rows = []
    for goal in result.goal_records:
        word, count = word_of(goal), goal["count_at_deadline"]
        row: Row = {name: goal[name] for name in ("name", "outcome", "at_least", "by")}
        row |= chance_cells(goal) | {"n": goal["n"], "n_failed": goal["n_failed"], "confidence": goal["confidence"]}
        row |= {"word": word[1] if word else "unknown", "in_100": in_100(goal["probability"])}
        row |= {f"count_{name}": count[name] for name in ("mean", "p05", "p50", "p95")}
        row |= {"month_p50": goal["month_reached"]["p50"], "shortfall_mean": goal["shortfall"]["mean"]}
        alone = goal.get("money_alone") or {}
        row |= {"money_alone": alone.get("probability"), "money_alone_r_squared": alone.get("r_squared")}
        rows.append(row)
    units = {"at_least": NATION} | dict.fromkeys(("probability", "probability_low", "probability_high", "money_alone"), SHARE)
    units |= dict.fromkeys(("count_mean", "count_p05", "count_p50", "count_p95", "shortfall_mean"), NATION)
    return DataTable(rows, "goals.json", units)


def in_100(probability: float) -> int:
    """Returns a probability as a number of 100 futures; 0 and 100 are kept for what never or always happens."""
    return round(100 * probability) if probability in (0.0, 1.0) else min(max(round(100 * probability), 1), 99)


def _joint(result: Result) -> DataTable:
    goals = result.goal_records[:1]
    rows = [
        {"goal": goal["name"], "with": one["with"]} | chance_cells(one) | {"n": goal["n"]}
        for goal in goals
        for one in goal.get("jointly", [])
    ]
    return DataTable(rows, "goals.json", {"probability": SHARE})


def _counting(result: Result) -> DataTable | None:
    if not result.counting:
        return None
    rows = [
        {"status": one["status"], "scope": one["scope"], "at_least": one["at_least"], "by": one["by"]}
        | chance_cells(one)
        | {"n": one["n"]}
        | {f"count_{name}": one["count"][name] for name in ("p50", "p05", "p95")}
        for one in first_target(result.counting)
    ]
    return DataTable(rows, "counting.json", {"probability": SHARE} | dict.fromkeys(("count_p50", "count_p05", "count_p95"), NATION))


def _delivered(result: Result) -> DataTable | None:
    """Returns between which shares of the planned budgets is delivered, if that is uncertain."""
    found = delivered(result)
    return DataTable([{"low": found.low, "high": found.high}], "config.toml, parameters.parquet") if found else None


def _years(result: Result) -> DataTable:
    """Returns counts at the end of every year beside observed counts, and public money by year."""
    seen = {(one.month, one.outcome): one.counted for one in past(result)}
    money = result.money_by_year()
    rows = []
    for at, year in enumerate(result.horizon.years):
        month = min(f"{year}-12", result.horizon.end)
        counts, row = result.counts_in(month), {"year": year, "observed": seen.get((month, "launched"))}
        for outcome in ("launched", "operating", "launched_own"):
            row |= {f"{outcome}_{name}": value for name, value in quantiles(counts[outcome] / result.scale).items()}
        row |= {"budget": None, "spent": None}
        if money is not None:
            row |= {"budget": float(money.budget[:, at].sum()) / result.scale, "spent": float(money.spent[:, at].sum()) / result.scale}
        rows.append(row)
    units = {"observed": NATION, "budget": KRW, "spent": KRW}
    units |= {column: NATION for column in rows[0] if column.startswith(("launched", "operating"))}
    return DataTable(rows, "trajectories.parquet, money.parquet", units)


def _money(result: Result) -> DataTable | None:
    money = result.money_by_year()
    if money is None:
        return None
    rows = [
        {
            "programme": name,
            "year": year,
            "budget": float(money.budget[k, at]) / result.scale,
            "spent": float(money.spent[k, at]) / result.scale,
        }
        for k, name in enumerate(money.programmes)
        for at, year in enumerate(money.years)
    ]
    return DataTable(rows, "money.parquet", {"budget": KRW, "spent": KRW})


def _costs(result: Result) -> DataTable | None:
    found, money = costs(result), result.money_by_year()
    spent = float(money.total.sum(axis=1).mean()) / result.scale if money else None
    if found is None and spent is None:
        return None
    row: Row = {"spent": spent, "until": result.horizon.end}
    for name in ("per_launched", "per_operating", "own_per_funded"):
        value = getattr(found, name, None)
        row[name] = value if value is not None and np.isfinite(value) else None
    return DataTable(
        [row], "money.parquet, payers.parquet", {"spent": KRW, "per_launched": KRW, "per_operating": KRW, "own_per_funded": "1"}
    )


def _payers(result: Result) -> DataTable | None:
    found = costs(result)
    rows = [{"payer": payer, "share": share} for payer, share in found.shares.items()] if found else []
    return DataTable(rows, "payers.parquet", {"share": "share of the money for counted projects"})


def _levels_of(group: str) -> Callable[[Result], DataTable | None]:
    def levels(result: Result) -> DataTable | None:
        """Returns the counts by level of a group at the first deadline, or at the end."""
        by = result.goal_records[0]["by"] if result.goal_records else result.horizon.end
        frame = result.groups()
        frame = frame[(frame["group"] == group) & (frame["month"] == np.datetime64(by, "M").astype("datetime64[ms]"))]
        held = {(row["level"], row["outcome"]): row for row in frame.to_dict("records")}
        firms = result.firms["by"].get(group, {})
        rows = []
        for level in GROUPS[group]:
            row: Row = {"level": level, "by": by}
            if firms:
                row["firms"] = firms[level] / result.scale
            for outcome in ("launched", "operating"):
                found = held[level, outcome]
                row |= {f"{outcome}_{name}": float(found[name]) / result.scale for name in ("mean", "p05", "p95")}
            if firms:
                row["per_1000"] = 1000.0 * row["launched_mean"] / row["firms"] if row["firms"] else None
            rows.append(row)
        return DataTable(rows, "groups.parquet", dict.fromkeys(rows[0].keys() - {"level", "by"}, NATION))

    return levels


def answers_of(result: Result) -> tuple[dict[str, Answer], Tables]:
    """Returns the answers that need no new run, by name, and their tables; for an answer that the result has too little for, the reason."""
    made: dict[str, tuple[Callable[[], Answer], Sequence[str]]] = {
        "signposts": (lambda: signposts(result, LEVELS), ("signposts",)),
        "numbers": (lambda: sensitivity(result), ("numbers", "worth", "research")),
    }
    answers: dict[str, Answer] = {}
    tables: dict[str, DataTable] = {}
    for name, (make, names) in made.items():
        try:
            answers[name] = make()
            tables |= answer_tables(answers[name], names)
        except UserError as error:
            tables[f"no_{name}"] = DataTable([{"reason": str(error)}], "aixsim")
    return answers, tables


_ENDS: Final = {"signposts": "count", "switching": "value"}
"""The value whose interval stands in the columns ``low`` and ``high`` of a table of an answer."""


def answer_tables(answer: Answer, names: Sequence[str]) -> Tables:
    """Returns tables of an answer; columns of interval ends are named after the value that they belong to."""
    tables: Tables = {}
    for name in names:
        table, value = answer.tables[name], _ENDS.get(name)
        ends = {"low": f"{value}_low", "high": f"{value}_high"} if value else {}
        rows = [{ends.get(column, column): cell for column, cell in row.items()} for row in table.rows]
        if rows:
            tables[name] = DataTable(rows, f"aixsim {type(answer).__name__.lower()}", table.units)
    return tables


def shown_numbers(table: DataTable) -> list[int]:
    """Returns the rows of the numbers that matter most for each goal."""
    found: dict[str, list[int]] = {}
    for at, row in enumerate(table.rows):
        if row["matters"]:
            found.setdefault(row["goal"], []).append(at)
    return [at for rows in found.values() for at in rows[:_SHOWN]]
