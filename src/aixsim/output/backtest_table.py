"""The back-test as a table in Markdown, which reads as plain text too."""

from __future__ import annotations

from collections.abc import Sequence

from aixsim.analysis.forecasts import ALL, ANNOUNCED, KNOWN, MODEL, VERIFIED, Forecast, Summary, by_horizon, coverage_of, select
from aixsim.analysis.scores import LEVELS
from aixsim.analysis.track_record import LONGEST

POLICIES = {
    ANNOUNCED: "Budgets as they were announced at the time",
    KNOWN: "Budgets as they came (policy known, so that the 2023 cut is no surprise)",
}


def table(forecasts: Sequence[Forecast]) -> str:
    """Returns all tables: by origin when there is one, by horizon when there are several, and the coverage."""
    origins = sorted({f.origin for f in forecasts})
    if len(origins) == 1:
        return "\n".join(_one_origin(forecasts, origins[0]))
    blocks = []
    for counts in (ALL, VERIFIED):
        for policy, title in POLICIES.items():
            chosen = [f for f in select(forecasts, counts, policy, "cumulative") if f.horizon <= LONGEST[policy]]
            if summaries := by_horizon(chosen):
                blocks += [f"**{title}; {counts}.** Mean CRPS of the cumulative count, in factories (lower is better).", ""]
                blocks += [*_by_horizon(summaries), ""]
    blocks += ["**Coverage of the central intervals of aixsim**, all origins and horizons above together.", "", *_coverage(forecasts)]
    return "\n".join(blocks)


def _by_horizon(summaries: Sequence[Summary]) -> list[str]:
    models = list(summaries[0].crps)
    out = [
        f"| years ahead | origins | {' | '.join(models)} | skill against the best | error of the median | covered at 80 % |",
        "|---|---|" + "---|" * (len(models) + 3),
    ]
    for s in summaries:
        lowest = min(s.crps.values())
        cells = [f"**{s.crps[m]:,.0f}**" if s.crps[m] == lowest else f"{s.crps[m]:,.0f}" for m in models]
        covered = s.coverage[0.8]
        out.append(
            f"| {s.horizon} | {s.n} | {' | '.join(cells)} | {s.skill:+.2f} ({s.best}) | {100 * s.error[MODEL]:.0f} % |"
            f" {covered.successes} of {covered.n} |"
        )
    return out


def _coverage(forecasts: Sequence[Forecast]) -> list[str]:
    out = [
        "| counts | budgets | quantity | " + " | ".join(f"{100 * level:.0f} %" for level in LEVELS) + " |",
        "|---|---|---|" + "---|" * len(LEVELS),
    ]
    for counts in (ALL, VERIFIED):
        for policy in POLICIES:
            for quantity in ("cumulative", "new"):
                chosen = [f.score for f in select(forecasts, counts, policy, quantity) if f.model == MODEL and f.horizon <= LONGEST[policy]]
                if chosen:
                    cells = [f"{c.successes} of {c.n} ({100 * c.estimate:.0f} %)" for c in coverage_of(chosen).values()]
                    out.append(f"| {counts} | {policy} | {quantity} | {' | '.join(cells)} |")
    return out


def _one_origin(forecasts: Sequence[Forecast], origin: int) -> list[str]:
    """Returns what was said at one time: announced years first, later ones with the policy known."""
    out = []
    for counts in (ALL, VERIFIED):
        for policy, title in POLICIES.items():
            for quantity in ("cumulative", "new"):
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
