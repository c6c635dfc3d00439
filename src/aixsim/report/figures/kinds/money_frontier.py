"""The frontier of public money against the probability of goals, with the position of the config."""

from __future__ import annotations

from typing import Any

from aixsim.answers.answer import Row
from aixsim.answers.package_tables import Reach
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, GREY, INK, ORANGE, VERMILION, offset_text


def draw(answer: Reach, figure: Any) -> None:
    """Draws every confirmed package with its intervals; a line joins those that no other package beats."""
    packages = sorted(answer.tables["packages"].rows, key=lambda row: row["public"])
    wanted = answer.tables["wanted"].rows[0]
    axes = figure.subplots()
    axes.axhline(100 * wanted["probability"], color=INK, linewidth=1.0, linestyle=(0, (5, 3)), zorder=1)
    if wanted["at_most"] is not None:
        axes.axvline(wanted["at_most"], color=VERMILION, linewidth=1.0, linestyle=(0, (5, 3)), zorder=1)
        offset_text(axes, f"at most {wanted['at_most']:,.0f}", (wanted["at_most"], 2), (4, 0), color=VERMILION, fontsize=8.5)
    best = [row for row in packages if row["on_frontier"]]
    axes.plot([row["public"] for row in best], [100 * row["probability"] for row in best], color=BLUE, linewidth=1.4, zorder=2)
    for row in packages:
        colour, marker = _look(row)
        x, y = row["public"], 100 * row["probability"]
        axes.plot([x, x], [100 * row["low"], 100 * row["high"]], color=colour, linewidth=1.0, zorder=3)
        axes.plot([row["public_low"], row["public_high"]], [y, y], color=colour, linewidth=1.0, zorder=3)
        axes.plot([x], [y], marker, color=colour, markersize=9 if row["chosen"] or row["package"] == 0 else 6, zorder=4)
        if row["package"] == 0:
            offset_text(axes, "the config", (x, y), (8, 8), color=ORANGE)
        elif row["chosen"]:
            offset_text(axes, row["label"].replace(", ", "\n"), (x, y), (8, -34), fontsize=8.5, color=BLUE)
    axes.set_ylim(-3, 103)
    axes.margins(x=0.06)
    axes.set_yticks(range(0, 101, 20), [f"{y} %" for y in range(0, 101, 20)])
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("Public money over the horizon, KRW bn, mean, in prices of the config")
    axes.set_ylabel(f"Probability of {wanted['goals']}")
    chosen = next(row for row in packages if row["chosen"])
    reached = chosen["verdict"] == "reached" and chosen["within_money"]
    title = (
        f"{100 * wanted['probability']:g} % for KRW {chosen['public']:,.0f} bn"
        if reached
        else "No package is known to reach what is wanted"
    )
    head(
        figure,
        f"{wanted['goals']}: {title}",
        "Packages that the search proposed, each with new random numbers. Dashed: wanted."
        f" What has no stated price is not in the money{': ' + wanted['not_priced'] if wanted['not_priced'] else ''}.",
        "Lines: 95 % intervals of the simulation, those of probabilities for all packages together",
    )


def _look(row: Row) -> tuple[str, str]:
    if row["package"] == 0:
        return ORANGE, "s"
    return (BLUE, "D") if row["chosen"] else (BLUE if row["on_frontier"] else GREY, "o")


FIGURE = Figure(
    "frontier",
    Reach,
    "Public money against the probability of the goals, and the position of the config",
    draw,
    table=lambda answer: answer.tables["packages"],
)
