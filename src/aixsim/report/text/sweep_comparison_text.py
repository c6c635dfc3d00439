"""The points of a sweep against their reference, in words and as one JSON document."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import Any, Final

from aixsim.report.text.comparison_text import signed
from aixsim.results.sweep_comparison import PointDifference, SweepComparison, to_rows
from aixsim.results.sweep_result import SweepGoal
from aixsim.stats.differences import Difference

_WIDTH: Final = 100
MOST: Final = 20
"""Points that are listed; table and JSON have all."""
_NAMED: Final = 5
"""Points left out that are named."""


def sweep_comparison_text(comparison: SweepComparison) -> str:
    """Returns title, reference, n, how many points surely differ, and the largest differences with their intervals."""
    sweep, goal = comparison.sweep, comparison.sweep.goal
    ranked = comparison.of(goal)
    percent = f"{100 * sweep.confidence:g} %"
    blocks = [
        [
            sweep.title,
            "=" * min(len(sweep.title), _WIDTH),
            f"Every point minus {reference_name(comparison)}.",
            *_reference_chance(comparison),
        ],
        [n_line(comparison), *_warnings(comparison), *_left_out(comparison)],
        [
            f"{goal.name}: at least {goal.at_least:,.0f} {goal.outcome} by {goal.by}",
            sure_line(comparison, goal),
            *_by_chance(comparison),
        ],
        [
            f"Largest differences: probability in percentage points, mean count in the nation, each with its {percent} interval",
            "(* also with all points taken together)",
            *_table(ranked[:MOST]),
            *([f"  … and {len(ranked) - MOST:,} more: --json and -o DIR give all"] if len(ranked) > MOST else []),
        ],
    ]
    others = [f"{other.name} by {other.by}: {sure_line(comparison, other)}" for other in sweep.goals if other != goal]
    return "\n\n".join("\n".join(block) for block in [*blocks, others] if block) + "\n"


def sweep_comparison_json(comparison: SweepComparison) -> dict[str, Any]:
    """Returns all differences, ready for JSON."""
    sweep = comparison.sweep
    goals = {
        goal.name: {
            "outcome": goal.outcome, "at_least": goal.at_least, "by": goal.by, "n_compared": len(comparison.of(goal)),
            "n_sure": sum(d.is_sure for d in comparison.of(goal)),
            "n_sure_among_all": sum(d.is_sure_among_all for d in comparison.of(goal)),
        }
        for goal in sweep.goals
    }  # fmt: skip
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
    """Returns what the points are compared with, in words."""
    if comparison.by_policy:
        same = " at the same factor values" if comparison.sweep.factors else ""
        return f"the first policy ({comparison.references[0].policy}){same}"
    (base,) = comparison.references
    return f"point {base.id} ({base.label})"


def _reference_chance(comparison: SweepComparison) -> list[str]:
    """Says how likely the decision goal is at the reference, where there is one for all points."""
    if len(comparison.references) > 1:
        return []
    chance = comparison.sweep.chance(comparison.references[0], comparison.sweep.goal)
    return [f"There, {comparison.sweep.goal.name}: {chance}."]


def n_line(comparison: SweepComparison) -> str:
    """Returns what stands behind every difference: how many replicates, whether paired, how many failed or have no partner."""
    numbers = [n for d in comparison.differences for n in (d.n, d.n_reference)]
    n = f"{min(numbers):,}" if min(numbers) == max(numbers) else f"{min(numbers):,} to {max(numbers):,}"
    is_paired = comparison.sweep.common_random_numbers
    what = "pairs of replicates with equal luck" if is_paired else "replicates of each, independent: luck is not common in this sweep"
    # Once a point and its reference, not once a goal: all goals are judged on the same replicates.
    without = sum(d.n_unpaired for d in comparison.of(comparison.sweep.goal))
    beside = [f"{comparison.sweep.n_failed:,} failed"] if comparison.sweep.n_failed else []
    beside += [f"{without:,} without a partner left out"] if without else []
    return f"n = {n} {what}" + (f" ({', '.join(beside)})" if beside else "")


def _warnings(comparison: SweepComparison) -> list[str]:
    sweep, lines = comparison.sweep, []
    if not sweep.is_complete:
        lines.append(f"The sweep is unfinished: {sweep.n_done + sweep.n_failed:,} of {sweep.given:,} replicates.")
    if sweep.scale < 1.0:
        lines.append(f"Sample of {100 * sweep.scale:g} % of firms: counts are scaled to the nation.")
    if sweep.facts["most_replicates"] > sweep.facts["replicates"]:
        lines.append("Some replicates were given because of what earlier ones said; the intervals take n as fixed beforehand.")
    return lines


def _left_out(comparison: SweepComparison) -> list[str]:
    """Counts the points that could not be compared, by reason, and names the first of each."""
    out = []
    for why, n in Counter(item.why for item in comparison.left_out).items():
        names = [f"{item.point.id}" for item in comparison.left_out if item.why == why]
        more = " …" if n > _NAMED else ""
        out.append(f"Left out, {why}: {n:,} {'point' if n == 1 else 'points'} ({', '.join(names[:_NAMED])}{more}).")
    return out


def sure_line(comparison: SweepComparison, goal: SweepGoal) -> str:
    """Returns how many points differ: each by itself, and all taken together."""
    found = comparison.of(goal)
    sure, together = sum(d.is_sure for d in found), sum(d.is_sure_among_all for d in found)
    return f"{sure:,} of {len(found):,} points surely differ, each by itself; {together:,} with all taken together (Holm)."


def _by_chance(comparison: SweepComparison) -> list[str]:
    """Says what "surely" means, and how often it errs when many points are looked at."""
    n, doubt = len(comparison.of(comparison.sweep.goal)), 1.0 - comparison.sweep.confidence
    test = "McNemar's" if comparison.sweep.common_random_numbers else "Fisher's"
    return textwrap.wrap(
        f"By itself: the {100 * comparison.sweep.confidence:g} % interval leaves out 0. With many points some do so by chance: about"
        f" {doubt * n:.2g} of {n:,} if none differed at all. Together: {test} exact test with Holm's correction, which finds a difference"
        f" where there is none with a probability of at most {100 * doubt:g} %, however many points there are.",
        _WIDTH,
    )


def _table(found: list[PointDifference]) -> list[str]:
    cells = [(bracketed(d.probability, 100.0), bracketed(d.count)) for d in found]
    first, second = (max(len(cell[k]) for cell in cells) for k in (0, 1))
    lines = [f"  {'probability':<{first}}  {'count':<{second}}  {'n':>6}  point"]
    for d, (chance, count) in zip(found, cells, strict=True):
        n = f"{d.n:,}" if d.n == d.n_reference else f"{d.n:,}/{d.n_reference:,}"
        failed = f", {d.point.n_failed:,} failed" if d.point.n_failed else ""
        mark = "*" if d.is_sure_among_all else " "
        lines.append(f"{mark} {chance:<{first}}  {count:<{second}}  {n:>6}  {d.point.id}: {d.point.label}{failed}")
    return lines


def bracketed(d: Difference, factor: float = 1.0) -> str:
    """Returns a difference with its interval."""
    return f"{signed(factor * d.estimate)} [{signed(factor * d.low)}, {signed(factor * d.high)}]"
