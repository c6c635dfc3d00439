"""The result of the packaged backtest for reports: ``backtest_summary.csv``, written from ``aixsim backtest``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, get_type_hints

from aixsim.data.packaged import rows
from aixsim.escapes import to_csv
from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, MODEL, POOL, VERIFIED, Forecast, by_horizon, select
from aixsim.results.result import Result

TABLE: Final = "backtest_summary.csv"
LONGEST: Final = {ANNOUNCED: 3, KNOWN: 5}
"""Longest horizons that are summarised, in years: budgets are announced at most three years ahead."""
COUNTED: Final = ("2025-12", "launched", 102)
"""An observed count that only studies of AI factories in Korea have."""


@dataclass(frozen=True, slots=True)
class Record:
    """The skill of forecasts of the cumulative count at one horizon.

    Attributes:
        counts, policy: as in ``evidence.forecasts``.
        horizon: years ahead.
        origins: number of origins.
        crps: mean CRPS, in factories.
        best_baseline, best_crps: the best simpler forecast, and its mean CRPS.
        skill: 1 minus crps over best_crps.
        combined_skill: the same of the model combined with the planned number.
        covered_80: number of counts in their 80 % intervals.
        error_pct: mean absolute error of the median, in percent of the count.
    """

    counts: str
    policy: str
    horizon: int
    origins: int
    crps: float
    best_baseline: str
    best_crps: float
    skill: float
    combined_skill: float
    covered_80: int
    error_pct: float


def summary_table(forecasts: Iterable[Forecast]) -> str:
    """Returns the summary of a backtest as a CSV file, which is packaged."""
    forecasts, out = list(forecasts), []
    for counts in (ALL, VERIFIED):
        for policy, longest in LONGEST.items():
            for one in by_horizon([f for f in select(forecasts, counts, policy, "cumulative") if f.horizon <= longest]):
                crps, best = round(one.crps[MODEL], 2), round(one.crps[one.best], 2)
                skills = round(one.skill, 4), round(1.0 - one.crps[POOL] / one.crps[one.best], 4)
                covered, error = one.coverage[0.8].successes, round(100 * one.error[MODEL], 1)
                record = Record(counts, policy, one.horizon, one.n, crps, one.best, best, *skills, covered, error)
                out.append(asdict(record))
    return to_csv(out)


def records(counts: str, policy: str) -> list[Record]:
    """Returns the packaged records, by horizon."""
    kinds = get_type_hints(Record)
    chosen = [row for row in rows(TABLE) if (row["counts"], row["policy"]) == (counts, policy)]
    return [Record(**{name: kind(row[name]) for name, kind in kinds.items()}) for row in chosen]


def concerns(result: Result) -> bool:
    """Returns whether a run is about the AI factories of Korea: the backtest does not apply to others."""
    return is_of_korea(result.provenance["observed"])


def is_of_korea(observed: Iterable[Mapping[str, Any]]) -> bool:
    """Returns whether observed counts are those of the AI factories of Korea."""
    return any((seen["month"], seen["outcome"], seen["value"]) == COUNTED for seen in observed)


def better() -> tuple[int, int, int]:
    """Returns in how many comparisons the model was better than the best simpler forecast, combined with the planned number, and of all."""
    found = [one for policy in (ANNOUNCED, KNOWN) for counts in (ALL, VERIFIED) for one in records(counts, policy)]
    return sum(one.skill > 0 for one in found), sum(one.combined_skill > 0 for one in found), len(found)


def sentence() -> str:
    """Returns the track record in a few sentences, for reports on the AI factories."""
    announced, known, without = records(ALL, ANNOUNCED), records(ALL, KNOWN), records(VERIFIED, ANNOUNCED)
    covered, n = sum(one.covered_80 for one in announced), sum(one.origins for one in announced)
    low, high = min(one.skill for one in known), max(one.skill for one in known)
    _, combined, compared = better()
    best = ", ".join(dict.fromkeys(one.best_baseline for one in (*announced, *without)))
    return (
        "Evidence: on the smart factories of 2014 to 2024 the model's forecasts had, with announced budgets, a skill of"
        f" {_skills(announced)} one to {len(announced)} years ahead against the best of six simpler ones ({best}; 1 perfect, 0 equal,"
        f" below 0 worse), of {_skills(without)} without the one count that is not verified, and of {low:+.2f} to {high:+.2f} with actual"
        f" budgets; combined with the planned number it was better in {combined} of {compared} comparisons. {covered} of {n} counts lay in"
        " their 80 % intervals. The model predicts the effect of budgets, not the budgets themselves (docs/explanation/evidence.md)."
    )


def _skills(some: list[Record]) -> str:
    return ", ".join(f"{one.skill:+.2f}" for one in some)
