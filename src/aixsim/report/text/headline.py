"""The answer in the terminal: plain text, at most 80 columns, goals side by side."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from aixsim.evidence.track_record import concerns, sentence
from aixsim.model.outcomes import OUTCOMES
from aixsim.report.text.counting_table import counting_table
from aixsim.results.result import Result
from aixsim.stats.intervals import percent

_WIDTH = 78
_LABEL, _COLUMN, _ABREAST = 22, 28, 2
_KEYS = (
    "run_id", "title", "scale", "n_firms", "seed", "replicates_requested", "replicates_done", "replicates_failed",
    "interrupted", "counts",
)  # fmt: skip
_LATE = "after the deadline"


def headline(result: Result) -> str:
    """Returns the answer to every goal in plain words."""
    p = result.provenance
    blocks = [[*_wrap(p["title"]), "=" * min(len(p["title"]), _WIDTH), *_made_of(result)]]
    if not p["replicates_done"]:
        blocks.append(_wrap("NO REPLICATE FINISHED, so there is no answer: see failures.jsonl in the result folder."))
    goals = result.goal_records
    blocks += [_table(goals[i : i + _ABREAST]) for i in range(0, len(goals), _ABREAST)]
    if p["replicates_done"]:
        blocks += [counting_table(result.counting), _own(result), _history(result), _evidence(result)]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


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


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH)


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


def _table(goals: Sequence[dict[str, Any]]) -> list[str]:
    rows: list[tuple[str, list[str]]] = [
        ("", [textwrap.shorten(g["name"], _COLUMN - 2, placeholder="…") for g in goals]),
        ("", ["-" * (_COLUMN - 2) for _ in goals]),
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
        ("  90 % range", [_range(g["count_at_deadline"]) for g in goals]),
        ("month reached, median", [g["month_reached"]["p50"] or _LATE for g in goals]),
        ("  90 % range", [_months(g["month_reached"]) for g in goals]),
        ("shortfall, mean", [f"{g['shortfall']['mean']:,.0f}" for g in goals]),
        ("  median", [f"{g['shortfall']['p50']:,.0f}" for g in goals]),
    ]
    questions = [line for g in goals for line in _wrap(f"{g['name']}: at least {g['at_least']:,.0f} {g['outcome']} by {g['by']}?")]
    lines = (f"{label:<{_LABEL}}" + "".join(f"{cell:<{_COLUMN}}" for cell in cells) for label, cells in rows)
    return [*questions, "", *(line.rstrip() for line in lines)]


def _range(quantiles: dict[str, float]) -> str:
    return f"{quantiles['p05']:,.0f} to {quantiles['p95']:,.0f}"


def _months(month: dict[str, str | None]) -> str:
    return f"{month['p05']} to {month['p95'] or 'later'}" if month["p05"] else "later"


def _final(result: Result) -> dict[str, dict[str, float]]:
    """Returns quantiles of every national count in the last month."""
    last = result.counts_in(result.horizon.end)
    if not len(last["replicate"]):
        return {}
    quantiles = (("p05", 0.05), ("p50", 0.5), ("p95", 0.95))
    return {name: {q: float(np.quantile(last[name] / result.scale, share)) for q, share in quantiles} for name in OUTCOMES}


def _own(result: Result) -> list[str]:
    """Says what firms build on their own, which no goal counts unless the config does."""
    if "own" in result.provenance["counts"]:
        return []
    final = _final(result)
    launched, operating = final["launched_own"], final["operating_own"]
    return _wrap(
        f"Beside it, in no count above: factories that firms build on their own, {launched['p50']:,.0f} launched"
        f" [{_range(launched)}] and {operating['p50']:,.0f} operating [{_range(operating)}] by {result.horizon.end}"
        " (median, 90 % range)."
    )


def _simulated(result: Result, seen: dict[str, Any]) -> float | None:
    counts = result.counts_in(seen["month"])[seen["outcome"]] / result.scale
    return float(np.median(counts)) if len(counts) else None


def _history(result: Result) -> list[str]:
    """Says how the past was treated: the shipped config is given the published budgets, so it is conditioned on these counts."""
    seen = result.provenance["observed"]
    if not seen:
        return []
    counted = " and ".join(f"{s['value']:,} {s['outcome']} by {s['month']} (simulated median {_simulated(result, s):,.0f})" for s in seen)
    return _wrap(f"History: counted {counted}. These years are conditioned on published budgets, not forecast: agreement is no evidence.")


def _evidence(result: Result) -> list[str]:
    """Says what the model has been worth where it could be tested."""
    return _wrap(sentence()) if concerns(result) else []
