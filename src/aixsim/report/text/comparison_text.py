"""A comparison in the terminal: plain text, at most 80 columns but for long names of settings."""

from __future__ import annotations

import textwrap
from typing import Any, Final

from aixsim.results.comparison import Change, Comparison, PolicyChange
from aixsim.results.pairing import Pair, name_of
from aixsim.results.winners import COMPARED
from aixsim.stats.differences import Difference
from aixsim.stats.intervals import percent

_WIDTH: Final = 78
_LABEL, _CELL = 24, 12
_MOST_SETTINGS: Final = 8
_WORTH_SAYING: Final = 1.05
GROUP_NAMES: Final = {"agent_type": "type of firm", "pole": "pole or zone", "size": "size of firm", "province": "province"}


def comparison_text(comparison: Comparison) -> str:
    """Returns all differences in words."""
    return "\n\n\n".join(_policy(policy) for policy in comparison.policies) + "\n"


def _policy(policy: PolicyChange) -> str:
    one = policy.pair
    title = f"{name_of(one.other)} minus {name_of(one.baseline)}"
    blocks = [[title, "=" * min(len(title), _WIDTH), *_made_of(policy)]]
    blocks += [_goal(one, change) for change in policy.goals]
    blocks += [_money(policy), _firms(policy), _groups(policy)]
    return "\n\n".join("\n".join(block) for block in blocks)


def _made_of(policy: PolicyChange) -> list[str]:
    one = policy.pair
    lines = [f"n = {len(one.replicates):,} pairs of replicates{_failed(one)}, seed {one.baseline.provenance['seed']}"]
    lines.append(f"Brackets: {100 * one.confidence:g} % intervals, paired by replicate.")
    if one.baseline.is_sample:
        lines.append(f"{one.baseline.sample_note}: counts scaled to the nation")
    settings = [f"  {key}: {_value(before)} -> {_value(after)}" for key, (before, after) in policy.settings.items()]
    if settings:
        lines += ["They differ in", *settings[:_MOST_SETTINGS]]
        if len(settings) > _MOST_SETTINGS:
            lines.append(f"  and {len(settings) - _MOST_SETTINGS} more settings (--json names them)")
    return lines + [line for note in one.notes for line in textwrap.wrap(f"NOTE: {note}", _WIDTH)]


def _failed(one: Pair) -> str:
    failed = [int(result.provenance["replicates_failed"]) for result in (one.baseline, one.other)]
    beside = f" ({failed[0]:,} and {failed[1]:,} failed)" if any(failed) else ""
    return beside + (f", {one.dropped:,} without a partner left out" if one.dropped else "")


def _value(value: Any) -> str:
    return "none" if value is None else textwrap.shorten(str(value), 30, placeholder=" …")


def _row(label: str, before: str, after: str, difference: str) -> str:
    return f"{label:<{_LABEL}}{before:>{_CELL}}{after:>{_CELL}}  {difference}".rstrip()


def _header(one: Pair, label: str) -> str:
    before, after = (name_of(result)[: _CELL - 1] for result in _both(one))
    return _row(label, before, after, "difference")


def _both(one: Pair) -> tuple[Any, Any]:
    return one.baseline, one.other


def signed(value: float, decimals: int = 1) -> str:
    """Returns a number with its sign; what rounds to nothing has none of its own."""
    return f"{round(value, decimals) + 0.0:+,.{decimals}f}"


def _signed(d: Difference, decimals: int = 1, factor: float = 1.0) -> str:
    return f"{signed(factor * d.estimate, decimals)} {_bracket(d, decimals, factor)}"


def _bracket(d: Difference, decimals: int = 1, factor: float = 1.0) -> str:
    return f"[{signed(factor * d.low, decimals)}, {signed(factor * d.high, decimals)}]"


