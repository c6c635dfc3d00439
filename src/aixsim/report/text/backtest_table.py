"""The back-test as a table in Markdown, which reads as plain text too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, MODEL, VERIFIED, Forecast, Summary, by_horizon, coverage_of, select
from aixsim.evidence.track_record import LONGEST
from aixsim.stats.ranks import histogram
from aixsim.stats.scores import LEVELS

QUANTITIES = ("cumulative", "new")
POLICIES = {
    ANNOUNCED: "Budgets as they were announced at the time",
    KNOWN: "Budgets as they came (policy known, so that the 2023 cut is no surprise)",
}


def table(forecasts: Sequence[Forecast]) -> str:
    """Returns all tables: year by year for one origin, by horizon for several, and the coverage."""
    origins = sorted({f.origin for f in forecasts})
    if len(origins) == 1:
        return "\n".join(_one_origin(forecasts, origins[0]))
    several = [
        "Mean CRPS in factories, lower is better, the best in bold; log score, lower is better; all of the forecast's distribution.",
        "",
    ]
    models = list(dict.fromkeys(f.model for f in forecasts))
    several += [
        f"| counts | budgets | what | years ahead | origins | {' | '.join(models)} | skill against the best other | log score, best other |"
        " error of the median | in 80 % |",
        "|" + "---|" * (len(models) + 9),
    ]
    for counts in (ALL, VERIFIED):
        for policy in POLICIES:
            for quantity in QUANTITIES:
                chosen = [f for f in select(forecasts, counts, policy, quantity) if f.horizon <= LONGEST[policy]]
                several += [_row(counts, policy, quantity, models, one) for one in by_horizon(chosen)]
    several += [
        "",
        "Coverage of the central intervals of aixsim, all origins and years ahead together; PIT: forecasts by quarter of their law.",
        "",
    ]
    return "\n".join([*several, *_coverage(forecasts)])


def _row(counts: str, policy: str, quantity: str, models: Sequence[str], one: Summary) -> str:
    lowest = min(one.crps.values())
    cells = [f"**{one.crps[m]:,.0f}**" if one.crps[m] == lowest else f"{one.crps[m]:,.0f}" for m in models]
    other = min(score for model, score in one.log_score.items() if model != MODEL)
    covered = one.coverage[0.8]
    return (
        f"| {counts} | {policy} | {quantity} | {one.horizon} | {one.n} | {' | '.join(cells)} | {one.skill:+.2f} ({one.best}) |"
        f" {one.log_score[MODEL]:.2f}, {other:.2f} | {100 * one.error[MODEL]:.0f} % | {covered.successes} of {covered.n} |"
    )


def _coverage(forecasts: Sequence[Forecast]) -> list[str]:
    out = [
        "| counts | budgets | what | " + " | ".join(f"{100 * level:.0f} %" for level in LEVELS) + " | PIT |",
        "|---|---|---|" + "---|" * (len(LEVELS) + 1),
    ]
    for counts in (ALL, VERIFIED):
        for policy in POLICIES:
            for quantity in QUANTITIES:
                chosen = [f.score for f in select(forecasts, counts, policy, quantity) if f.model == MODEL and f.horizon <= LONGEST[policy]]
                if chosen:
                    cells = [f"{c.successes} of {c.n} ({100 * c.estimate:.0f} %)" for c in coverage_of(chosen).values()]
                    quarters = ", ".join(map(str, histogram(np.array([one.pit for one in chosen]), 4)))
                    out.append(f"| {counts} | {policy} | {quantity} | {' | '.join(cells)} | {quarters} |")
    return out


def _one_origin(forecasts: Sequence[Forecast], origin: int) -> list[str]:
    """Returns what was said at one time: announced years first, later ones with the policy known."""
    out = []
    for counts in (ALL, VERIFIED):
        for policy, title in POLICIES.items():
            for quantity in QUANTITIES:
                chosen = select(forecasts, counts, policy, quantity)
                years = sorted({f.year for f in chosen if policy == KNOWN or f.horizon <= LONGEST[ANNOUNCED]})
                models = list(dict.fromkeys(f.model for f in chosen))
                if not models:
                    continue
                out += [f"**As of {origin}-12; {title.lower()}; {counts}; {quantity}.** Median [80 % interval], CRPS.", ""]
                out += [f"| year | counted | {' | '.join(models)} |", "|---|---|" + "---|" * len(models)]
                for year in years:
                    scores = {f.model: f.score for f in chosen if f.year == year}
                    cells = [
                        f"{s.median:,.0f} [{s.intervals[0.8][0]:,.0f}, {s.intervals[0.8][1]:,.0f}], {s.crps:,.0f}" for s in scores.values()
                    ]
                    out.append(f"| {year} | {next(iter(scores.values())).counted:,.0f} | {' | '.join(cells)} |")
                out.append("")
    return out[:-1]
