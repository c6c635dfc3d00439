"""The supply network: tails of the degrees, tiers, preference for one's own, and published targets beside the model."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, CYCLE, DASHES, GREY, INK, offset_text
from aixsim.results.network_targets import is_met
from aixsim.results.result import Result


def draw(result: Result, figure: Any) -> None:
    """Draws four panels from ``network.json``."""
    grid = figure.add_gridspec(2, 3, width_ratios=(1.15, 1.25, 0.95), height_ratios=(1.0, 1.05))
    tails, tiers, same = (figure.add_subplot(grid[0, column]) for column in range(3))
    network = result.network
    _targets(figure.add_subplot(grid[1, :]), network["targets"])
    _tails(tails, network)
    _tiers(tiers, network)
    _preference(same, network)
    sector = network["same"]["sector"]
    ratio = f"; as built, links within a sector are {sector['observed'] / sector['random']:.1f} times as frequent as by chance"
    note = f" ({result.sample_note})" if result.sample_note else ""
    head(
        figure,
        f"The supply network, an input of the model{ratio if sector['random'] else ''}",
        f"Synthetic, not a result: {network['n_firms']:,} firms{note} with {network['ties_by_kind']['supply']:,} supply links,"
        f" {network['supply_links_per_firm']:.1f} a firm.\n"
        "By chance: if customers were drawn regardless of sector and province."
        + (" A sample has smaller hubs and a smaller largest site than the nation." if result.sample_note else ""),
    )


def _tails(axes: Any, network: dict[str, Any]) -> None:
    for name, colour, dash, marker in zip(("customers", "suppliers"), CYCLE, DASHES, ("o", "s"), strict=False):
        tail = network["tail"][name]
        look: dict[str, Any] = {"color": colour, "linestyle": dash, "linewidth": 2, "marker": marker, "markersize": 4}
        axes.loglog(tail["at_least"], tail["share"], label=name, **look)
    axes.set_xlabel("at least this many partners")
    axes.set_ylabel("share of firms")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter(lambda y, _: f"{100 * y:g} %")
    axes.minorticks_off()
    axes.margins(x=0.04)
    axes.legend(loc="lower left")
    axes.set_title("Few firms have many partners")


def _tiers(axes: Any, network: dict[str, Any]) -> None:
    share = 100 * np.array(network["tier_matrix"])
    squares = axes.pcolormesh(share, cmap="Blues", edgecolors="white", linewidth=1)
    for (row, column), value in np.ndenumerate(share):
        words = f"{value:.0f}" if value >= 0.5 else "<1" if value > 0 else ""
        ink = "white" if squares.norm(value) > 0.5 else INK
        axes.text(column + 0.5, row + 0.5, words, ha="center", va="center", color=ink)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(np.arange(len(share)) + 0.5, network["tiers"])
    axes.set_aspect("equal")
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.set_xlabel("tier of the customer")
    axes.set_ylabel("tier of the supplier")
    axes.tick_params(length=0, rotation=0)
    axes.set_title("Who delivers to whom, % of links")


def _preference(axes: Any, network: dict[str, Any]) -> None:
    pairs = {f"same {name}": pair for name, pair in network["same"].items()}
    for place, pair in enumerate(pairs.values()):
        bars = ((-0.19, "observed", BLUE, "", "this network"), (0.19, "random", GREY, "///", "by chance"))
        for offset, key, colour, hatch, label in bars:
            height = 100 * pair[key]
            axes.bar(place + offset, height, 0.36, color=colour, hatch=hatch, edgecolor="white", label=None if place else label)
            offset_text(axes, f"{height:.0f} %", (place + offset, height), (0, 3), ha="center", fontsize=9)
    axes.set_xticks(range(len(pairs)), list(pairs))
    axes.set_xlim(-0.6, 1.6)
    axes.grid(axis="x", visible=False)
    axes.set_ylim(0, 1.35 * 100 * max(value for pair in pairs.values() for value in pair.values()) or 1)
    axes.set_ylabel("% of links")
    axes.legend(loc="upper right")
    axes.set_title("Links within sector and province")


def _targets(axes: Any, targets: list[dict[str, Any]]) -> None:
    """Writes a table: a plot would need an axis for every unit."""
    columns = (0.0, 0.55, 0.75, 0.88, 1.0)
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(targets) + 0.5, -0.8)
    axes.set_title("Published targets beside this network")
    lines = [("target", "published", "range", "this network", "")]
    for target in targets:
        unit = "" if target["unit"] == "1" or target["name"].startswith(target["unit"]) else f" ({target['unit']})"
        rounded = None if target["model"] is None else float(f"{target['model']:.4g}")
        model = "none" if rounded is None else f"{rounded:,.10g}"
        band = f"{target['low']:,g} to {target['high']:,g}"
        lines.append((target["name"] + unit, f"{target['value']:,g}", band, model, "met" if is_met(target) else "not met"))
    for place, line in enumerate(lines):
        look = {"fontsize": 9, "va": "center", "weight": "normal" if place else "bold"}
        for x, words, side in zip(columns, line, ("left", "right", "right", "right", "right"), strict=True):
            axes.text(x, place - 0.5, words, ha=side, **look)


FIGURE = Figure(
    "network",
    Result,
    "Degrees, tiers, preferences and published targets of the supply network",
    draw,
    needs="supply links",
    applies=lambda result: bool(result.network["ties_by_kind"]["supply"]),
    size=(12.0, 10.0),
)