def _goal(one: Pair, c: Change) -> list[str]:
    count = c.count
    before, after = (month or "later" for month in c.month_reached)
    lines = [
        _header(one, f"{textwrap.shorten(c.goal, _LABEL - 1, placeholder='…')}"),
        _row("count, mean", f"{count.before:,.1f}", f"{count.after:,.1f}", _signed(count.paired)),
        _row("  if not paired", "", "", _bracket(count.unpaired)),
        _row("  90 % of replicates", "", "", f"{c.count_quantiles['p05']:+,.0f} to {c.count_quantiles['p95']:+,.0f}"),
        _row("probability, %", f"{100 * c.chances[0]:.1f}", f"{100 * c.chances[1]:.1f}", _signed(c.probability, 1, 100.0)),
        _row("  if not paired", "", "", _bracket(c.probability_unpaired, 1, 100.0)),
        _row("  reach it only here", f"{c.lost:,}", f"{c.gained:,}", f"exact test: p = {c.p_value:.2g}"),
        _row("month reached, median", before, after, ""),
    ]
    if c.months:
        lines.append(_row("  months, where both", "", f"n = {c.n_months:,}", _signed(c.months)))
    return [f"{c.goal}: at least {c.at_least:,.0f} {c.outcome} by {c.by}", "", *lines, *textwrap.wrap(_pairing(c), _WIDTH)]


def _pairing(c: Change) -> str:
    """Says what the common random numbers were worth, which may be nothing."""
    narrower, reduction = c.count.narrower, c.count.variance_reduction
    if narrower is None or reduction is None:
        return "Pairing: the difference is the same in every replicate, so its interval is a point."
    if narrower < _WORTH_SAYING:
        return (
            f"Pairing gains nothing for this count (interval {narrower:.2f} times narrower than without): from replicate to replicate"
            " the two do not move together, as when one of them hardly varies."
        )
    probability = "" if c.probability_narrower is None else f"; that of the probability {c.probability_narrower:.2f} times"
    return (
        f"Pairing: the interval of the count is {narrower:.2f} times narrower than without it (variance 1/{reduction:.1f}: independent"
        f" runs would need {reduction:.1f} times as many replicates){probability}."
    )


def _money(policy: PolicyChange) -> list[str]:
    money = policy.spent_krw_bn
    return [
        _header(policy.pair, "public money, KRW bn"),
        _row("spent, mean", f"{money.before:,.1f}", f"{money.after:,.1f}", _signed(money.paired)),
        _row("  if not paired", "", "", _bracket(money.unpaired)),
    ]


def _firms(policy: PolicyChange) -> list[str]:
    firms, (a, b) = policy.firms, map(name_of, _both(policy.pair))
    lines = [f"Firm by firm, by {firms.by}, means of replicates"]
    if firms.deadweight and firms.anyway_alone and firms.anyway_public:
        lines += textwrap.wrap(
            f"Deadweight: of the {firms.public_projects:,.0f} projects that {b} pays publicly, {_share(firms.deadweight)} belong to"
            f" firms that launch under {a} too: {_share(firms.anyway_alone)} on their own money,"
            f" {_share(firms.anyway_public)} with public money.",
            _WIDTH, initial_indent="  ", subsequent_indent="    ",
        )  # fmt: skip
    share = f", {_share(firms.displaced_share)} of all that launch there" if firms.displaced_share else ""
    lines += textwrap.wrap(
        f"Displacement: {_number(firms.displaced)} firms launch under {a} and no longer under {b}{share};"
        f" {_number(firms.displaced_public)} of them had public money, {_number(firms.displaced_alone)} their own.",
        _WIDTH, initial_indent="  ", subsequent_indent="    ",
    )  # fmt: skip
    return [*lines, f"  New: {_number(firms.gained)} firms launch only under {b}."]


def _share(d: Difference) -> str:
    return f"{percent(d.estimate)} [{100 * d.low:.1f}, {100 * d.high:.1f}]"


def _number(d: Difference) -> str:
    return f"{d.estimate:,.1f} [{d.low:,.1f}, {d.high:,.1f}]"


def _groups(policy: PolicyChange) -> list[str]:
    one = policy.pair
    chosen = [change for change in policy.groups if change.outcome == "launched"]
    lines = [f"Winners and losers: mean number launched by {one.deadline}", "(* interval leaves out 0; each interval by itself)"]
    for group in COMPARED:
        levels = [change for change in chosen if change.group == group]
        levels.sort(key=lambda change: -change.contrast.paired.estimate)
        lines += ["", _header(one, GROUP_NAMES[group])]
        for change in levels:
            c = change.contrast
            mark = " *" if change.is_clear else ""
            lines.append(_row(f"  {change.level}", f"{c.before:,.1f}", f"{c.after:,.1f}", _signed(c.paired) + mark))
    return lines
