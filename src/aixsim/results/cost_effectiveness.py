"""What one more factory costs: the difference in money over the difference in factories, paired by replicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.results.contrasts import Contrast, contrast
from aixsim.results.lever_money import credit_offered, facilities, levers_of
from aixsim.results.pairing import Pair
from aixsim.results.result import Result
from aixsim.results.winners import leakage
from aixsim.runs.arrow_columns import array_of
from aixsim.stats.differences import Difference
from aixsim.stats.fieller import fieller

OUTCOMES: Final = ("launched", "operating")
FIELLER: Final = "Fieller, paired"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CostEffectiveness:
    """What one more factory costs, up to the end of the horizon. Money is as in the config: no prices are adjusted.

    Attributes:
        factories: national counts at the end of the horizon, by outcome.
        money: KRW bn of the nation, by payer: ``public`` (what programmes and parks spend, and what parks build beside projects),
            ``private`` (what leads of collaboration models and firms pay, borrowed money included; only where costs of projects are
            modelled) and ``credit`` (what funds offer to all AI projects, not what is taken; only where the two results differ in it).
        each: KRW bn for one factory more, by outcome and payer; None where the interval of the factories contains 0.
        own: factories that firms build on their own, national: those that a policy triggers beside what it pays for.
        triggered: how many more of them come with one more counted project; None if the interval of the counted ones contains 0.
        leakage: how many factories some poles lose for one that others gain; None if no pole clearly gains.
    """

    factories: dict[str, Contrast]
    money: dict[str, Contrast]
    each: dict[tuple[str, str], Difference | None]
    own: Contrast
    triggered: Difference | None
    leakage: Difference | None

    def to_dict(self) -> dict[str, Any]:
        """Returns the same as JSON values; a cost that is not defined is null."""
        costs = [
            {"outcome": outcome, "payer": payer, "krw_bn": None if one is None else [one.estimate, one.low, one.high], "method": FIELLER}
            for (outcome, payer), one in self.each.items()
        ]
        ratios = {"own_built_per_launched": self.triggered, "leakage_between_poles": self.leakage}
        beside = {name: None if one is None else [one.estimate, one.low, one.high] for name, one in ratios.items()}
        parts = {"factories": self.factories, "money_krw_bn": self.money, "own_built": {"launched_own": self.own}}
        return {
            "each": costs,
            "additionality": beside,
            **{name: {key: one.to_dict() for key, one in part.items()} for name, part in parts.items()},
        }


def cost_effectiveness(one: Pair, spent: tuple[Floats, Floats]) -> CostEffectiveness:
    """Returns what one more factory costs under a result than under its baseline.

    Args:
        one: the two.
        spent: public money of baseline and result by replicate, KRW bn of the nation.
    """
    both = (one.baseline, one.other)
    counts = {name: [_at_end(one, result, name) for result in both] for name in (*OUTCOMES, "launched_own")}
    levers = [levers_of(result.config) for result in both]
    built, credit = ([price(of, one.baseline.horizon) for of in levers] for price in (facilities, credit_offered))
    money: dict[str, list[Floats]] = {"public": [paid + beside for paid, beside in zip(spent, built, strict=True)]}
    paid = [_private(one, result) for result in both if result.has("payers")]
    if len(paid) == len(both) and any(values.any() for values in paid):
        money["private"] = paid
    if credit[0] != credit[1]:
        money["credit"] = [np.full(len(one.replicates), offered) for offered in credit]
    each = {
        (name, payer): fieller(after - before, counts[name][1] - counts[name][0], one.confidence)
        for name in OUTCOMES
        for payer, (before, after) in money.items()
    }
    found = {name: contrast(after, before, one.confidence) for name, (before, after) in (counts | money).items()}
    (own_before, own_after), (before, after) = counts["launched_own"], counts["launched"]
    return CostEffectiveness(
        {name: found[name] for name in OUTCOMES},
        {payer: found[payer] for payer in money},
        each,
        found["launched_own"],
        fieller(own_after - own_before, after - before, one.confidence),
        leakage(one),
    )


def _at_end(one: Pair, result: Result, name: str) -> Floats:
    found = result.counts_in(result.horizon.end)
    counts: Floats = found[name][np.searchsorted(found["replicate"], one.replicates)].astype(np.float64)
    return counts / one.scale


def _private(one: Pair, result: Result) -> Floats:
    """Returns what leads and firms pay for projects, by replicate, KRW bn of the nation."""
    table = result.arrow_table("payers")
    paid = array_of(table["lead_krw_bn"]) + array_of(table["firm_krw_bn"])
    at = np.searchsorted(result.replicates, array_of(table["replicate"]))
    total = np.zeros(len(result.replicates))
    np.add.at(total, at, paid)
    return total[np.searchsorted(result.replicates, one.replicates)] / one.scale
