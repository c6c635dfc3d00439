"""The result of a run as text and JSON: the answer in words, goals, influential parameters, history and validation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from aixsim.config.setting_names import setting_name
from aixsim.config.variant import changed, variant_of
from aixsim.evidence.run_history import changed_past, past
from aixsim.evidence.track_record import better, concerns, sentence
from aixsim.model.outcomes import OUTCOMES
from aixsim.report.text.answer_in_words import answer
from aixsim.report.text.counting_table import counting_table
from aixsim.report.text.number_format import spread
from aixsim.report.text.rules_text import rules_in_words
from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.results.costs import costs
from aixsim.results.drivers import LEAST, drivers
from aixsim.results.result import Result
from aixsim.results.rules_acted import rules_acted
from aixsim.stats.intervals import percent
from aixsim.stats.summary import quantiles

_ABREAST = 2
"""Maximum number of goals side by side in a table."""
_TOP: Final = 3
"""Number of influential parameters shown."""
_MOST_CHANGES: Final = 6
"""Number of changed settings shown."""
_REPLICATES = ("replicates_requested", "replicates_done", "replicates_failed", "interrupted")
_KEYS = ("run_id", "title", "scale", "n_firms", "seed", *_REPLICATES, "counts")
_LATE = "after the deadline"


def headline(result: Result, width: int | None = None, *, verbose: bool = False) -> str:
    """Returns the answer in words, the goals, and notes on them, ``width`` columns wide.

    Args:
        result: of the run.
        width: in columns; by default that of the terminal.
        verbose: add months, shortfalls, the definitions of an AI factory, and the track record.
    """
    p, goals = result.provenance, result.goal_records
    blocks: list[Block] = [[*title(p["title"]), *_made_of(result)]]
    if not p["replicates_done"]:
        blocks.append(["NO REPLICATE FINISHED: see failures.jsonl in the result folder."])
        return page(blocks, width)
    blocks.insert(0, [answer(result)] if goals else [])
    blocks += [
        _goals(result),
        [*_money_alone(result), *([_depends(result)] if goals else [])],
        [*_costs(result), *rules_in_words(result)],
        [*_history(result), *_validation(result)],
    ]
    if verbose:
        blocks += [_details(goals[i : i + _ABREAST]) for i in range(0, len(goals), _ABREAST)]
        blocks += [counting_table(result.counting), _own(result), [sentence()] if concerns(result) else []]
    return page(blocks, width)


def headline_json(result: Result) -> dict[str, Any]:
    """Returns the same as JSON values."""
    found = {(one.month, one.outcome): one.median for one in past(result)}
    seen = [{**one, "simulated_median": found.get((one["month"], one["outcome"]))} for one in result.provenance["observed"]]
    return {
        "result": result.where,
        **{key: result.provenance[key] for key in _KEYS},
        "variant": {"name": result.provenance["config"], **result.provenance.get("variant", {})},
        "answer": answer(result) or None,
        "sample": result.sample_note or None,
        "goals": result.goal_records,
        "counting": result.counting,
        "rules": rules_acted(result),
        "final_counts": _final(result),
        "evidence": sentence() if concerns(result) else None,
        "observed": seen,
    }


def _made_of(result: Result) -> list[str]:
    p = result.provenance
    lines = [*_variant(result), f"{result.n_note}, seed {p['seed']}, {p['horizon']['start']} to {p['horizon']['end']}"]
    if result.is_sample:
        lines.append(f"{result.sample_note}: {p['n_firms']:,} simulated, counts scaled to the nation")
    else:
        lines.append(f"{p['n_firms']:,} firms simulated")
    if p["interrupted"]:
        lines.append(f"INTERRUPTED after {p['replicates_done']:,} of {p['replicates_requested']:,} replicates")
    if p["stopped_at"]:
        lines.append(f"stopped by the precision rule after {p['stopped_at']:,} replicates")
    return lines


def _variant(result: Result) -> list[str]:
    """Names the config and its differences from the base."""
    own, name = variant_of(result.provenance), result.provenance["config"]
    if not own.differs:
        return [f"Config: {name}"]
    lines = [f"  {changed(key, before, after)}" for key, (before, after) in own.differs.items()]
    more = [f"  and {len(lines) - _MOST_CHANGES} more settings (--json names them)"] if len(lines) > _MOST_CHANGES else []
    with_ = "with other settings" if own.base == name else f"which differs from {own.base} in"
    return [f"Config: {name}, {with_}", *lines[:_MOST_CHANGES], *more]


def _goals(result: Result) -> Block:
    """Returns one row per goal; the interval is explained below."""
    goals = result.goal_records
    if not goals:
        return []
    rows = []
    for g in goals:
        about = f"{g['name']} by {g['by']}" if f"{g['at_least']:g}" in g["name"] else f"{g['name']}: {g['at_least']:,.0f} by {g['by']}"
        n = f"{g['n']:,}" + (f", {g['n_failed']:,} failed" if g["n_failed"] else "")
        rows.append((about, g["short_statement"], n, f"{g['count_at_deadline']['p50']:,.0f}", spread(g["count_at_deadline"], g["n"])))
    sure = f"Brackets: {100 * goals[0]['confidence']:g} % intervals of the Monte Carlo error, without model error."
    return [table(("goal", "probability", "n", "median", "90 % range"), rows, right=[3]), *_both(goals), sure]


def _both(goals: Sequence[dict[str, Any]]) -> list[str]:
    """States the probability of reaching both of the first two goals."""
    joint = next(iter(goals[0].get("jointly", [])), None)
    return [f"Both {goals[0]['name']} and {joint['with']}: {joint['short_statement']}."] if joint else []


def _money_alone(result: Result) -> list[str]:
    """States what the budgets over the grants say of the goals, and how far the model's counts follow them."""
    goals = [goal for goal in result.goal_records if goal.get("money_alone")]
    if not goals:
        return []
    told = list(
        dict.fromkeys((f"{goal['money_alone']['p50']:,.0f} [{spread(goal['money_alone'], goal['n'])}]", goal["by"]) for goal in goals)
    )
    counts = "; ".join(f"{count} projects by {by}" for count, by in told)
    chances = ", ".join(f"{percent(goal['money_alone']['probability'])} for {goal['name']}" for goal in goals)
    follows = [(goal["name"], goal["money_alone"]["r_squared"]) for goal in goals if goal["money_alone"]["r_squared"] is not None]
    explains = ", ".join(f"{percent(share)} for {name}" for name, share in follows)
    lines = [f"Money alone, as a spreadsheet computes it (budget over grant): {counts}; probability {chances}."]
    return [*lines, *([f"It explains, of the variance: {explains}; the rest is firms, ties, costs and capacity."] if explains else [])]


