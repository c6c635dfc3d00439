"""The comparison of results as text."""

from __future__ import annotations

from typing import Any, Final

from aixsim.config.variant import changed
from aixsim.report.text.number_format import bracket, bracketed
from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.results.comparison import Change, Comparison, PolicyChange
from aixsim.results.cost_effectiveness import OUTCOMES
from aixsim.results.fixed_numbers import Fixing
from aixsim.results.pairing import Pair
from aixsim.results.winners import COMPARED
from aixsim.stats.differences import Difference
from aixsim.stats.intervals import percent, proportion

_MOST_SETTINGS: Final = 8
_MOST_GOALS: Final = 2
_WORTH_SAYING: Final = 1.05
GROUP_NAMES: Final = {"agent_type": "type of firm", "pole": "pole or zone", "size": "size of firm", "province": "province"}
Row = tuple[str, str, str, str]


def comparison_text(comparison: Comparison, width: int | None = None, *, full: bool = False) -> str:
    """Returns one verdict per result, ``width`` columns wide.

    Args:
        comparison: of the results.
        width: in columns; by default that of the terminal.
        full: add the intervals without pairing, months, money and the differences by group.
    """
    pages = []
    for policy in comparison.policies:
        one = policy.pair
        blocks: list[Block] = [[*title(f"{one.names[1]} minus {one.names[0]}"), *verdict(policy)], _made_of(policy)]
        if full:
            blocks += [*(_goal(one, change) for change in policy.goals), [_money(policy)], _costs(policy), _firms(policy), *_groups(policy)]
        else:
            blocks.append(["--full shows months, money, firms, groups and the gain from pairing."])
        pages.append(page(blocks, width))
    return "\n\n".join(pages)


def verdict(policy: PolicyChange) -> list[str]:
    """Returns the verdict in at most six lines."""
    lines = []
    for c in policy.goals[:_MOST_GOALS]:
        d = c.probability
        word = "more likely" if d.low > 0 else "less likely" if d.high < 0 else "not clear"
        before, after = (_chance(policy.pair, c, share) for share in c.chances)
        lines.append(f"{c.goal}: {before} -> {after} %, {bracketed(d, 100.0)} points, {word}")
    first, money, firms = policy.goals[0], policy.costs.money["public"], policy.firms
    lines.append(f"{first.outcome}, mean {bracketed(first.count.paired)}; public KRW bn {bracketed(money.paired)}")
    lines.append(f"KRW bn for one more: {'; '.join(f'{outcome} {_each(policy, outcome)}' for outcome in OUTCOMES)}")
    if firms.deadweight and firms.funded_under_both:
        both, without = (percent(share.estimate) for share in (firms.funded_under_both, firms.deadweight))
        lines.append(f"{firms.public_projects:,.0f} funded projects: {both} funded under both, {without} deadweight")
    return lines + ([fixing_text(policy.fixing)] if policy.fixing else [])


def _each(policy: PolicyChange, outcome: str, payer: str = "public") -> str:
    """Returns what one more factory costs, KRW bn."""
    each = policy.costs.each[outcome, payer]
    return "not defined" if each is None else f"{each.estimate:,.2f} [{each.low:,.2f}, {each.high:,.2f}]"


def fixing_text(fixing: Fixing) -> str:
    """Returns the part of the difference that comes from fixing uncertain parameters, not from a policy."""
    if fixing.is_all:
        return "no policy differs: the whole difference comes from fixing uncertain parameters"
    if fixing.rest is None or fixing.fixed is None:
        return f"part of this comes from fixing uncertain parameters, and cannot be estimated: {fixing.why_not}"
    return f"of it {bracketed(fixing.fixed)} by fixing uncertain parameters, {bracketed(fixing.rest)} by the rest"


def _chance(one: Pair, c: Change, share: float) -> str:
    """Returns a probability in percent; at 0 and 100 the bound of its interval."""
    low, high = proportion(round(share * c.n), c.n, one.confidence).clopper_pearson
    return (
        f"below {percent(high).removesuffix(' %')}"
        if not share
        else f"above {percent(low).removesuffix(' %')}"
        if share == 1
        else f"{100 * share:.1f}"
    )


def _made_of(policy: PolicyChange) -> list[str]:
    one = policy.pair
    failed = [int(result.provenance["replicates_failed"]) for result in (one.baseline, one.other)]
    notes = f" ({failed[0]:,} and {failed[1]:,} failed)" if any(failed) else ""
    notes += f", {one.dropped:,} unpaired replicates left out" if one.dropped else ""
    lines = [f"n = {len(one.replicates):,} pairs of replicates{notes}, seed {one.baseline.provenance['seed']}"]
    lines.append(f"Brackets: {100 * one.confidence:g} % intervals, paired by replicate.")
    if one.baseline.is_sample:
        lines.append(f"{one.baseline.sample_note}: counts scaled to the nation")
    settings = [f"  {changed(key, before, after)}" for key, (before, after) in policy.settings.items()]
    if settings:
        lines += ["They differ in", *settings[:_MOST_SETTINGS]]
        if len(settings) > _MOST_SETTINGS:
            lines.append(f"  and {len(settings) - _MOST_SETTINGS} more settings (--json names them)")
    return lines + [f"NOTE: {note}" for note in one.notes]


