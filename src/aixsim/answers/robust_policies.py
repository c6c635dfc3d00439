"""Robustness: regret and satisficing of policies over futures, from stored tables alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.answer import Answer, AnswerTable
from aixsim.answers.policy_futures import GoalCounts, PolicyFutures, of_results, of_sweep
from aixsim.errors import UserError
from aixsim.results.result import Result
from aixsim.results.sweep_result import Sweep
from aixsim.stats.intervals import proportion
from aixsim.stats.regret import mean_and_high, regret_of, resampled

ALL: Final = "all of these"
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Row = dict[str, Any]


class Robustness(Answer):
    """How policies do over futures; see ``robustness``."""


def robustness(result: Result | Sweep, *others: Result, choices: Sequence[str] = (), spend_below: float | None = None) -> Robustness:
    """Returns how far each policy is from the best one in every future, and in which share of the futures it is good enough.

    A future is a replicate: with common random numbers it has the same drawn numbers and the same random numbers under every policy. In a
    sweep with factors it is a replicate at one combination of them. The regret of a policy in a future is the count of the best policy in
    that future minus its own (Savage 1951); of money it is what the policy spends beyond the cheapest. Satisficing is the share of futures
    in which a policy reaches a goal (domain criterion of Starr 1963; Lempert and Collins 2007, doi:10.1111/j.1539-6924.2007.00940.x).

    Args:
        result: of a run, or a sweep.
        others: results of runs of the other policies, with the same firms, ties, months and seed; none with a sweep.
        choices: of a sweep, factors that are chosen, such as ``levers.parks.number``: every combination of a policy and their values is a
            policy. The other factors are conditions.
        spend_below: KRW bn of the nation over the horizon that a policy may spend; of results only, since a sweep stores no money.

    Returns:
        Tables ``satisficing`` (one row a policy and criterion: each goal, ``spend_below``, and all together; the number of futures in which
        it is met, their share and its interval) and ``regret`` (one row a policy and quantity: mean and 90 % quantile of the regret with
        bootstrap intervals, the largest, and the share of futures in which no policy is better).

    Raises:
        UserError: fewer than two policies, fewer than 20 common futures, an option does not fit, or the results cannot be paired.
        StoreError: a file of the sweep has changed.
    """
    if spend_below is not None and not spend_below > 0.0:
        raise UserError(f"--spend-below {spend_below:g}: give a positive sum in KRW bn, such as 3000")
    if isinstance(result, Sweep):
        if others:
            raise UserError(f"{result.path}: is a sweep, which already holds its policies; give it alone, or results of runs only")
        if spend_below is not None:
            raise UserError(f"{result.path}: --spend-below needs public money, which a sweep does not store; give results of runs")
        futures = of_sweep(result, choices)
    else:
        if choices:
            raise UserError(f"--choice {choices[0]}: {result.where} is the result of a run; only the factors of a sweep can be choices")
        if not others:
            raise UserError(f"{result.where}: is one policy; give the results of two or more, or a sweep")
        futures = of_results([result, *others])
    met = {goal.name: goal.met for goal in futures.goals}
    if spend_below is not None and futures.spent is not None:
        met[f"public money at most KRW {spend_below:,.0f} bn"] = futures.spent <= spend_below
    if len(met) > 1:
        met[ALL] = np.logical_and.reduce(list(met.values()))
    good = [row for criterion, values in met.items() for row in _satisficing(futures, criterion, values)]
    quantities = [_goal_regret(futures, goal) for goal in futures.goals]
    if futures.spent is not None:
        quantities.append(_regret(futures, "public money", "KRW bn", -futures.spent))
    regrets = [row for rows in quantities for row in rows]
    shares = dict.fromkeys(("share", "share_low", "share_high"), "1")
    tables = {"satisficing": AnswerTable(good, shares), "regret": AnswerTable(regrets, {"best": "1"})}
    notes = (
        "Regret compares with the best of these policies only; another set of policies gives another regret.",
        "The largest regret has no interval: it is the largest of these futures, and grows with their number.",
        "All holds for the model and the ranges of its config; futures are as frequent as their distributions say.",
        *futures.notes,
    )
    return Robustness(futures.title, _sentence(futures, good, regrets), tables, notes, futures.source)


def _satisficing(futures: PolicyFutures, criterion: str, met: Bools) -> list[Row]:
    n_conditions, n_replicates = met.shape[1:]
    errors = resampled(met.astype(np.float64))[:, 0].std(axis=0, ddof=1) if n_conditions > 1 else np.zeros(len(met))
    rows = []
    for policy, own, error in zip(futures.policies, met, errors.tolist(), strict=True):
        count, n = int(own.sum()), own.size
        share = count / n
        # Futures that share a condition or a replicate are not independent: fewer would have the same error (Korn and Graubard 1998).
        worth = n_replicates if n_conditions == 1 or not error else min(max(round(share * (1.0 - share) / error**2), 1), n)
        low, high = proportion(round(share * worth), worth, futures.confidence).clopper_pearson
        row: Row = {"policy": policy, "criterion": criterion, "met": count, "n": n}
        rows.append(row | {"share": share, "share_low": min(low, share), "share_high": max(high, share), "n_effective": worth})
    return rows


def _goal_regret(futures: PolicyFutures, goal: GoalCounts) -> list[Row]:
    return _regret(futures, goal.name, f"national firms {goal.outcome}", goal.counts)


def _regret(futures: PolicyFutures, quantity: str, unit: str, values: Floats) -> list[Row]:
    regret = regret_of(values)
    found, tail = mean_and_high(regret), (1.0 - futures.confidence) / 2.0
    low, high = np.quantile(resampled(regret), [tail, 1.0 - tail], axis=0)
    rows = []
    for at, policy in enumerate(futures.policies):
        row: Row = {"policy": policy, "quantity": quantity, "unit": unit, "n": regret[at].size}
        for k, name in enumerate(("mean", "p90")):
            row |= {name: float(found[k, at]), f"{name}_low": float(low[k, at]), f"{name}_high": float(high[k, at])}
        rows.append(row | {"largest": float(regret[at].max()), "best": float((regret[at] == 0.0).mean())})
    return rows


def _sentence(futures: PolicyFutures, good: Sequence[Row], regrets: Sequence[Row]) -> str:
    """Returns the answer: for each goal the policy that reaches it most often, and the policy with the least regret."""
    first, said = futures.policies[0], list[str]()
    for goal in futures.goals:
        of_goal = [row for row in good if row["criterion"] == goal.name]
        top, own = max(of_goal, key=lambda row: row["share"]), of_goal[0]
        told = f"{goal.name}: {top['policy']} reaches it in {top['met']:,} of {top['n']:,} futures, the most"
        told += "" if top is own else f" ({first}: {own['met']:,})"
        of_goal = [row for row in regrets if row["quantity"] == goal.name]
        least, own = min(of_goal, key=lambda row: row["mean"]), of_goal[0]
        told += f"; {'it' if least['policy'] == top['policy'] else least['policy']} has the least mean regret, {_regretted(least)}"
        told += "" if least is own else f" ({first}: {_regretted(own)})"
        said.append(f"{told} {goal.outcome}." if top["met"] else f"{goal.name}: no policy reaches it in any of {top['n']:,} futures.")
    together = [row for row in good if row["criterion"] == ALL]
    if together:
        top, own = max(together, key=lambda row: row["share"]), together[0]
        told = f"All criteria together are met most often by {top['policy']}, in {top['met']:,} futures"
        said.append(told + ("." if top is own else f" ({first}: {own['met']:,})."))
    return " ".join(said)


def _regretted(row: Row) -> str:
    return f"{row['mean']:,.0f} [{row['mean_low']:,.0f}, {row['mean_high']:,.0f}]"
