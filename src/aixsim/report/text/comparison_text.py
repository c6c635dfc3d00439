"""The comparison of results as text."""

from __future__ import annotations

import textwrap
from typing import Any, Final

from aixsim.report.text.number_format import bracket, bracketed
from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.results.comparison import Change, Comparison, PolicyChange
from aixsim.results.pairing import Pair, name_of
from aixsim.results.winners import COMPARED
from aixsim.stats.differences import Difference
from aixsim.stats.intervals import percent

_MOST_SETTINGS: Final = 8
_WORTH_SAYING: Final = 1.05
GROUP_NAMES: Final = {"agent_type": "type of firm", "pole": "pole or zone", "size": "size of firm", "province": "province"}
Row = tuple[str, str, str, str]


def comparison_text(comparison: Comparison, width: int | None = None) -> str:
    """Returns all differences, ``width`` columns wide."""
    pages = []
    for policy in comparison.policies:
        one = policy.pair
        heading = [*title(f"{name_of(one.other)} minus {name_of(one.baseline)}"), *_made_of(policy)]
        goals = [_goal(one, change) for change in policy.goals]
        pages.append(page([heading, *goals, [_money(policy)], _firms(policy), *_groups(policy)], width))
    return "\n\n".join(pages)


def _made_of(policy: PolicyChange) -> list[str]:
    one = policy.pair
    failed = [int(result.provenance["replicates_failed"]) for result in (one.baseline, one.other)]
    beside = f" ({failed[0]:,} and {failed[1]:,} failed)" if any(failed) else ""
    beside += f", {one.dropped:,} without a partner left out" if one.dropped else ""
    lines = [f"n = {len(one.replicates):,} pairs of replicates{beside}, seed {one.baseline.provenance['seed']}"]
    lines.append(f"Brackets: {100 * one.confidence:g} % intervals, paired by replicate.")
    if one.baseline.is_sample:
        lines.append(f"{one.baseline.sample_note}: counts scaled to the nation")
    settings = [f"  {key}: {_value(before)} -> {_value(after)}" for key, (before, after) in policy.settings.items()]
    if settings:
        lines += ["They differ in", *settings[:_MOST_SETTINGS]]
        if len(settings) > _MOST_SETTINGS:
            lines.append(f"  and {len(settings) - _MOST_SETTINGS} more settings (--json names them)")
    return lines + [f"NOTE: {note}" for note in one.notes]


def _value(value: Any) -> str:
    return "none" if value is None else textwrap.shorten(str(value), 30, placeholder=" ...")


def _table(one: Pair, label: str, rows: list[Row]) -> Any:
    return table((label, name_of(one.baseline), name_of(one.other), "difference"), rows, right=(1, 2))


def _goal(one: Pair, c: Change) -> Block:
    count = c.count
    before, after = (month or "later" for month in c.month_reached)
    rows = [
        ("count, mean", f"{count.before:,.1f}", f"{count.after:,.1f}", bracketed(count.paired)),
        ("  if not paired", "", "", bracket(count.unpaired)),
        ("  90 % of replicates", "", "", f"{c.count_quantiles['p05']:+,.0f} to {c.count_quantiles['p95']:+,.0f}"),
        ("probability, %", f"{100 * c.chances[0]:.1f}", f"{100 * c.chances[1]:.1f}", bracketed(c.probability, 100.0)),
        ("  if not paired", "", "", bracket(c.probability_unpaired, 100.0)),
        ("  reach it only here", f"{c.lost:,}", f"{c.gained:,}", f"exact test: p = {c.p_value:.2g}"),
        ("month reached, median", before, after, ""),
    ]
    if c.months:
        rows.append(("  months, where both", "", f"n = {c.n_months:,}", bracketed(c.months)))
    return [f"{c.goal}: at least {c.at_least:,.0f} {c.outcome} by {c.by}", "", _table(one, "", rows), _pairing(c)]


def _pairing(c: Change) -> str:
    """States how much narrower common random numbers make the interval, which may be nothing."""
    narrower, reduction = c.count.narrower, c.count.variance_reduction
    if narrower is None or reduction is None:
        return "Pairing: the difference is the same in every replicate, so its interval is a point."
    if narrower < _WORTH_SAYING:
        return (
            f"Pairing gains nothing for this count (interval {narrower:.2f} times narrower than without): the two results do not vary"
            " together from replicate to replicate."
        )
    probability = "" if c.probability_narrower is None else f"; that of the probability {c.probability_narrower:.2f} times"
    return (
        f"Pairing: the interval of the count is {narrower:.2f} times narrower than without it (variance 1/{reduction:.1f}: independent"
        f" runs would need {reduction:.1f} times as many replicates){probability}."
    )


def _money(policy: PolicyChange) -> Any:
    money = policy.spent_krw_bn
    rows = [
        ("spent, mean", f"{money.before:,.1f}", f"{money.after:,.1f}", bracketed(money.paired)),
        ("  if not paired", "", "", bracket(money.unpaired)),
    ]
    return _table(policy.pair, "public money, KRW bn", rows)


def _firms(policy: PolicyChange) -> Block:
    firms, a, b = policy.firms, name_of(policy.pair.baseline), name_of(policy.pair.other)
    lines = [f"Firm by firm, by {firms.by}, means of replicates"]
    if firms.deadweight and firms.anyway_alone and firms.anyway_public:
        lines.append(
            f"  Deadweight: of the {firms.public_projects:,.0f} projects that {b} pays publicly, {_share(firms.deadweight)} belong to"
            f" firms that launch under {a} too: {_share(firms.anyway_alone)} on their own money,"
            f" {_share(firms.anyway_public)} with public money."
        )
    share = f", {_share(firms.displaced_share)} of all that launch there" if firms.displaced_share else ""
    lines.append(
        f"  Displacement: {_number(firms.displaced)} firms launch under {a} and no longer under {b}{share};"
        f" {_number(firms.displaced_public)} of them had public money, {_number(firms.displaced_alone)} their own."
    )
    return [*lines, f"  New: {_number(firms.gained)} firms launch only under {b}."]


def _share(d: Difference) -> str:
    return f"{percent(d.estimate)} [{100 * d.low:.1f}, {100 * d.high:.1f}]"


def _number(d: Difference) -> str:
    return f"{d.estimate:,.1f} [{d.low:,.1f}, {d.high:,.1f}]"


def _groups(policy: PolicyChange) -> list[Block]:
    one = policy.pair
    chosen = [change for change in policy.groups if change.outcome == "launched"]
    blocks: list[Block] = [
        [f"Differences by group: mean number launched by {one.deadline}", "(* the interval excludes 0; each interval by itself)"]
    ]
    for group in COMPARED:
        levels = [change for change in chosen if change.group == group]
        levels.sort(key=lambda change: -change.contrast.paired.estimate)
        rows = [
            (change.level, f"{c.before:,.1f}", f"{c.after:,.1f}", bracketed(c.paired) + (" *" if change.is_clear else ""))
            for change in levels
            for c in [change.contrast]
        ]
        blocks.append([_table(one, GROUP_NAMES[group], rows)])
    return blocks
