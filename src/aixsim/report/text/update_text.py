"""Text of an update of a finished run by a new count."""

from __future__ import annotations

from collections.abc import Sequence

from aixsim.evidence.updating import GoalUpdate, NewCount, Update
from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.results.result import Result
from aixsim.stats.intervals import percent

_MOST = 5
"""Maximum number of parameters listed."""


def update_text(result: Result, counts: Sequence[NewCount], error: float, found: Update, width: int | None = None) -> str:
    """Returns the probabilities before and after, ``width`` columns wide."""
    observed = [
        f"Observed: {count.value:,.0f} {count.outcome} by {count.month}; simulated before: {middle:,.0f} [{low:,.0f} to {high:,.0f}, 90 %]"
        for count, (low, middle, high) in zip(sorted(counts, key=lambda one: one.month), found.simulated, strict=True)
    ]
    sample = f"; {result.sample_note}" if result.is_sample else ""
    how = (
        f"{found.n:,} replicates weighted by the observed counts, effective sample size {found.ess:,.0f}{sample}; relative error of a"
        f" count: {100 * error:g} % (one standard deviation)."
    )
    blocks: list[Block] = [[*title(result.provenance["title"]), *observed, how], *(_goal(goal, found.ess) for goal in found.goals)]
    if found.parameters:
        shifts = [(key, f"{shift:+.2f}") for key, shift in found.parameters[:_MOST]]
        blocks.append([table(("parameters with the largest change of the mean", "standard deviations"), shifts, right=[1])])
    return page(blocks, width)


def _goal(goal: GoalUpdate, ess: float) -> Block:
    low, high = goal.interval
    # For a weighted share of less than half an effective replicate, only the bound is shown.
    after = f"below {percent(high)}" if goal.after * ess < 0.5 else f"{percent(goal.after)} [{percent(low)}, {percent(high)}]"
    rows = [
        ("probability before", str(goal.before)),
        ("  after", f"{after} (effective n = {ess:,.0f})"),
        ("count before", _range(goal.count_before)),
        ("  after", _range(goal.count_after)),
    ]
    return [f"{goal.name}: at least {goal.at_least:,.0f} {goal.outcome} by {goal.by}?", table(("", ""), rows)]


def _range(quantiles: tuple[float, float, float]) -> str:
    low, middle, high = quantiles
    return f"{middle:,.0f} [{low:,.0f} to {high:,.0f}]"