def _table(one: Pair, label: str, rows: list[Row]) -> Any:
    return table((label, one.names[0], one.names[1], "difference"), rows, right=(1, 2))


def _goal(one: Pair, c: Change) -> Block:
    count = c.count
    before, after = (month or "later" for month in c.month_reached)
    rows = [
        ("count, mean", f"{count.before:,.1f}", f"{count.after:,.1f}", bracketed(count.paired)),
        ("  if not paired", "", "", bracket(count.unpaired)),
        ("  90 % of replicates", "", "", f"{c.count_quantiles['p05']:+,.0f} to {c.count_quantiles['p95']:+,.0f}"),
        ("probability, %", _chance(one, c, c.chances[0]), _chance(one, c, c.chances[1]), bracketed(c.probability, 100.0)),
        ("  if not paired", "", "", bracket(c.probability_unpaired, 100.0)),
        ("  reached only here", f"{c.lost:,}", f"{c.gained:,}", f"exact test: p = {c.p_value:.2g}"),
        ("month reached, median", before, after, ""),
    ]
    if c.months:
        rows.append(("  months, where both", "", f"n = {c.n_months:,}", bracketed(c.months)))
    return [f"{c.goal}: at least {c.at_least:,.0f} {c.outcome} by {c.by}", "", _table(one, "", rows), _pairing(c)]


def _pairing(c: Change) -> str:
    """States the gain in precision by common random numbers."""
    narrower, reduction = c.count.narrower, c.count.variance_reduction
    if narrower is None or reduction is None:
        return "Pairing: the difference is equal in all replicates, so its interval is a point."
    if narrower < _WORTH_SAYING:
        return (
            f"Pairing gains nothing for this count (interval {narrower:.2f} times narrower than without): the results are not correlated"
            " over replicates."
        )
    probability = "" if c.probability_narrower is None else f"; that of the probability {c.probability_narrower:.2f} times"
    return (
        f"Pairing: the interval of the count is {narrower:.2f} times narrower than without it (variance 1/{reduction:.1f}: independent"
        f" runs would need {reduction:.1f} times as many replicates){probability}."
    )


def _money(policy: PolicyChange) -> Any:
    money = policy.costs.money["public"]
    rows = [
        ("mean", f"{money.before:,.1f}", f"{money.after:,.1f}", bracketed(money.paired)),
        ("  if not paired", "", "", bracket(money.unpaired)),
    ]
    return _table(policy.pair, "public money with what parks build, KRW bn", rows)


def _costs(policy: PolicyChange) -> Block:
    """States what one more factory costs by payer, and how many more firms build on their own."""
    rows = [(payer, *(_each(policy, outcome, payer).removeprefix(f"{outcome} ") for outcome in OUTCOMES)) for payer in policy.costs.money]
    own = policy.costs.own
    return [
        "Money for one more factory, in prices of the config",
        "",
        table(("", *(f"{outcome} by {policy.pair.baseline.horizon.end}" for outcome in OUTCOMES)), rows),
        "Not defined: the interval of the number of factories contains 0. Borrowed money is part of the private money. Public money"
        " includes what parks build beside projects; credit is what funds offer, not what is taken.",
        f"On their own firms launch {own.before:,.1f} and {own.after:,.1f}: {bracketed(own.paired)};"
        f" for one more counted project {_ratio(policy.costs.triggered)}.",
        f"Leakage: for one factory that some poles gain, others lose {_ratio(policy.costs.leakage)} (poles that clearly gain or lose).",
    ]


def _ratio(d: Difference | None) -> str:
    return "not defined" if d is None else f"{d.estimate:,.2f} [{d.low:,.2f}, {d.high:,.2f}]"


def _firms(policy: PolicyChange) -> Block:
    firms, a, b = policy.firms, policy.pair.names[0], policy.pair.names[1]
    lines = [f"Firm by firm, by {firms.by}, means of replicates"]
    if firms.deadweight and firms.funded_under_both:
        lines.append(
            f"  Of the {firms.public_projects:,.0f} projects that {b} pays publicly, {_share(firms.funded_under_both)} are funded under"
            f" both: their firms have public money under {a} too. Deadweight: {_share(firms.deadweight)}, whose firms launch under {a} on"
            " their own money, without support."
        )
        lines.append("  By size: " + ", ".join(f"{size} {_share(share)}" for size, share in firms.deadweight_by_size.items()) + ".")
    share = f", {_share(firms.displaced_share)} of all that launch under {a}" if firms.displaced_share else ""
    lines.append(
        f"  Displacement: {_number(firms.displaced)} firms launch under {a} but not under {b}{share};"
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
        [f"Differences by group: mean number launched by {one.deadline}", "(* the interval excludes 0; each interval separately)"]
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
