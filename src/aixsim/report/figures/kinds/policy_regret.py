"""Robustness: how often each policy is good enough, and how far it is from the best one of the same future."""

from __future__ import annotations

from typing import Any, Final

from aixsim.answers.answer import Row
from aixsim.answers.robust_policies import Robustness
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, CYCLE, GREY, INK, ORANGE

_MOST: Final = 15
_MARKS: Final = ("o", "s", "D", "^", "v", "P", "X", "*")


def draw(answer: Robustness, figure: Any) -> None:
    """Draws the shares of futures on the left, and the regret in the count of the first goal on the right, one row a policy."""
    good, regret = answer.tables["satisficing"].rows, _first(answer)
    order = sorted(regret, key=lambda row: row["mean"])[:_MOST]
    place = {row["policy"]: y for y, row in enumerate(order)}
    left, right = figure.subplots(1, 2, sharey=True)
    criteria = list(dict.fromkeys(row["criterion"] for row in good))
    for k, criterion in enumerate(criteria):
        own = [row for row in good if row["criterion"] == criterion and row["policy"] in place]
        ys = [place[row["policy"]] + 0.6 * ((k + 0.5) / len(criteria) - 0.5) for row in own]
        shares = [100 * row["share"] for row in own]
        ends = [[100 * (row["share"] - row["share_low"]) for row in own], [100 * (row["share_high"] - row["share"]) for row in own]]
        look: dict[str, Any] = {"color": CYCLE[k % len(CYCLE)], "marker": _MARKS[k % len(_MARKS)]}
        left.errorbar(shares, ys, xerr=ends, linestyle="", markersize=6, capsize=2, label=criterion, **look)
    left.set_xlim(-3, 103)
    left.xaxis.set_major_formatter("{x:g} %")
    left.set_xlabel("Share of futures")
    for name, colour, mark, label in (("mean", BLUE, "o", "mean"), ("p90", ORANGE, "s", "90 % of futures below")):
        values = [row[name] for row in order]
        ends = [[row[name] - row[f"{name}_low"] for row in order], [row[f"{name}_high"] - row[name] for row in order]]
        right.errorbar(values, range(len(order)), xerr=ends, color=colour, marker=mark, linestyle="", markersize=6, capsize=2, label=label)
    right.plot([row["largest"] for row in order], range(len(order)), "|", color=GREY, markersize=9, markeredgewidth=1.6, label="largest")
    right.set_xscale("symlog", linthresh=10)
    right.set_xlim(-1, 1.3 * max(10.0, *(row["largest"] for row in order)))
    right.xaxis.set_major_formatter("{x:,.0f}")
    right.set_xlabel(f"Regret, {regret[0]['unit']}")
    left.set_yticks(range(len(order)), [row["policy"] for row in order], color=INK, fontsize=9)
    left.set_ylim(len(order) - 0.4, -0.6)
    for axes, title in ((left, "Good enough"), (right, "Behind the best policy of the same future")):
        axes.set_title(title, pad=24)
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=4, fontsize=8.5, columnspacing=1.0, handletextpad=0.3)
    more = f" {len(regret) - len(order):,} more policies are not shown." if len(regret) > len(order) else ""
    head(
        figure,
        f"{order[0]['policy']} has the least mean regret in {regret[0]['quantity']}",
        "Left: share of futures in which a policy reaches the goal. Right: how far its count is behind the best of these policies."
        f" Conditional on the model's assumptions.{more}",
        "Lines: 95 % intervals of the simulation; the largest has none",
    )


def _first(answer: Robustness) -> list[Row]:
    rows = answer.tables["regret"].rows
    return [row for row in rows if row["quantity"] == rows[0]["quantity"]]


FIGURE = Figure(
    "regret",
    Robustness,
    "How often policies are good enough, and how far they are from the best",
    draw,
    size=lambda answer: (12.0, 0.42 * min(len(_first(answer)), _MOST) + 2.6),
)
