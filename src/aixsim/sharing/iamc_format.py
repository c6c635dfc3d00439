"""A result in the long format of the Integrated Assessment Modeling Consortium (IAMC), which scenario databases and pyam read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from aixsim.model.outcomes import OUTCOMES
from aixsim.results.pairing import name_of
from aixsim.results.result import Result
from aixsim.runs.arrow_columns import array_of
from aixsim.runs.tables import QUANTILES

NATION: Final = "South Korea"
_STATISTICS: Final = {"mean": "Mean", "p05": "5th Percentile", "p50": "50th Percentile", "p95": "95th Percentile"}
_QUANTILES: Final = [QUANTILES[name] for name in list(_STATISTICS)[1:]]
_MONEY: Final = {"budget_krw_bn": "Budget", "spent_krw_bn": "Spent"}
_FIRMS: Final = "AI Manufacturing"


def iamc_rows(result: Result) -> list[dict[str, Any]]:
    """Returns one row per region, variable and year: model, scenario, region, variable, unit, year and value.

    Counts are national firms at the end of the year: ``AI Manufacturing|launched|Mean`` and percentiles over replicates, for the nation
    and for provinces as regions; ``AI Manufacturing|launched|size|small|Mean`` by size, sector, type of firm and route. Money is the mean
    over replicates, ``Public Support|Budget|PROGRAMME|Mean``, and a goal ``Goal|NAME|Probability`` in the year of its deadline.

    Args:
        result: a finished run.
    """
    model, scenario = f"aixsim {result.provenance.get('aixsim', 'unknown')}", name_of(result)
    facts = [*_nation(result), *_groups(result), *_money(result), *_goals(result)]
    return [
        {"model": model, "scenario": scenario, "region": region, "variable": variable, "unit": unit, "year": year, "value": value}
        for region, variable, unit, year, value in facts
    ]


Fact = tuple[str, str, str, int, float]
"""Region, variable, unit, year and value."""


def _ends(result: Result) -> dict[int, int]:
    """Returns the position of December in the horizon by year; a last year that ends earlier is left out."""
    horizon = result.horizon
    places = {year: horizon.index(f"{year}-12") for year in horizon.years}
    return {year: place for year, place in places.items() if 0 <= place < horizon.n_months}


def _nation(result: Result) -> Iterator[Fact]:
    ends = _ends(result)
    outcomes = [name for name in result.source.schema("trajectories").names if name not in ("replicate", "month")]
    for outcome in outcomes:
        counts = result.paths(outcome).values[:, list(ends.values())] / result.scale
        summaries = [counts.mean(axis=0), *np.quantile(counts, _QUANTILES, axis=0)]
        made = dict(zip(_STATISTICS, summaries, strict=True))
        for name, text in _STATISTICS.items():
            for year, value in zip(ends, made[name].tolist(), strict=True):
                yield NATION, f"{_FIRMS}|{outcome}|{text}", "firms", year, value


def _groups(result: Result) -> Iterator[Fact]:
    ends = {np.datetime64(f"{year}-12", "M"): year for year in _ends(result)}
    for batch in result.batches("groups"):
        months = batch["month"].to_numpy(zero_copy_only=False).astype("datetime64[M]")
        rows = np.flatnonzero(np.isin(months, list(ends)))
        picked = batch.take(rows).to_pylist()
        for month, row in zip(months[rows], picked, strict=True):
            if row["outcome"] in OUTCOMES:
                is_region = row["group"] == "province"
                region = f"{NATION}|{row['level']}" if is_region else NATION
                part = "" if is_region else f"|{row['group']}|{row['level']}"
                for name, text in _STATISTICS.items():
                    yield region, f"{_FIRMS}|{row['outcome']}{part}|{text}", "firms", ends[month], row[name] / result.scale


def _money(result: Result) -> Iterator[Fact]:
    totals: dict[tuple[str, str, int], float] = {}
    for batch in result.batches("money", ["year", "programme", *_MONEY]):
        years, programmes = array_of(batch["year"]), batch["programme"].to_pylist()
        for column, text in _MONEY.items():
            for year, programme, value in zip(years.tolist(), programmes, array_of(batch[column]).tolist(), strict=True):
                totals[text, programme, year] = totals.get((text, programme, year), 0.0) + value
    n = len(result.replicates) * result.scale
    for (text, programme, year), total in totals.items():
        yield NATION, f"Public Support|{text}|{_part(programme)}|Mean", "billion KRW/yr", year, total / n


def _goals(result: Result) -> Iterator[Fact]:
    for goal in result.goal_records:
        yield NATION, f"Goal|{_part(goal['name'])}|Probability", "1", int(goal["by"][:4]), goal["probability"]


def _part(name: str) -> str:
    """Returns a name as one part of a variable, in which ``|`` separates parts."""
    return name.replace("|", "/")
