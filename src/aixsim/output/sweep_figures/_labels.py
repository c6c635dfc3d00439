"""How settings are called in figures."""

from __future__ import annotations

from aixsim.analysis.main_effects import POLICY
from aixsim.analysis.sweeps import Sweep
from aixsim.output.style import month_name


def factor_name(key: str) -> str:
    """Returns a config key as words: ``levers.parks.number`` becomes ``parks: number``, with the programme's name and year if any."""
    if key == POLICY:
        return "policy"
    parts = key.split(".")
    year = f" from {parts.pop()}" if parts[-1].isdigit() else ""
    where = parts[-2] if len(parts) > 1 else ""
    return f"{where}: {_words(parts[-1])}{year}" if where else _words(parts[-1])


def wrapped(key: str) -> str:
    """Returns ``factor_name`` in two lines, for the edge of a small panel."""
    return factor_name(key).replace(": ", ":\n", 1)


def _words(name: str) -> str:
    name = name.replace("_krw_bn", ", KRW bn").replace("_krw_tn", ", KRW tn").replace("_usd_bn", ", USD bn")
    return name.replace("_", " ")


def goal_name(sweep: Sweep) -> str:
    """Returns the goal that the decision is about, with its deadline."""
    return f"{sweep.goal.name} by {month_name(sweep.goal.by)}"
