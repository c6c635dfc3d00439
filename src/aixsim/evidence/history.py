"""The past in a run: what it simulated beside what was counted, and whether its settings are those of the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aixsim.evidence.published import unlike_published
from aixsim.evidence.track_record import COUNTED, concerns
from aixsim.results.result import Result
from aixsim.stats.summary import quantiles


@dataclass(frozen=True, slots=True)
class Past:
    """A count and the run.

    Attributes:
        month, outcome, counted: what was counted.
        low, median, high: 5, 50 and 95 % of the simulated national counts.
        agrees: whether the count lies in that range, give or take less than one simulated firm.
    """

    month: str
    outcome: str
    counted: float
    low: float
    median: float
    high: float
    agrees: bool


def past(result: Result) -> list[Past]:
    """Returns every count that the run knows of beside what it simulated; none without replicates."""
    out = []
    for seen in result.provenance["observed"]:
        counts = result.counts_in(seen["month"])[seen["outcome"]] / result.scale
        if len(counts):
            low, median, high = (quantiles(counts)[name] for name in ("p05", "p50", "p95"))
            firm = 1.0 / result.scale
            agrees = low - firm < seen["value"] < high + firm
            out.append(Past(seen["month"], seen["outcome"], seen["value"], low, median, high, agrees))
    return out


def changed_past(result: Result) -> list[str] | None:
    """Returns in words which settings of the years that were counted are not the published ones; None where that is not known."""
    if not concerns(result) or not result.config:
        return None
    return unlike_published(result.config.get("programme", []), int(COUNTED[0][:4]))


def changes_of(tables: Mapping[str, Any], observed: Sequence[Mapping[str, Any]]) -> list[str]:
    """Returns the same of a config that is to be run; none when it is not about the AI factories of Korea."""
    if not any((seen["month"], seen["outcome"], seen["value"]) == COUNTED for seen in observed):
        return []
    return unlike_published(tables.get("programme", []), int(COUNTED[0][:4]))
