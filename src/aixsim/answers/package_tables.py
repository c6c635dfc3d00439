"""Packages of levers with their replicates, and the answer that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.answer import Answer, AnswerTable, Row
from aixsim.config.setting_names import setting_name
from aixsim.results.comparison import PolicyChange
from aixsim.results.lever_money import price_of
from aixsim.stats.differences import Difference, paired_mean
from aixsim.stats.intervals import proportion

if TYPE_CHECKING:
    from aixsim.answers.cheapest_packages import Plan

REACHED, OPEN, MISSED = "reached", "open", "not reached"
"""Whether the joint interval of a probability lies above the wanted one, contains it, or lies below it."""
AS_IS: Final = "as in the config"
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Package:
    """A package of levers with its replicates.

    Attributes:
        settings: by config key; empty for the config itself.
        shares: count at the deadline of each goal over what reaches it, shape ``(n_goals, n)``; 1 and more is reached.
        public: public money, KRW bn of the nation over the horizon, shape ``(n,)``.
        credit: credit that is offered, KRW bn of the nation over the horizon.
    """

    settings: Mapping[str, Any]
    shares: Floats
    public: Floats
    credit: float

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Whether each goal is reached, shape ``(n_goals, n)``."""
        return self.shares >= 1.0


class Reach(Answer):
    """The cheapest package of levers, and the frontier of money against probability; see ``reach``."""


def answer_of(plan: Plan, confirmed: Sequence[Package], n_tried: int, change: PolicyChange | None) -> Reach:
    """Returns the answer.

    Args:
        plan: of the search.
        confirmed: packages with new replicates, the config first.
        n_tried: number of packages that the search tried.
        change: how the chosen package differs from the config; None if it is the config.
    """
    confidence = plan.study.monte_carlo.confidence
    packages = _packages(plan, confirmed, confidence)
    chosen = next(row for row in packages if row["chosen"])
    tables: dict[str, Sequence[Row]] = {"packages": packages, "goals": _goals(plan, confirmed, confidence)}
    if change is not None:
        tables |= {"cost": _costs(change), "additionality": _additionality(change)}
    tables["levers"] = [
        {"key": one.key, "low": one.low, "high": one.high, "unit": one.unit, "money": price_of(one.lever, one.name)}
        | {"meaning": one.meaning, "bounds": one.origin}
        for one in plan.bounds
    ]
    unpriced = ", ".join(one.key for one in plan.bounds if price_of(one.lever, one.name) == "not priced")
    asked = {"goals": " and ".join(plan.goals), "probability": plan.probability, "at_most": plan.at_most, "not_priced": unpriced}
    tables["wanted"] = [asked]
    scale = plan.study.population.scale
    sample = f"sample of {100 * scale:g} % of firms" if scale < 1.0 else ""
    n = f"n = {chosen['n']:,} new replicates of each of {len(confirmed):,} packages; {n_tried:,} packages were tried"
    source = tuple(part for part in (f"aixsim simulation, reach of {plan.study.name}", n, sample) if part)
    named = {name: AnswerTable(rows, _UNITS) for name, rows in tables.items()}
    return Reach(plan.study.title, _sentence(plan, packages), named, _notes(plan, unpriced, confidence, len(confirmed)), source)


_UNITS: Final = {
    **dict.fromkeys(("public", "public_low", "public_high", "credit", "each", "each_low", "each_high", "money"), "KRW bn"),
    **dict.fromkeys(("probability", "low", "high"), "1"),
    **dict.fromkeys(("factories", "factories_low", "factories_high"), "national firms"),
}


def _packages(plan: Plan, confirmed: Sequence[Package], confidence: float) -> list[dict[str, Any]]:
    joint = 1.0 - (1.0 - confidence) / len(confirmed)
    out: list[dict[str, Any]] = []
    for number, package in enumerate(confirmed):
        chance = proportion(int(package.reached.all(axis=0).sum()), len(package.public), joint)
        low, high = chance.clopper_pearson
        money = paired_mean(package.public, confidence)
        row: dict[str, Any] = {"package": number, "label": _label(package)}
        row |= {one.key: package.settings.get(one.key) for one in plan.bounds}
        row |= {"public": money.estimate, "public_low": money.low, "public_high": money.high, "credit": package.credit}
        row |= {"probability": chance.estimate, "low": low, "high": high, "n": chance.n}
        row |= {"verdict": REACHED if low >= plan.probability else MISSED if high < plan.probability else OPEN}
        row |= {"within_money": plan.at_most is None or money.estimate <= plan.at_most}
        out.append(row | {"within_bounds": number > 0 or plan.is_within_bounds})
    at = chosen(out)
    return [row | {"on_frontier": _is_on_frontier(row, out), "chosen": number == at} for number, row in enumerate(out)]


def chosen(packages: Sequence[Row]) -> int:
    """Returns the number of the cheapest package that reaches the goals, or else of the most probable one, within the money if any is.

    The config is one of them if it lies within the bounds.
    """
    usable = [row for row in packages if row["within_bounds"]] or packages
    within = [row for row in usable if row["within_money"]] or usable
    if reached := [row for row in within if row["verdict"] == REACHED and row["within_money"]]:
        return int(min(reached, key=lambda row: (row["public"], row["package"]))["package"])
    return int(max(within, key=lambda row: (row["probability"], -row["public"], -row["package"]))["package"])


