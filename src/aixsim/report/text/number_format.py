"""How numbers are written in texts and figures."""

from __future__ import annotations

from collections.abc import Mapping

from aixsim.stats.differences import Difference


def signed(value: float, decimals: int = 1) -> str:
    """Returns a number with its sign; what rounds to nothing has none of its own."""
    return f"{round(value, decimals) + 0.0:+,.{decimals}f}"


def bracket(d: Difference, factor: float = 1.0, decimals: int = 1) -> str:
    """Returns the interval of a difference, its ends times a factor."""
    return f"[{signed(factor * d.low, decimals)}, {signed(factor * d.high, decimals)}]"


def bracketed(d: Difference, factor: float = 1.0, decimals: int = 1) -> str:
    """Returns a difference with its interval, times a factor."""
    return f"{signed(factor * d.estimate, decimals)} {bracket(d, factor, decimals)}"


def spread(quantiles: Mapping[str, float], n: int) -> str:
    """Returns the central 90 % range of a count from its quantiles ``p05`` and ``p95``; one replicate has no range."""
    return "none: one replicate" if n == 1 else f"{quantiles['p05']:,.0f} to {quantiles['p95']:,.0f}"


def failed_note(n: int) -> str:
    """Returns how many replicates failed, after a comma; empty when none did."""
    return f", {n:,} failed" if n else ""
