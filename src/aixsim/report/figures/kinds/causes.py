"""What launched and operating AI factories go back to, and how many decisions follow from one."""

from __future__ import annotations

from typing import Any

from aixsim.answers.family_rows import ALL, in_words
from aixsim.answers.family_tree import Ancestry
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, GREY, HATCHES, OUTCOME_LOOK, row_text
from aixsim.world.classification import ROUTES

_GROUPS = ("agent_type", "size", "launched")
_ROUTE_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")


def draw(answer: Ancestry, figure: Any) -> None:
    """Draws a bar a cause, divided by who pays, and reproduction numbers with their intervals."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1.0))
    rows = [row for row in answer.tables["causes"].rows if row["outcome"] == "launched"]
    causes = list(dict.fromkeys(row["cause"] for row in rows))
    longest = max((row["count_high"] for row in rows if row["route"] == ALL), default=0.0) or 1.0
    for y, cause in enumerate(reversed(causes)):
        start = 0.0
        for row in (row for row in rows if row["cause"] == cause and row["route"] != ALL):
            k = ROUTES.index(row["route"])
            left.barh(y, row["count"], 0.62, left=start, color=_ROUTE_COLOURS[k], hatch=HATCHES[k], linewidth=0)
            start += row["count"]
        (whole,) = (row for row in rows if row["cause"] == cause and row["route"] == ALL)
        left.plot([whole["count_low"], whole["count_high"]], [y, y], color=GREY, linewidth=1.2)
        row_text(left, -0.01, y, in_words(cause), ha="right")
        share = "" if whole["share"] is None else f"  {100 * whole['share']:.1f} %"
        row_text(left, 1.01, y, f"{whole['count']:,.0f}{share}", ha="left")
    for route in dict.fromkeys(row["route"] for row in rows if row["route"] != ALL):
        k = ROUTES.index(route)
        left.barh([0], [0], color=_ROUTE_COLOURS[k], hatch=HATCHES[k], linewidth=0, label=f"paid: {route}")
    left.legend(loc="lower right", fontsize=8)
    left.set_xlim(0, 1.03 * longest)
    left.set_title("Launched factories by what their decisions go back to")
    found = [row for row in (answer.tables["reproduction"].rows if "reproduction" in answer.tables else ()) if row["group"] in _GROUPS]
    for y, row in enumerate(reversed(found)):
        for outcome, shift in (("decided", 0.14), ("launched", -0.14)):
            colour = OUTCOME_LOOK[outcome][0]
            right.plot([row[f"{outcome}_low"], row[f"{outcome}_high"]], [y + shift] * 2, color=colour, linewidth=1.4)
            right.plot([row[outcome]], [y + shift], "o" if outcome == "decided" else "s", color=colour, markersize=4.5)
        row_text(right, -0.01, y, f"launched {row['level']}" if row["group"] == "launched" else row["level"], ha="right")
    for outcome, marker in (("decided", "o"), ("launched", "s")):
        right.plot(
            [], [], marker, color=OUTCOME_LOOK[outcome][0], markersize=5, label={"decided": "decisions", "launched": "launches"}[outcome]
        )
    right.legend(loc="lower right", fontsize=8)
    right.axvline(1.0, color=BLUE, linewidth=0.8, linestyle=(0, (5, 3)))
    right.set_xlim(0, None)
    right.set_title("What follows from one factory until the end")
    for axes in (left, right):
        axes.set_yticks([])
        axes.grid(axis="y", visible=False)
    head(
        figure,
        finding(answer),
        "Shares of the pressure that carried each firm over its resistance; they attribute and are no effects."
        " Factories of the last years have had little time to be followed.",
        "Lines: 95 % intervals of the mean",
    )


def finding(answer: Ancestry) -> str:
    """Returns the title: the share of the largest cause of launches, and how many launches follow from one factory."""
    whole = [row for row in answer.tables["causes"].rows if row["outcome"] == "launched" and row["route"] == ALL]
    if not any(row["count"] for row in whole):
        return "No AI factory is launched"
    most, total = max(whole, key=lambda row: float(row["count"])), sum(row["count"] for row in whole)
    said = f"{100 * most['share']:.0f} % of {total:,.0f} launched AI factories go back to {in_words(most['cause'])}"
    everyone = [row for row in answer.tables["reproduction"].rows if row["group"] == ALL] if "reproduction" in answer.tables else []
    return said + "".join(f"; {row['launched']:.2f} launches follow from one" for row in everyone)


FIGURE = Figure("causes", Ancestry, "What AI factories go back to, and what follows from one", draw, size=(12.5, 5.6))
