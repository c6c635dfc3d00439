"""The result of a run as text and as JSON: the probability of every goal, counts, and what is known of the model's skill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from aixsim.evidence.track_record import concerns, sentence
from aixsim.model.outcomes import OUTCOMES
from aixsim.report.text.counting_table import counting_table
from aixsim.report.text.number_format import spread
from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.results.result import Result
from aixsim.stats.intervals import percent
from aixsim.stats.summary import quantiles

_ABREAST = 2
"""Goals side by side in one table."""
_REPLICATES = ("replicates_requested", "replicates_done", "replicates_failed", "interrupted")
_KEYS = ("run_id", "title", "scale", "n_firms", "seed", *_REPLICATES, "counts")
_LATE = "after the deadline"


def headline(result: Result, width: int | None = None) -> str:
    """Returns the results for every goal, ``width`` columns wide."""
    p, goals = result.provenance, result.goal_records
    blocks: list[Block] = [[*title(p["title"]), *_made_of(result)]]
    if not p["replicates_done"]:
        blocks.append(["NO REPLICATE FINISHED, so there is no result: see failures.jsonl in the result folder."])
    blocks += [_goals(goals[i : i + _ABREAST]) for i in range(0, len(goals), _ABREAST)]
    if p["replicates_done"]:
        blocks += [counting_table(result.counting), _own(result), _history(result)]
        blocks += [[sentence()]] if concerns(result) else []
    return page(blocks, width)


def headline_json(result: Result) -> dict[str, Any]:
    """Returns the same for programs."""
    return {
        "result": result.where,
        **{key: result.provenance[key] for key in _KEYS},
        "sample": result.sample_note or None,
        "goals": result.goal_records,
        "counting": result.counting,
        "final_counts": _final(result),
        "evidence": sentence() if concerns(result) else None,
        "observed": [{**seen, "simulated_median": _simulated(result, seen)} for seen in result.provenance["observed"]],
    }


def _made_of(result: Result) -> list[str]:
    p = result.provenance
    lines = [f"{result.n_note}, seed {p['seed']}, {p['horizon']['start']} to {p['horizon']['end']}"]
    if result.is_sample:
        lines.append(f"{result.sample_note}: {p['n_firms']:,} simulated, counts scaled to the nation")
    else:
        lines.append(f"{p['n_firms']:,} firms simulated")
    if p["interrupted"]:
        lines.append(f"INTERRUPTED after {p['replicates_done']:,} of {p['replicates_requested']:,} replicates")
    if p["stopped_at"]:
        lines.append(f"stopped by the precision rule after {p['stopped_at']:,} replicates")
    return lines


def _goals(goals: Sequence[dict[str, Any]]) -> Block:
    questions = [f"{g['name']}: at least {g['at_least']:,.0f} {g['outcome']} by {g['by']}?" for g in goals]
    rows: list[tuple[str, list[str]]] = [
        ("probability", [g["short_statement"] for g in goals]),
        ("", [f"{g['successes']:,} of {g['n']:,}, {100 * g['confidence']:g} % interval" for g in goals]),
    ]
    if any(g["n_failed"] for g in goals):
        rows += [
            ("  failed replicates", [f"{g['n_failed']:,}, left out; with them" for g in goals]),
            ("", [f"{percent(g['probability_if_failed_missed'])} to {percent(g['probability_if_failed_reached'])}" for g in goals]),
        ]
    rows += [
        ("count, median", [f"{g['count_at_deadline']['p50']:,.0f}" for g in goals]),
        ("  90 % range", [spread(g["count_at_deadline"], g["n"]) for g in goals]),
        ("month reached, median", [g["month_reached"]["p50"] or _LATE for g in goals]),
        ("  90 % range", [_months(g["month_reached"], g["n"]) for g in goals]),
        ("shortfall, mean", [f"{g['shortfall']['mean']:,.0f}" for g in goals]),
        ("  median", [f"{g['shortfall']['p50']:,.0f}" for g in goals]),
    ]
    return [*questions, "", table(("", *(g["name"] for g in goals)), ((label, *cells) for label, cells in rows))]


def _months(month: dict[str, str | None], n: int) -> str:
    if n == 1:
        return "none: one replicate"
    return f"{month['p05']} to {month['p95'] or 'later'}" if month["p05"] else "later"


def _final(result: Result) -> dict[str, dict[str, float]]:
    """Returns quantiles of every national count in the last month."""
    last = result.counts_in(result.horizon.end)
    if not len(last["replicate"]):
        return {}
    return {name: quantiles(last[name] / result.scale) for name in OUTCOMES}


def _own(result: Result) -> Block:
    """States what firms build with their own money, which no goal counts unless the config does."""
    if "own" in result.provenance["counts"]:
        return []
    final = _final(result)
    n, launched, operating = result.provenance["replicates_done"], final["launched_own"], final["operating_own"]
    return [
        f"Not included above: factories that firms build on their own, {launched['p50']:,.0f} launched [{spread(launched, n)}] and"
        f" {operating['p50']:,.0f} operating [{spread(operating, n)}] by {result.horizon.end} (median, 90 % range)."
    ]


def _simulated(result: Result, seen: dict[str, Any]) -> float | None:
    counts = result.counts_in(seen["month"])[seen["outcome"]] / result.scale
    return float(np.median(counts)) if len(counts) else None


def _history(result: Result) -> Block:
    """States how the past was treated: the shipped config is given the published budgets, so it is conditioned on these counts."""
    seen = result.provenance["observed"]
    if not seen:
        return []
    counted = " and ".join(f"{s['value']:,} {s['outcome']} by {s['month']} (simulated median {_simulated(result, s):,.0f})" for s in seen)
    return [f"History: counted {counted}. These years are conditioned on published budgets, not forecast: agreement is no evidence."]
