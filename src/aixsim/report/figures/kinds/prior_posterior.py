"""Prior and posterior of the parameters that change most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.config.setting_names import setting_name
from aixsim.model.keys import parse_key
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import BLUE, GREY
from aixsim.report.figures.subjects import Calibration

_SHOWN = 12
_COLUMNS = 4
_LEARNED = 0.25
"""Minimum change of a posterior, in widths of the prior range, for a parameter to count as informed."""


def narrowed(one: dict[str, Any]) -> float:
    """Returns the change in width or position of the 90 % range of a parameter, in widths of its prior range."""
    prior, posterior = one["prior"], one["posterior"]
    width = (prior["p95"] - prior["p05"]) or 1.0
    return abs(posterior["p50"] - prior["p50"]) / width + max(1.0 - (posterior["p95"] - posterior["p05"]) / width, 0.0)


def draw(calibration: Calibration, figure: Any) -> None:
    """Draws a histogram of the parameters that change most, over the 90 % range of its prior."""
    uncertain = _uncertain(calibration)
    shown = uncertain[:_SHOWN]
    names = short_names([one["key"] for one in shown])
    for panel, one, name in zip(panel_grid(figure, len(shown), _COLUMNS), shown, names, strict=True):
        _panel(panel, one, name, calibration.values[:, list(calibration.keys).index(one["key"])])
    learned = sum(narrowed(one) > _LEARNED for one in uncertain)
    head(
        figure,
        f"The counts inform {learned} of {len(uncertain)} uncertain parameters",
        "Blue: posterior, share of particles. Grey: 90 % range of the prior; dashed: its median. Shown: the parameters that change most."
        " The others keep their prior.",
        "Ranges: central 90 % of the prior",
    )


def _uncertain(calibration: Calibration) -> list[dict[str, Any]]:
    """Returns the uncertain parameters, sorted by change."""
    found = [one for one in calibration.report["parameters"] if one["prior"]["p05"] < one["prior"]["p95"]]
    return sorted(found, key=narrowed, reverse=True)


def _panel(axes: Any, one: dict[str, Any], name: str, values: NDArray[np.float64]) -> None:
    prior = one["prior"]
    low, high = min(float(values.min()), prior["p05"]), max(float(np.quantile(values, 0.995)), prior["p95"])
    weights = np.full(len(values), 100.0 / len(values))
    axes.hist(values, bins=np.linspace(low, high, 26), weights=weights, color=BLUE, alpha=0.85, linewidth=0)
    axes.axvspan(prior["p05"], prior["p95"], color="#D9D9D9", alpha=0.55, linewidth=0, zorder=0)
    axes.axvline(prior["p50"], color=GREY, linewidth=1.2, linestyle=(0, (3, 2)))
    axes.set_title(name, fontsize=9)
    axes.set_xlim(low, high)
    axes.locator_params(axis="x", nbins=4)
    axes.locator_params(axis="y", nbins=3)
    axes.tick_params(labelsize=8)
    axes.xaxis.set_major_formatter("{x:,.4g}")  # not as multiples of a power of ten
    axes.yaxis.set_major_formatter("{x:.0f} %")


def short_names(keys: Sequence[str]) -> list[str]:
    """Returns a readable name with its unit for each config key; it includes the programme where two would be called alike."""
    names, found = [_name(key) for key in keys], Counter(map(_name, keys))
    return [name if found[name] == 1 else f"{parse_key(key)[1]}: {name}" for key, name in zip(keys, names, strict=True)]


def _name(key: str) -> str:
    parts = list(map(str, parse_key(key)))
    if len(parts) == 1:
        return parts[0].replace("_", " ")
    is_level = parts[0] == "programme" and len(parts) > 3 and not parts[-1].isdigit()
    section = f"{parts[0]} by " if parts[-2] == "size" else f"{parts[-2].replace('_', ' ')}: " if is_level else ""
    return f"{section}{setting_name(key, with_programme=False)}"


FIGURE = Figure(
    "prior-posterior",
    Calibration,
    "Prior and posterior of the parameters that change most",
    draw,
    size=lambda calibration: (11.0, 1.3 + 1.75 * math.ceil(len(_uncertain(calibration)[:_SHOWN]) / _COLUMNS)),
)
