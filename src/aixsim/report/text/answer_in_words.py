"""The answer of a run in plain words: how probable each goal is, and under which condition on the money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from aixsim.config.variant import is_uncertain
from aixsim.model.calendar import parse_month
from aixsim.model.keys import dotted
from aixsim.results.drawn_values import drawn_values
from aixsim.results.result import Result
from aixsim.stats.summary import quantiles

WORDS: Final = (
    (0.99, "will almost certainly", "almost certain"),
    (0.9, "will very probably", "very likely"),
    (2 / 3, "will probably", "likely"),
    (1 / 3, "may or may not", "about as likely as not"),
    (0.1, "will probably not", "unlikely"),
    (0.01, "will very probably not", "very unlikely"),
    (0.0, "will almost certainly not", "extremely unlikely"),
)
"""Words by the lowest probability that they stand for, before a verb and as an adjective; the steps are those of the IPCC (Mastrandrea et
al. 2010, guidance note on uncertainties)."""
_WIDEST: Final = 0.5
"""Width of the interval of a probability beyond which no word is given."""
_DONE: Final = {"launched": ("projects", "have been launched", "launched"), "operating": ("AI factories", "be operating", "operating")}
"""By outcome what is counted, the verb after ``will``, and the participle; others are named as they are."""
_SHARES: Final = {0.0: "none", 0.25: "a quarter", 1 / 3: "a third", 0.5: "half", 2 / 3: "two thirds", 0.75: "three quarters", 1.0: "all"}
_NEAR: Final = 0.03


def answer(result: Result) -> str:
    """Returns one sentence per goal; empty without goals or replicates. The first one states the condition, if there is one."""
    sentences = []
    for position, goal in enumerate(result.goal_records):
        text = _short(goal, result.goal_records[0]["by"]) if position else _full(goal)
        condition = _condition(result) if not position else ""
        sentences.append(f"If {condition}, {text}" if condition else text[:1].upper() + text[1:])
    return " ".join(sentences)


def word_of(goal: Mapping[str, Any]) -> tuple[str, str] | None:
    """Returns the words for a goal's probability, before a verb and as an adjective; None if there are too few replicates."""
    low, high = goal["interval"]["low"], goal["interval"]["high"]
    if high - low > _WIDEST:
        return None
    # With 0 or n successes, the probability is only known to lie beyond the bound of the interval.
    share = high if not goal["successes"] else low if goal["successes"] == goal["n"] else goal["probability"]
    return next((before, adjective) for lowest, before, adjective in WORDS if share >= lowest)


def _full(goal: Mapping[str, Any]) -> str:
    what, verb, _ = _DONE.get(goal["outcome"], (f"({goal['outcome']})", "have been counted", ""))
    number, word = f"{goal['at_least']:,.0f} {what}", word_of(goal)
    if word is None:
        return f"whether {number} will {verb} by {_date(goal['by'])} is not known: {_in_replicates(goal)}, which is too few to tell."
    return f"{number} {word[0]} {verb} by {_date(goal['by'])}: {_in_replicates(goal)}{_expected(goal)}."


def _short(goal: Mapping[str, Any], said: str) -> str:
    """Returns the verdict on a goal after the first, with its month if that is not the one which was ``said`` already."""
    *_, participle = _DONE.get(goal["outcome"], ("", "", goal["outcome"]))
    word, by = word_of(goal), "" if goal["by"] == said else f" by {_date(goal['by'])}"
    verdict = f"is {word[1]}" if word else "is not known from so few replicates"
    return f"{goal['at_least']:,.0f} {participle}{by} {verdict}: {_in_replicates(goal, whole=False)}{_expected(goal)}."


def _in_replicates(goal: Mapping[str, Any], *, whole: bool = True) -> str:
    """Returns the share of replicates in words; for 0 or n successes the count and the bound of the interval."""
    unit = " simulations" if whole else ""
    share, n, successes = goal["probability"], goal["n"], goal["successes"]
    if successes in (0, n):
        bound = goal["short_statement"].partition("(")[2].removesuffix(")")
        return f"{'all' if successes else 'none'} of {n:,}{unit} ({bound})"
    if n >= 100 and 0.01 <= share <= 0.99:
        return f"{'about ' if whole else ''}{100 * share:.0f} in 100{unit}"
    return f"{successes:,} of {n:,}{unit}"


def _expected(goal: Mapping[str, Any]) -> str:
    """Returns the median count if the probability of the goal is below one half."""
    return f"; expect about {goal['count_at_deadline']['p50']:,.0f}" if goal["probability"] < 0.5 else ""


def _date(month: str) -> str:
    year, number = parse_month(month)
    return f"the end of {year}" if number == 12 else f"the end of {dt.date(year, number, 1):%B %Y}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """How much of the planned budgets is delivered.

    Attributes:
        low, high: shares.
        strays: whether single years stray from it, so that it holds for the median year.
    """

    low: float
    high: float
    strays: bool


def delivered(result: Result) -> Delivered | None:
    """Returns the range of the delivered share of planned budgets, from its distribution or ensemble; None where it is not uncertain."""
    ranges, strays = [], False
    for programme in result.config.get("programme", []):
        share = programme.get("delivered_share")
        strays |= programme.get("delivery_spread", 0.0) != 0.0 or programme.get("budget_walk", 0.0) != 0.0
        drawn = _drawn(result, dotted(("programme", programme["name"], "delivered_share")))
        if is_uncertain(share) and drawn is not None:
            # An ensemble replaces the distribution.
            is_prior = {"low", "high"} <= share.keys() and not result.config.get("uncertainty", {}).get("ensemble")
            ranges.append((share["low"], share["high"]) if is_prior else drawn)
    return Delivered(min(low for low, _ in ranges), max(high for _, high in ranges), strays) if ranges else None


def _condition(result: Result) -> str:
    """Returns in words how much of the planned budgets is delivered; empty where it is not uncertain."""
    found = delivered(result)
    if found is None:
        return ""
    median = " in the median year" if found.strays else ""
    return f"between {_share(found.low)} and {_share(found.high)} of the planned budget is delivered{median}"


def _drawn(result: Result, key: str) -> tuple[float, float] | None:
    """Returns the 5 and 95 % quantiles of what was drawn; None when that is one number or nothing."""
    values = drawn_values(result).get(key, np.zeros(0))
    if len(np.unique(values)) < 2:
        return None
    found = quantiles(values)
    return found["p05"], found["p95"]


def _share(value: float) -> str:
    return next((word for share, word in _SHARES.items() if abs(value - share) <= _NEAR), f"{100 * value:.0f} %")
