"""Names of settings, goals and points in figures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from aixsim.config.setting_names import setting_name as words_of
from aixsim.model.keys import parse_key
from aixsim.report.figures.time_axis import month_name
from aixsim.results.main_effects import POLICY, by_strength, is_number, value_of
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_result import Sweep


def factor_name(sweep: Sweep, key: str) -> str:
    """Returns a readable name of a config key: ``levers.parks.project_share`` becomes ``parks: project share``, with unit and year if any.

    The name of the programme is included only if factors of two programmes would have the same name.
    """
    if key == POLICY:
        return "policy"
    alike = [other for other in sweep.factors if other != key and _setting(other) == _setting(key)]
    return f"number of {lever}" if (lever := _counted(key)) else words_of(key, with_programme=bool(alike))


def _counted(key: str) -> str:
    """Returns what a setting counts: ``parks`` of ``levers.parks.number``; empty for others."""
    parts = list(map(str, parse_key(key)))
    return parts[-2].replace("_", " ") if parts[-1] == "number" and len(parts) > 1 else ""


def _setting(key: str) -> list[str]:
    """Returns a key without the name of a programme."""
    parts = list(map(str, parse_key(key)))
    return [parts[0], *parts[2:]] if parts[0] == "programme" else parts


def setting_name(sweep: Sweep, factor: str, value: str) -> str:
    """Returns a short text of a factor and its value, such as ``13 parks`` or ``grant 2026 1.5``; for policies only the name."""
    if lever := _counted(factor):
        return f"{value} {lever}"
    return value if factor == POLICY else f"{factor_name(sweep, factor).partition(',')[0].replace(':', '')} {value}"


def naming_order(sweep: Sweep) -> list[str]:
    """Returns the order of factors in names of points: the policy, then the factors by influence."""
    return sorted(by_strength(sweep), key=lambda factor: factor != POLICY)


def point_name(sweep: Sweep, point: SweepPoint, order: Sequence[str], room: int) -> str:
    """Returns policy and factors of a point in about ``room`` characters: factors in the given order, as many as fit."""
    parts: list[str] = []
    for factor in order:
        value = value_of(point, factor)
        if value is not None:
            number = f"{value:.3g}" if is_number(value) and abs(value) < 1000 else str(value)
            parts.append(setting_name(sweep, factor, number))
    if not parts:
        return textwrap.shorten(point.label, room, placeholder=" …")
    text = parts[0]
    for part in parts[1:]:
        if len(text) + len(part) + 2 > room:
            return f"{text} …"
        text = f"{text}, {part}"
    return text


def rounded(share: float) -> str:
    """Returns a probability in whole percent, with bounds instead of 0 and 100."""
    return "<1" if share < 0.005 else ">99" if share > 0.995 else f"{100 * share:.0f}"


def sentence(text: str) -> str:
    """Returns a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def goal_name(sweep: Sweep) -> str:
    """Returns the goal that the decision is about, with its deadline."""
    return f"{sweep.goal.name} by {month_name(sweep.goal.by)}"


def verdict_counts(sweep: Sweep, points: Sequence[SweepPoint]) -> str:
    """Returns how many points clearly reach the decision level and how many are open, as ``"3 of 8 points clearly reach 80 %, 2 open"``."""
    policies = [point.policy for point in points]
    noun = "policies" if len(set(policies)) == len(policies) > 1 else "points"
    verdicts = [sweep.verdict(point) for point in points]
    above, n_open = verdicts.count("above"), verdicts.count("open")
    number = "none" if not above else "all" if above == len(points) else f"{above:,}"
    rest = f", {n_open:,} open" if n_open else ""
    return f"{number} of {len(points):,} {noun} clearly reach{'' if above else 'es'} {100 * sweep.level:g} %{rest}"
