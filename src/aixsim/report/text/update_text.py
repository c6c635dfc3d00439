"""How a new count has moved the answer, in plain words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from aixsim.evidence.updating import NewCount, Update
from aixsim.results.result import Result
from aixsim.stats.intervals import percent

_WIDTH = 78
_MOST = 5


def update_text(result: Result, counts: Sequence[NewCount], error: float, found: Update) -> str:
    """Returns the answer before and after."""
    title = result.provenance["title"]
    lines = [title, "=" * min(len(title), _WIDTH)]
    for count, (low, middle, high) in zip(sorted(counts, key=lambda one: one.month), found.simulated, strict=True):
        lines.append(
            f"Observed: {count.value:,.0f} {count.outcome} by {count.month}; the run had {middle:,.0f} [{low:,.0f} to {high:,.0f}, 90 %]"
        )
    sample = f"; {result.sample_note}" if result.is_sample else ""
    lines += textwrap.wrap(
        f"{found.n:,} replicates weighed, worth {found.ess:,.0f} (effective sample size){sample}; a count is taken to be"
        f" right within {100 * error:g} % (one standard deviation).",
        _WIDTH,
    )
    for goal in found.goals:
        low, high = goal.interval
        lines += ["", f"{goal.name}: at least {goal.at_least:,.0f} {goal.outcome} by {goal.by}?"]
        lines.append(f"  before  {goal.before}")
        # A share of less than half a replicate is as good as none: the bound alone is worth saying.
        after = f"below {percent(high)}" if goal.after * found.ess < 0.5 else f"{percent(goal.after)} [{percent(low)}, {percent(high)}]"
        lines.append(f"  after   {after} (effective n = {found.ess:,.0f})")
        lines.append(f"  count   {_range(goal.count_before)}  ->  {_range(goal.count_after)}")
    if found.parameters:
        lines += ["", "Uncertain numbers that moved most (mean, in standard deviations):"]
        lines += [f"  {key:<58}{moved:+.2f}" for key, moved in found.parameters[:_MOST]]
    return "\n".join(lines) + "\n"


def _range(quantiles: tuple[float, float, float]) -> str:
    low, middle, high = quantiles
    return f"{middle:,.0f} [{low:,.0f} to {high:,.0f}]"