def _is_on_frontier(row: Row, rows: Sequence[Row]) -> bool:
    """Returns whether no other package is both cheaper and more probable."""
    mine = (row["public"], -row["probability"])
    theirs = [(one["public"], -one["probability"]) for one in rows if one is not row]
    return not any(money <= mine[0] and miss <= mine[1] and (money, miss) != mine for money, miss in theirs)


def _label(package: Package) -> str:
    return ", ".join(f"{setting_name(key, with_unit=False)} {value:.4g}" for key, value in package.settings.items()) or AS_IS


def _goals(plan: Plan, confirmed: Sequence[Package], confidence: float) -> list[Row]:
    """Returns the probability of each goal, and of all of them together, by package."""
    joint = 1.0 - (1.0 - confidence) / len(confirmed)
    out: list[Row] = []
    for number, package in enumerate(confirmed):
        sides = [*zip(plan.goals, package.reached, strict=True), *([("all", package.reached.all(axis=0))] if len(plan.goals) > 1 else [])]
        for name, reached in sides:
            chance = proportion(int(reached.sum()), len(reached), joint)
            low, high = chance.clopper_pearson
            out.append({"package": number, "goal": name, "probability": chance.estimate, "low": low, "high": high, "n": chance.n})
    return out


def _costs(change: PolicyChange) -> list[Row]:
    """Returns what one more factory costs under the chosen package than in the config."""
    out: list[Row] = []
    for (outcome, payer), each in change.costs.each.items():
        more, money = change.costs.factories[outcome].paired, change.costs.money[payer].paired
        row: dict[str, Any] = {"outcome": outcome, "payer": payer} | _ends("each", each)
        row |= _ends("factories", more) | {"money": money.estimate}
        why = None if each is not None else "not defined: the interval of the difference in factories contains 0"
        out.append(row | {"n": change.costs.factories[outcome].n, "reason": why})
    return out


def _additionality(change: PolicyChange) -> list[Row]:
    firms = change.firms
    found: tuple[tuple[str, str, Difference | None], ...] = (
        ("deadweight", "share of publicly paid projects", firms.deadweight),
        ("funded under both", "share of publicly paid projects", firms.funded_under_both),
        ("displacement", "national firms", firms.displaced),
        ("launched only under the package", "national firms", firms.gained),
        ("more that firms build on their own", "national firms", change.costs.own.paired),
        ("of these for one more counted project", "1", change.costs.triggered),
        ("leakage: lost by poles for one that others gain", "1", change.costs.leakage),
    )
    return [{"quantity": name, "unit": unit} | _ends("value", one) | {"n": firms.n} for name, unit, one in found]


def _ends(name: str, one: Difference | None) -> dict[str, float | None]:
    estimate, low, high = (None, None, None) if one is None else (one.estimate, one.low, one.high)
    return {name: estimate, f"{name}_low": low, f"{name}_high": high}


def _notes(plan: Plan, unpriced: str, confidence: float, n_packages: int) -> tuple[str, ...]:
    on = {name: any(price_of(name, key) != "not priced" for key in values) for name, values in plan.study.settings["levers"].items()}
    idle = [name.replace("_", " ") for name, is_priced in on.items() if not is_priced]
    return (
        "Public money: what programmes and parks spend, and what parks build beside projects; mean, in prices of the config.",
        *([f"NOT PRICED: what {unpriced} costs is not stated anywhere and not in these sums; it is not free."] if unpriced else []),
        *([f"Of the config and in all packages alike, without a stated price: {', '.join(idle)}."] if idle else []),
        "Credit that funds offer is to be repaid, and no public money here; how much of it is taken is not simulated.",
        f"Intervals of probabilities hold for all {n_packages:,} packages together ({100 * confidence:g} %), from new replicates alone.",
        "A cheaper package may exist that the search did not find. Conditional on the model and the ranges of its config.",
    )


def _sentence(plan: Plan, packages: Sequence[Row]) -> str:
    best, config = next(row for row in packages if row["chosen"]), packages[0]
    goals = " and ".join(plan.goals)
    wanted, limit = f"{100 * plan.probability:g} %", "" if plan.at_most is None else f" for at most KRW {plan.at_most:,.0f} bn"
    chance = f"{percents(best)} (n = {best['n']:,})"
    if best["verdict"] == REACHED and best["within_money"]:
        what = "The config itself" if best is config else f"The cheapest package found is {best['label']}: it"
        said = f"{what} reaches {goals} with a probability of {chance}, wanted {wanted}, for {moneys(best)} of public money"
    elif best["verdict"] == MISSED or not best["within_money"]:
        said = f"No package within the bounds reaches {goals} with {wanted}{limit}: the best found, {best['label']}, reaches"
        said += f" {chance} for {moneys(best)} of public money"
    else:
        said = f"It is open whether a package within the bounds reaches {goals} with {wanted}{limit}: the best found, {best['label']},"
        said += f" reaches {chance} for {moneys(best)} of public money"
    return f"{said}." + ("" if best is config else f" The config: {percents(config)} for {moneys(config)}.")


def percents(row: Row) -> str:
    """Returns a probability with its joint interval as text."""
    return f"{100 * row['probability']:.1f} % [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"


def moneys(row: Row) -> str:
    """Returns public money with its interval as text."""
    return f"KRW {row['public']:,.0f} bn [{row['public_low']:,.0f}, {row['public_high']:,.0f}]"
