"""Tornado: the probability of a goal at both ends of the range of each number, and without each lever."""

from __future__ import annotations

from typing import Any, Final

from aixsim.answers.answer import Row
from aixsim.answers.one_at_a_time import Tornado
from aixsim.answers.swings import number, place
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, translated
from aixsim.report.figures.style import BLUE, GREY, INK, ORANGE, offset_text, row_text

MOST: Final = 15
_SURE: Final = 0.05


def draw(answer: Tornado, figure: Any) -> None:
    """Draws one bar a number or lever, the longest on top, from the probability at its low end to that at its high end."""
    (base,), rows = answer.tables["base"].rows, answer.tables["tornado"].rows[:MOST]
    crossed = answer.tables["switching"].rows
    levels = sorted({row["level"] for row in crossed})
    axes = figure.subplots()
    for level in levels:
        axes.axvline(100 * level, color=INK, linewidth=1.0, linestyle=(0, (5, 3)), zorder=1)
    for y, row in enumerate(reversed(rows)):
        _bar(axes, y, row, 100 * base["p"])
        name = translated(figure, row["name"])
        name = name if len(name) <= 44 else f"{name[:43]}…"
        row_text(axes, -0.01, y, name, ha="right", color=INK if row["p_value"] < _SURE else GREY)
        found = [one for one in crossed if one["key"] == row["key"] and one["value"] is not None]
        row_text(axes, 1.02, y, "\n".join(f"{100 * one['level']:g} % at {place(one)}" for one in found), fontsize=8)
    axes.axvline(100 * base["p"], color=INK, linewidth=1.6, zorder=4)
    axes.set_yticks([])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(-6, 106)
    axes.set_xticks(range(0, 101, 20), [f"{x} %" for x in range(0, 101, 20)])
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(f"Probability of {base['goal']} by {base['by']}")
    for colour, label in ((ORANGE, "at the low end, or lever off"), (BLUE, "at the high end"), ("#C9C9C9", "not significant")):
        axes.plot([], [], "s", color=colour, markersize=8, label=label)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, fontsize=8.5)
    row_text(axes, 1.02, len(rows) - 0.3, "switching value [95 %]" if any(one["value"] is not None for one in crossed) else "", fontsize=8)
    strongest = (
        f"{rows[0]['name']} alone moves it most" if rows[0]["p_value"] < _SURE else "no number or lever alone moves it significantly"
    )
    lines = " and ".join(f"{100 * level:g} %" for level in levels)
    more = len(answer.tables["tornado"].rows) - len(rows)
    head(
        figure,
        f"{base['goal']}: {100 * base['p']:.0f} %; {strongest}",
        f"Each number alone at both ends of its documented range, all else as in the config (line). Dashed: {lines}."
        f" Significant: with Holm's correction.{f' {more:,} weaker ones are not shown.' if more else ''}",
        "Thin lines: 95 % intervals of the simulation",
    )


def _bar(axes: Any, y: int, row: Row, base: float) -> None:
    """Draws both ends of one bar from the probability of the config, with their values and intervals."""
    sides = [(100 * row[f"p_{side}"], side, colour) for side, colour in (("low", ORANGE), ("high", BLUE))]
    # The longer of two on the same side first, so that both are seen.
    for p, side, colour in sorted(sides, key=lambda one: -abs(one[0] - base)):
        axes.barh(y, p - base, left=base, height=0.62, color=colour if row["p_value"] < _SURE else "#C9C9C9", linewidth=0, zorder=2)
        if not _is_config(row, side):
            axes.plot([100 * row[f"p_{side}_from"], 100 * row[f"p_{side}_to"]], [y, y], color=GREY, linewidth=1.0, zorder=3)
    ends = sorted(sides)
    for (_, side, _), end, shift, align in zip(ends, ("from", "to"), (-3, 3), ("right", "left"), strict=True):
        if not _is_config(row, side):
            text = "off" if row[side] is None else number(row[side])
            offset_text(axes, text, (100 * row[f"p_{side}_{end}"], y), (shift, 0), ha=align, va="center", fontsize=7.5, color=GREY)


def _is_config(row: Row, side: str) -> bool:
    """Returns whether an end is the config itself: that of a lever which is on."""
    return row["kind"] == "lever" and side == "high"


FIGURE = Figure(
    "tornado",
    Tornado,
    "The probability of a goal at both ends of each number's range",
    draw,
    size=lambda answer: (11.0, 0.34 * len(answer.tables["tornado"].rows[:MOST]) + 2.3),
    table=lambda answer: answer.tables["tornado"],
)
