"""The backtest as tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, MODEL, POOL, VERIFIED, Forecast, Summary, by_horizon, coverage_of, select
from aixsim.evidence.track_record import LONGEST
from aixsim.report.text.markdown import markdown_table
from aixsim.stats.ranks import histogram
from aixsim.stats.scores import LEVELS

POLICIES = {
    ANNOUNCED: "Budgets as announced at the origin",
    KNOWN: "Actual budgets (so the cut of 2023 is known)",
}
KINDS = [(counts, policy, quantity) for counts in (ALL, VERIFIED) for policy in POLICIES for quantity in ("cumulative", "new")]
"""Kinds of forecasts (counts, budgets, quantity), in the order of the tables."""


def table(forecasts: Sequence[Forecast]) -> str:
    """Returns all tables: year by year for one origin, by horizon for several, and the coverage."""
    origins = sorted({f.origin for f in forecasts})
    if len(origins) == 1:
        return "\n".join(_one_origin(forecasts, origins[0]))
    models = list(dict.fromkeys(f.model for f in forecasts))
    header = ("counts", "budgets", "what", "years ahead", "origins", *models)
    scores = ("skill against the best other", "Diebold-Mariano p", "log score, best other", "error of the median", "in 80 %")
    rows = [_row(kind, models, one) for kind in KINDS for one in by_horizon(chosen_forecasts(forecasts, *kind))]
    return "\n".join(
        [
            "Mean CRPS in factories (lower is better, the best in bold) and mean log score (lower is better).",
            "",
            *markdown_table((*header, *scores), rows),
            "",
            "Coverage of the central intervals of aixsim, over all origins and horizons. PIT: number of forecasts by quarter of the"
            " probability integral transform.",
            "",
            *_coverage(forecasts),
        ]
    )


def chosen_forecasts(forecasts: Sequence[Forecast], counts: str, policy: str, quantity: str) -> list[Forecast]:
    """Returns the forecasts of one kind, up to the longest horizon of its budgets."""
    return [f for f in select(forecasts, counts, policy, quantity) if f.horizon <= LONGEST[policy]]


def _row(kind: tuple[str, str, str], models: Sequence[str], one: Summary) -> list[object]:
    lowest = min(one.crps.values())
    cells = [f"**{one.crps[m]:,.0f}**" if one.crps[m] == lowest else f"{one.crps[m]:,.0f}" for m in models]
    other = min(score for model, score in one.log_score.items() if model not in (MODEL, POOL))
    covered = one.coverage[0.8]
    p_value = "" if np.isnan(one.p_value) else f"{one.p_value:.2f}"
    scores = (f"{one.skill:+.2f} ({one.best})", p_value, f"{one.log_score[MODEL]:.2f}, {other:.2f}", f"{100 * one.error[MODEL]:.0f} %")
    return [*kind, one.horizon, one.n, *cells, *scores, f"{covered.successes} of {covered.n}"]


def _coverage(forecasts: Sequence[Forecast]) -> list[str]:
    rows = []
    for kind in KINDS:
        chosen = [f.score for f in chosen_forecasts(forecasts, *kind) if f.model == MODEL]
        if chosen:
            cells = [f"{c.successes} of {c.n} ({100 * c.estimate:.0f} %)" for c in coverage_of(chosen).values()]
            rows.append([*kind, *cells, ", ".join(map(str, histogram(np.array([one.pit for one in chosen]), 4)))])
    return markdown_table(("counts", "budgets", "what", *(f"{100 * level:.0f} %" for level in LEVELS), "PIT"), rows)


def _one_origin(forecasts: Sequence[Forecast], origin: int) -> list[str]:
    """Returns the forecasts from one origin: announced years first, later ones with actual budgets."""
    out = []
    for counts, policy, quantity in KINDS:
        chosen = select(forecasts, counts, policy, quantity)
        years = sorted({f.year for f in chosen if policy == KNOWN or f.horizon <= LONGEST[ANNOUNCED]})
        if not chosen:
            continue
        rows = []
        for year in years:
            scores = [f.score for f in chosen if f.year == year]
            cells = [f"{s.median:,.0f} [{s.intervals[0.8][0]:,.0f}, {s.intervals[0.8][1]:,.0f}], {s.crps:,.0f}" for s in scores]
            rows.append([year, f"{scores[0].counted:,.0f}", *cells])
        heading = f"**As of {origin}-12; {POLICIES[policy].lower()}; {counts}; {quantity}.** Median [80 % interval], CRPS."
        models = dict.fromkeys(f.model for f in chosen)
        out += [heading, "", *markdown_table(("year", "counted", *models), rows), ""]
    return out[:-1]
