"""Formats of numbers in texts and figures."""

from __future__ import annotations

from collections.abc import Mapping

from aixsim.stats.differences import Difference


def signed(value: float, decimals: int = 1) -> str:
    """Returns a number with its sign; 0 is written +0."""
    return f"{round(value, decimals) + 0.0:+,.{decimals}f}"


def bracket(d: Difference, factor: float = 1.0, decimals: int = 1) -> str:
    """Returns the interval of a difference times a factor."""
    return f"[{signed(factor * d.low, decimals)}, {signed(factor * d.high, decimals)}]"


def bracketed(d: Difference, factor: float = 1.0, decimals: int = 1) -> str:
    """Returns a difference with its interval, times a factor."""
    return f"{signed(factor * d.estimate, decimals)} {bracket(d, factor, decimals)}"


def spread(quantiles: Mapping[str, float], n: int) -> str:
    """Returns the central 90 % range of a count from its quantiles ``p05`` and ``p95``; one replicate has none."""
    return "none: one replicate" if n == 1 else f"{quantiles['p05']:,.0f} to {quantiles['p95']:,.0f}"


def failed_note(n: int) -> str:
    """Returns the number of failed replicates, after a comma; empty if there are none."""
    return f", {n:,} failed" if n else ""
