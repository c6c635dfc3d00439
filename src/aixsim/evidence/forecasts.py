"""Scored forecasts of a backtest: as a table, and summarised by horizon."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aixsim.escapes import to_csv
from aixsim.stats.intervals import Proportion, proportion
from aixsim.stats.scores import LEVELS, Score, diebold_mariano, skill

MODEL: Final = "aixsim"
POOL: Final = "aixsim and planned number"
"""Half of the sample from each of the two."""
ANNOUNCED, KNOWN = "announced", "known"
"""Budgets of the years ahead: as announced at the origin, or the actual ones."""
ALL, VERIFIED = "all counts", "verified counts"
_ABOUT = ("counts", "policy", "origin", "year", "quantity", "model")


@dataclass(frozen=True, slots=True)
class Forecast:
    """One forecast of one number.

    Attributes:
        counts: ``all counts`` or ``verified counts``.
        policy: ``announced`` or ``known``.
        origin: last year of its data.
        year: forecast year.
        quantity: ``new`` in the year, or ``cumulative`` at its end.
        model: ``aixsim`` or a baseline.
        score: against the observed count.
        n: size of its sample.
    """

    counts: str
    policy: str
    origin: int
    year: int
    quantity: str
    model: str
    score: Score
    n: int

    @property
    def horizon(self) -> int:
        """Years ahead."""
        return self.year - self.origin


@dataclass(frozen=True, slots=True)
class Summary:
    """Scores of the forecasts at one horizon.

    Attributes:
        horizon: years ahead.
        n: origins from which every model made a forecast.
        crps: mean by model.
        log_score: mean by model.
        error: mean absolute error of the median, as a share of the count, by model.
        best: the baseline with the lowest CRPS.
        skill: of the model against it, 1 minus the ratio of the scores.
        p_value: of the Diebold-Mariano test of the two.
        coverage: of the model's central intervals by level.
    """

    horizon: int
    n: int
    crps: dict[str, float]
    log_score: dict[str, float]
    error: dict[str, float]
    best: str
    skill: float
    p_value: float
    coverage: dict[float, Proportion]


def select(forecasts: Iterable[Forecast], counts: str, policy: str, quantity: str) -> list[Forecast]:
    """Returns the forecasts of one kind."""
    return [f for f in forecasts if (f.counts, f.policy, f.quantity) == (counts, policy, quantity)]


def by_horizon(forecasts: Sequence[Forecast], confidence: float = 0.95) -> list[Summary]:
    """Summarises forecasts of one kind; an origin counts if every model has a forecast from it.

    Args:
        forecasts: of one set of counts, policy and quantity.
        confidence: of the intervals of the coverage.
    """
    models = list(dict.fromkeys(f.model for f in forecasts))
    out = []
    for horizon in sorted({f.horizon for f in forecasts}):
        found = {(f.origin, f.model): f.score for f in forecasts if f.horizon == horizon}
        common = sorted({origin for origin, _ in found if all((origin, model) in found for model in models)})
        if not common:
            continue
        scores = {model: [found[origin, model] for origin in common] for model in models}
        crps = {model: float(np.mean([one.crps for one in scores[model]])) for model in models}
        best = min((model for model in models if model not in (MODEL, POOL)), key=lambda model: crps[model])
        own, others = ([one.crps for one in scores[model]] for model in (MODEL, best))
        out.append(
            Summary(
                horizon=horizon,
                n=len(common),
                crps=crps,
                log_score={model: float(np.mean([one.log_score for one in scores[model]])) for model in models},
                error={model: float(np.mean([abs(one.error) for one in scores[model]])) for model in models},
                best=best,
                skill=skill(own, others),
                p_value=diebold_mariano(own, others, horizon),
                coverage=coverage_of(scores[MODEL], confidence),
            )
        )
    return out


def coverage_of(scores: Sequence[Score], confidence: float = 0.95) -> dict[float, Proportion]:
    """Returns by level how many counts lay in their intervals; a rough guide, because forecasts from one origin are not independent."""
    return {level: proportion(sum(one.covers(level) for one in scores), len(scores), confidence) for level in LEVELS}


def table_of(forecasts: Iterable[Forecast]) -> str:
    """Returns the forecasts as a CSV file, one row each."""
    rows = []
    for f in forecasts:
        one = f.score
        ends = {
            f"{side}{round(100 * level)}": round(end, 1)
            for level in LEVELS
            for side, end in zip(("low", "high"), one.intervals[level], strict=True)
        }
        rows.append(
            {name: getattr(f, name) for name in _ABOUT}
            | {"counted": one.counted, "median": round(one.median, 1)}
            | ends
            | {"crps": round(one.crps, 2), "log_score": round(one.log_score, 4), "pit": round(one.pit, 4), "n": f.n}
        )
    return to_csv(rows)


def read_table(text: str) -> list[Forecast]:
    """Returns the forecasts that ``table_of`` has written."""
    out = []
    for row in csv.DictReader(text.splitlines()):
        ends = {level: (float(row[f"low{round(100 * level)}"]), float(row[f"high{round(100 * level)}"])) for level in LEVELS}
        values = (float(row[name]) for name in ("crps", "log_score", "pit"))
        one = Score(float(row["counted"]), float(row["median"]), ends, *values)
        out.append(
            Forecast(row["counts"], row["policy"], int(row["origin"]), int(row["year"]), row["quantity"], row["model"], one, int(row["n"]))
        )
    return out
