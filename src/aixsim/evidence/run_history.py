"""History: observed and simulated counts of a run, and settings that differ from published values."""

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
    """An observed count and the simulated counts.

    Attributes:
        month, outcome, counted: of the observed count.
        low, median, high: 5, 50 and 95 % quantiles of the simulated national counts.
        agrees: whether the observed count lies in that range, up to rounding to simulated firms.
    """

    month: str
    outcome: str
    counted: float
    low: float
    median: float
    high: float
    agrees: bool


def past(result: Result) -> list[Past]:
    """Returns the observed counts of a run with its simulated counts; empty without replicates."""
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
    """Returns the settings of years with observed counts that differ from published values, in words; None if unknown."""
    if not concerns(result) or not result.config:
        return None
    return unlike_published(result.config.get("programme", []), int(COUNTED[0][:4]))


def changes_of(tables: Mapping[str, Any], observed: Sequence[Mapping[str, Any]]) -> list[str]:
    """Returns the same for a config before it is run; empty if it is not about the AI factories of Korea."""
    if not any((seen["month"], seen["outcome"], seen["value"]) == COUNTED for seen in observed):
        return []
    return unlike_published(tables.get("programme", []), int(COUNTED[0][:4]))
