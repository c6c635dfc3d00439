"""The tables of a report that compares: results with the first one, or the points of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aixsim.config.variant import changed
from aixsim.report.html.result_tables import KRW, NATION, SHARE, in_100
from aixsim.report.html.sourced_values import DataTable
from aixsim.report.text.answer_in_words import word_of
from aixsim.results.comparison import Comparison
from aixsim.results.sweep_comparison import PointDifference, SweepComparison
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_ranking import blocks, ranked
from aixsim.results.sweep_result import Sweep
from aixsim.stats.differences import Difference
from aixsim.stats.intervals import Proportion, proportion

_MOST, _ENDS, _NEAR = 20, 3, 7
"""As in the text of a sweep: points listed; of more, first and last ones, and those next to the decision level."""
Tables = dict[str, DataTable]
Row = dict[str, Any]


def comparison_tables(comparison: Comparison) -> Tables:
    """Returns options (one row a result), what differs in them, effects (one a result and goal), and winners and losers."""
    first = comparison.policies[0].pair
    effects, options, groups, settings = [], [], [], []
    for policy in comparison.policies:
        name, n = policy.pair.names[1], len(policy.pair.replicates)
        for change in policy.goals:
            row: Row = {"option": name, "goal": change.goal} | _chance(
                proportion(round(change.chances[1] * change.n), change.n, policy.pair.confidence)
            )
            row |= _ends("difference", change.probability) | {"p_value": change.p_value}
            effects.append(
                row | _ends("count", change.count.paired) | {"count_before": change.count.before, "count_after": change.count.after}
            )
        firms = policy.firms
        row = {"option": name, "n": n} | _ends("spent", policy.costs.money["public"].paired)
        for outcome, factories in policy.costs.factories.items():
            row |= _ends(outcome, factories.paired) | _ends(f"cost_{outcome}", policy.costs.each[outcome, "public"])
        row |= _ends("own", policy.costs.own.paired) | _ends("deadweight", firms.deadweight) | _ends("displaced", firms.displaced)
        options.append(row)
        settings += [{"option": name, "setting": changed(key, *ends)} for key, ends in policy.settings.items()]
        groups += [
            {
                "option": name,
                "group": level.group,
                "level": level.level,
                "outcome": level.outcome,
                "before": level.contrast.before,
                "after": level.contrast.after,
            }
            | _ends("change", level.contrast.paired)
            | {"is_clear": level.is_clear}
            for level in policy.groups
        ]
    start = [
        {"option": first.names[0], "goal": change.goal}
        | _chance(proportion(round(change.chances[0] * change.n), change.n, first.confidence))
        | {"count": change.count.before}
        for change in comparison.policies[0].goals
    ]
    shares = dict.fromkeys(("probability", "difference", "deadweight"), SHARE)
    money = dict.fromkeys(("spent", "cost_launched", "cost_operating"), KRW)
    counts = dict.fromkeys(
        ("count", "count_before", "count_after", "launched", "operating", "own", "displaced", "before", "after", "change"), NATION
    )
    units = shares | money | counts
    tables = {"baseline": start, "effects": effects, "options": options, "groups": groups} | ({"settings": settings} if settings else {})
    return {name: DataTable(rows, "aixsim compare", units) for name, rows in tables.items()}


def sweep_tables(sweep: Sweep, comparison: SweepComparison | None) -> Tables:
    """Returns the points by probability, verdicts, and differences from the reference; of all goals the probabilities."""
    goal, ranking = sweep.goal, ranked(sweep)
    effects = {} if comparison is None else {difference.point.id: difference for difference in comparison.of(goal)}
    shown = {
        ranking[at].id for block in blocks(sweep, ranking, most=_MOST, ends=_ENDS, near=_NEAR) for at in range(block.start, block.stop)
    }
    points = [_point(sweep, point, effects.get(point.id), is_shown=point.id in shown) for point in ranking]
    verdicts = [sweep.verdict(point) for point in sweep.points]
    facts = {
        "goal": goal.name,
        "at_least": goal.at_least,
        "outcome": goal.outcome,
        "by": goal.by,
        "level": sweep.level,
        "points": len(sweep.points),
    }
    facts |= {verdict: verdicts.count(verdict) for verdict in ("above", "below", "open")} | {
        "n_failed": sweep.n_failed,
        "shown": len(shown),
    }
    facts |= {"n": min(point.n_done for point in ranking), "n_most": max(point.n_done for point in ranking)}
    chances = [
        {"option": point.label, "goal": one.name, "by": one.by} | _chance(chance)
        for point in ranking
        for one in sweep.goals
        if (chance := sweep.chance(point, one)) is not None
    ]
    units = {"probability": SHARE, "difference": SHARE, "count": NATION}
    tables = {"points": points, "verdicts": [facts], "chances": chances if len(sweep.goals) > 1 else []}
    return {name: DataTable(rows, "aixsim sweep", units) for name, rows in tables.items() if rows}


def reference_goals(sweep: Sweep, point: SweepPoint) -> DataTable:
    """Returns the goals of one point of a sweep, with the columns of a run's that a sweep knows."""
    rows = []
    for goal in sweep.goals:
        chance = sweep.chance(point, goal)
        if chance is not None:
            row: Row = {"name": goal.name, "outcome": goal.outcome, "at_least": goal.at_least, "by": goal.by, "policy": point.label}
            row |= _chance(chance)
            row |= {"n_failed": point.n_failed, "confidence": sweep.confidence, "in_100": in_100(chance.estimate)}
            word = word_of({"interval": {"low": row["probability_low"], "high": row["probability_high"]}} | row)
            rows.append(row | {"word": word[1] if word else "unknown"})
    return DataTable(rows, f"aixsim sweep, {point.label}", {"probability": SHARE, "at_least": NATION})


def _point(sweep: Sweep, point: SweepPoint, effect: PointDifference | None, *, is_shown: bool) -> Row:
    chance = sweep.chance(point, sweep.goal)
    row: Row = {"option": point.label} | (_chance(chance) if chance else {}) | {"verdict": sweep.verdict(point)}
    row |= _ends("difference", effect.probability if effect else None) | _ends("count", effect.count if effect else None)
    return row | {"p_holm": effect.p_holm if effect else None, "is_shown": is_shown, "n_failed": point.n_failed}


def _chance(chance: Proportion) -> Row:
    low, high = chance.clopper_pearson
    return {"probability": chance.estimate, "probability_low": low, "probability_high": high, "successes": chance.successes, "n": chance.n}


def _ends(name: str, one: Difference | None) -> Row:
    """Returns an estimate with its interval as columns; None where there is none."""
    if one is None:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    return {name: one.estimate, f"{name}_low": one.low, f"{name}_high": one.high}


CLEAR: Final = 8


def clear_levels(groups: DataTable, option: str, outcome: str) -> Mapping[str, list[int]]:
    """Returns the rows of the levels of provinces that gain, and of those that lose, significantly: the largest changes first."""
    own = [
        at
        for at, row in enumerate(groups.rows)
        if (row["option"], row["outcome"], row["group"], row["is_clear"]) == (option, outcome, "province", True)
    ]
    own.sort(key=lambda at: -abs(groups.rows[at]["change"]))
    return {
        "win": [at for at in own if groups.rows[at]["change"] > 0][:CLEAR],
        "lose": [at for at in own if groups.rows[at]["change"] < 0][:CLEAR],
    }
