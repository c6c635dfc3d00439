"""Dependence of the result on the definition of an AI factory."""

from __future__ import annotations

from typing import Any

from matplotlib.patheffects import withStroke

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.style import BLUE, BROWN, GREEN, INK, VERMILION, head, offset_text, row_text, scaled_note
from aixsim.report.figures.sweep_names import sentence
from aixsim.report.figures.time_axis import month_name
from aixsim.report.text.counting_table import first_target
from aixsim.results.counting_rules import STATUSES
from aixsim.results.result import Result
from aixsim.stats.intervals import percent

_COLOURS = (BLUE, BROWN, GREEN)
_MARKERS = ("o", "s", "D")
_STEP, _SPACE = 1.0, 1.1


def draw(result: Result, figure: Any) -> None:
    """Draws one row per rule: median and 90 % range of the count against the target, and the probability in words."""
    axes = figure.subplots()
    shown = first_target(result.counting)
    at_least, by = shown[0]["at_least"], shown[0]["by"]
    y, ticks, names = 0.0, [], []
    halo = [withStroke(linewidth=3, foreground="white")]  # the line of the target may run through a number
    for status, colour, marker in zip(STATUSES, _COLOURS, _MARKERS, strict=True):
        heading: dict[str, Any] = {"fontsize": 10.5, "fontweight": "bold", "va": "center", "color": colour}
        axes.text(0.0, y - 0.85, sentence(status), **heading, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})
        for record in (r for r in shown if r["status"] == status):
            count = record["count"]
            axes.plot([count["p05"], count["p95"]], [y, y], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
            axes.plot([count["p50"]], [y], marker, color=colour, markersize=8, markeredgecolor="white", zorder=3)
            offset_text(axes, f"{count['p50']:,.0f}", (count["p50"], y), (0, 7), ha="center", fontsize=8, path_effects=halo)
            row_text(axes, 1.02, y, record["short_statement"], color=INK)
            ticks.append(y)
            names.append(record["scope"])
            y += _STEP
        y += _SPACE
    axes.axvline(at_least, color=VERMILION, linewidth=1.4, linestyle=(0, (6, 3)), zorder=1)
    axes.set_ylim(y - _SPACE - 0.4, -1.3)
    look: dict[str, Any] = {"color": VERMILION, "fontsize": 9, "fontweight": "bold", "va": "bottom", "ha": "center"}
    offset_text(axes, f"target {at_least:,.0f}", (at_least, -1.3), (0, 3), **look)
    row_text(axes, 1.02, -0.72, f"Probability [{100 * shown[0]['confidence']:g} % interval]", fontweight="bold")
    axes.set_yticks(ticks, names, color=INK)
    axes.set_xlim(0, 1.06 * max(at_least, *(r["count"]["p95"] for r in shown)))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("AI factories")
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    lowest, highest = (pick(shown, key=lambda r: r["probability"]) for pick in (min, max))
    head(
        figure,
        f"{at_least:,.0f} AI factories by {month_name(by)}: {_words(lowest)} to {_words(highest)} likely, depending on what counts",
        f"One run counted in {len(shown)} ways{scaled_note(result)}. Marks: median. Bars: 90 % of replicates.\n"
        "All public money: programme calls, collaboration models and AX parks. Every route: also projects that firms pay themselves.",
    )


def _words(record: dict[str, Any]) -> str:
    """Returns a probability; for 0 and n successes the bound of its interval."""
    bound = record["short_statement"].partition("(")[2].removesuffix(")")
    return bound or percent(record["probability"])


FIGURE = Figure(
    "counting",
    Result,
    "Dependence of the result on the definition of an AI factory",
    draw,
    needs="a [[goal]] on AI factories",
    applies=lambda result: bool(result.counting),
    size=(9.6, 6.2),
)