def _costs(result: Result) -> list[str]:
    """States who pays for counted projects, and what one costs the state; nothing where costs of projects are not modelled."""
    found = costs(result)
    if found is None:
        return []
    shares = ", ".join(f"{payer} {percent(share)}" for payer, share in found.shares.items())
    each = f"KRW {found.per_launched:,.2f} bn a launched and {found.per_operating:,.2f} bn an operating one"
    own = f"For each counted project firms launch {found.own_per_funded:,.2f} on their own."
    return [f"Who pays for the counted projects (means): {shares}. Public money: {each}. {own}"]


def _depends(result: Result) -> str:
    """States the uncertain parameters with significant rank correlations with the count of the first goal."""
    goal = result.goal_records[0]
    if not result.has("parameters"):
        return ""
    found = drivers(result, goal)
    if found is None:
        n = goal["n"]
        return f"{n:,} replicates are too few for rank correlations; {LEAST} or more are needed." if n < LEAST else ""
    if not found:
        return f"No uncertain parameter has a significant rank correlation with {goal['n']:,} replicates."
    named = "; ".join(f"{setting_name(one.key, with_unit=False)} ({one.correlation:+.2f})" for one in found[:_TOP])
    return f"{goal['name']} depends most on: {named}. (Significant rank correlations with the count, over the ranges of this run.)"


def _validation(result: Result) -> Block:
    if not concerns(result):
        return []
    won, combined, n = better()
    return [
        f"Validation: on smart factories, 2014 to 2024, better than the best simpler forecast in {won} of {n} comparisons; combined with"
        f" the planned number in {combined}."
    ]


def _details(goals: Sequence[dict[str, Any]]) -> Block:
    rows: list[tuple[str, list[str]]] = [("reached in", [f"{g['successes']:,} of {g['n']:,} replicates" for g in goals])]
    if any(g["n_failed"] for g in goals):
        rows += [
            ("  failed replicates", [f"{g['n_failed']:,}, left out; with them" for g in goals]),
            ("", [f"{percent(g['probability_if_failed_missed'])} to {percent(g['probability_if_failed_reached'])}" for g in goals]),
        ]
    rows += [
        ("month reached, median", [g["month_reached"]["p50"] or _LATE for g in goals]),
        ("  90 % range", [_months(g["month_reached"], g["n"]) for g in goals]),
        ("shortfall, mean", [f"{g['shortfall']['mean']:,.0f}" for g in goals]),
        ("  median", [f"{g['shortfall']['p50']:,.0f}" for g in goals]),
    ]
    return [table(("", *(g["name"] for g in goals)), ((label, *cells) for label, cells in rows))]


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
    """States what firms build with their own money, which goals count only if the config does."""
    if "own" in result.provenance["counts"]:
        return []
    final = _final(result)
    n, launched, operating = result.provenance["replicates_done"], final["launched_own"], final["operating_own"]
    return [
        f"Not included above: factories that firms build on their own, {launched['p50']:,.0f} launched [{spread(launched, n)}] and"
        f" {operating['p50']:,.0f} operating [{spread(operating, n)}] by {result.horizon.end} (median, 90 % range)."
    ]


def _history(result: Result) -> list[str]:
    """States observed and simulated counts, and whether agreement is evidence."""
    found = past(result)
    if not found:
        return []
    seen = "; ".join(
        f"{one.counted:,} {one.outcome} by {one.month}, simulated {one.median:,.0f} [{one.low:,.0f} to {one.high:,.0f}]" for one in found
    )
    lines = [f"History: observed {seen} (median, 90 % of replicates)."]
    if wrong := [one.month for one in found if not one.agrees]:
        lines.append(f"THE RUN DOES NOT AGREE WITH OBSERVED COUNTS by {' and '.join(wrong)}.")
    changes = changed_past(result)
    if changes:
        lines.append(f"WARNING: settings of years with observed counts differ from published values: {'; '.join(changes)}.")
    elif changes is not None and not wrong:
        lines[0] += " The budgets and grants of these years are inputs, so agreement is no evidence."
    return lines
