"""The points of a sweep against their reference, as text and as one JSON document."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from aixsim.report.text.number_format import bracketed, failed_note
from aixsim.report.text.text_layout import page, table, title
from aixsim.results.sweep_comparison import PointDifference, SweepComparison, to_rows
from aixsim.results.sweep_points import SweepGoal

MOST: Final = 20
"""Maximum number of points listed; table and JSON have all."""
_NAMED: Final = 5
"""Maximum number of omitted points that are named."""


def sweep_comparison_text(comparison: SweepComparison, width: int | None = None) -> str:
    """Returns reference, n, how many points differ significantly, and the largest differences, ``width`` columns wide."""
    sweep, goal = comparison.sweep, comparison.sweep.goal
    ranked = comparison.of(goal)
    # If all points have the same reference, its probability is shown.
    chance = [f"Reference, {goal.name}: {sweep.chance(base, goal)}." for base in comparison.references if len(comparison.references) == 1]
    blocks = [
        [*title(sweep.title), f"Every point minus {reference_name(comparison)}.", *chance],
        [n_line(comparison), *_warnings(comparison), *_left_out(comparison)],
        [
            f"{goal.name}: at least {goal.at_least:,.0f} {goal.outcome} by {goal.by}",
            significant_line(comparison, goal),
            _by_chance(comparison),
        ],
        [
            "Largest differences: probability in percentage points, mean count in the nation, each with its"
            f" {100 * sweep.confidence:g} % interval (* significant also with Holm's correction)",
            "",
            _table(ranked[:MOST]),
            *([f"... and {len(ranked) - MOST:,} more: --json and -o DIR give all"] if len(ranked) > MOST else []),
        ],
        [f"{other.name} by {other.by}: {significant_line(comparison, other)}" for other in sweep.goals if other != goal],
    ]
    return page(blocks, width)


def sweep_comparison_json(comparison: SweepComparison) -> dict[str, Any]:
    """Returns all differences as JSON values."""
    sweep = comparison.sweep
    goals = {}
    for goal in sweep.goals:
        found = comparison.of(goal)
        sure = {"n_sure": sum(d.is_sure for d in found), "n_sure_among_all": sum(d.is_sure_among_all for d in found)}
        goals[goal.name] = {"outcome": goal.outcome, "at_least": goal.at_least, "by": goal.by, "n_compared": len(found), **sure}
    return {
        "title": sweep.title,
        "folder": str(sweep.path),
        "complete": sweep.is_complete,
        "confidence": sweep.confidence,
        "paired": sweep.common_random_numbers,
        "scale": sweep.scale,
        "decision_goal": sweep.goal.name,
        "reference": {"by_policy": comparison.by_policy, "points": [point.id for point in comparison.references]},
        "goals": goals,
        "n_failed": sweep.n_failed,
        "left_out": [{"point": item.point.id, "label": item.point.label, "why": item.why} for item in comparison.left_out],
        "labels": {point.id: point.label for point in sweep.points},
        "differences": to_rows(comparison),
    }


def reference_name(comparison: SweepComparison) -> str:
    """Returns the name of the reference."""
    if comparison.by_policy:
        same = " at the same factor values" if comparison.sweep.factors else ""
        return f"the first policy ({comparison.references[0].policy}){same}"
    (base,) = comparison.references
    return f"point {base.id} ({base.label})"


def n_line(comparison: SweepComparison) -> str:
    """Returns the number of replicates of the differences, whether they are paired, and how many failed or are unpaired."""
    numbers = [n for d in comparison.differences for n in (d.n, d.n_reference)]
    n = f"{min(numbers):,}" if min(numbers) == max(numbers) else f"{min(numbers):,} to {max(numbers):,}"
    is_paired = comparison.sweep.common_random_numbers
    what = "pairs of replicates with common random numbers" if is_paired else "independent replicates of each point"
    # Counted once per point, because all goals use the same replicates.
    without = sum(d.n_unpaired for d in comparison.of(comparison.sweep.goal))
    notes = [f"{comparison.sweep.n_failed:,} failed"] if comparison.sweep.n_failed else []
    notes += [f"{without:,} unpaired replicates left out"] if without else []
    return f"n = {n} {what}" + (f" ({', '.join(notes)})" if notes else "")


def n_of(d: PointDifference) -> str:
    """Returns the number of replicates of a point, and that of its reference if different."""
    return f"{d.n:,}" if d.n == d.n_reference else f"{d.n:,}/{d.n_reference:,}"


def _warnings(comparison: SweepComparison) -> list[str]:
    sweep, lines = comparison.sweep, []
    if not sweep.is_complete:
        lines.append(f"The sweep is unfinished: {sweep.n_done + sweep.n_failed:,} of {sweep.given:,} replicates.")
    if sweep.scale < 1.0:
        lines.append(f"Sample of {100 * sweep.scale:g} % of firms: counts are scaled to the nation.")
    if sweep.facts["most_replicates"] > sweep.facts["replicates"]:
        lines.append("Some replicates were allocated adaptively; the intervals assume a fixed n.")
    return lines


def _left_out(comparison: SweepComparison) -> list[str]:
    """Counts the points that could not be compared, by reason, and names the first of each."""
    out = []
    for why, n in Counter(item.why for item in comparison.left_out).items():
        names = [str(item.point.id) for item in comparison.left_out if item.why == why]
        more = " ..." if n > _NAMED else ""
        out.append(f"Left out, {why}: {n:,} {'point' if n == 1 else 'points'} ({', '.join(names[:_NAMED])}{more}).")
    return out


def significant_line(comparison: SweepComparison, goal: SweepGoal) -> str:
    """Returns how many points differ significantly: without and with correction for all points."""
    found = comparison.of(goal)
    alone, together = sum(d.is_sure for d in found), sum(d.is_sure_among_all for d in found)
    level = f"{100 * comparison.sweep.confidence:g} %"
    return f"{alone:,} of {len(found):,} points differ significantly ({level}); {together:,} with correction for all of them (Holm)."


def _by_chance(comparison: SweepComparison) -> str:
    """Explains the test and its error rate with many points."""
    n, doubt = len(comparison.of(comparison.sweep.goal)), 1.0 - comparison.sweep.confidence
    test = "McNemar's" if comparison.sweep.common_random_numbers else "Fisher's"
    return (
        f"Significant: the {100 * (1.0 - doubt):g} % interval excludes 0. If no point differed, about {doubt * n:.2g} of {n:,} would be"
        f" significant by chance. With correction: {test} exact test with Holm's method, with a probability of any false positive"
        f" of at most {100 * doubt:g} %."
    )


def _table(found: list[PointDifference]) -> Any:
    rows = []
    for d in found:
        mark, point = "*" if d.is_sure_among_all else "", f"{d.point.id}: {d.point.label}{failed_note(d.point.n_failed)}"
        rows.append((mark, bracketed(d.probability, 100.0), bracketed(d.count), n_of(d), point))
    return table(("", "probability", "count", "n", "point"), rows, right=[3])
