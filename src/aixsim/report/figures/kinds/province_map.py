"""A tile map of the 17 provinces: expected AI factories, in total and per 1,000 firms."""

from __future__ import annotations

from typing import Any

from matplotlib import colormaps

from aixsim.answers.answer import AnswerTable
from aixsim.model.calendar import parse_month
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import scaled_note
from aixsim.report.figures.tiles import Tile, draw_tiles, pole_table, tile_legend
from aixsim.report.figures.time_axis import month_name
from aixsim.results.result import Result
from aixsim.world.classification import PROVINCES


def draw(result: Result, figure: Any) -> None:
    """Draws two maps and, as legend of the poles, a table of their totals."""
    number, rate, table = figure.subplots(1, 3, width_ratios=(1, 1, 0.94))
    deadline = str(result.goal_records[0]["by"]) if result.goal_records else result.horizon.end
    counts, per_1000 = _launched(result, "province", deadline)
    highest, steepest = (max(*values.values(), 1e-12) for values in ({p: c[0] for p, c in counts.items()}, per_1000))
    blues = colormaps["Blues"]
    draw_tiles(number, {p: Tile(0.85 * c[0] / highest, _short(c[0]), f"{c[1]:,.0f} to {c[2]:,.0f}") for p, c in counts.items()}, blues)
    number.set_title("AI factories launched")
    tile_legend(number, blues, 0.85, (0.0, highest))
    tile_legend(rate, blues, 0.75, (0.0, steepest))
    firms = _firms(result, "province")
    draw_tiles(rate, {p: Tile(0.75 * v / steepest, _short(v), f"of {firms[p]:,.0f}") for p, v in per_1000.items()}, blues)
    rate.set_title("per 1,000 firms")
    poles, pole_rates = _launched(result, "pole", deadline)
    rows = {pole: (f"{mean:,.0f}\n{low:,.0f} to {high:,.0f}", f"{pole_rates[pole]:.1f}") for pole, (mean, low, high) in poles.items()}
    pole_table(table, rows, ("launched", "per 1,000\nfirms"), (0.74, 1.0))
    table.set_title("Five poles and three special zones")
    head(
        figure,
        f"AI factories launched in the model by {month_name(deadline)}",
        f"Counted projects{scaled_note(result)}, means, because provinces add up. Small print: left 90 % range, right the number of firms."
        " One tile per province, neighbours are close; not to scale. Frames: poles and special zones.",
        "Ranges: central 90 % of replicates",
    )


def _firms(result: Result, group: str) -> dict[str, float]:
    """Returns the nation's firms by level."""
    return {level: n / result.scale for level, n in result.firms["by"][group].items()}


def _launched(result: Result, group: str, deadline: str) -> tuple[dict[str, tuple[float, float, float]], dict[str, float]]:
    """Returns national mean, 5 % and 95 % quantile by level, and the mean for 1,000 firms."""
    year, month = parse_month(deadline)
    table = result.groups()
    chosen = table[(table["group"] == group) & (table["outcome"] == "launched")]
    chosen = chosen[[(day.year, day.month) == (year, month) for day in chosen["month"]]].set_index("level")
    numbers = (chosen[["mean", "p05", "p95"]] / result.scale).to_dict("index")
    counts = {str(level): (row["mean"], row["p05"], row["p95"]) for level, row in numbers.items()}
    return counts, {level: 1000 * counts[level][0] / n if n else 0.0 for level, n in _firms(result, group).items()}


def _table(result: Result) -> AnswerTable:
    """Returns count and rate by province."""
    deadline = str(result.goal_records[0]["by"]) if result.goal_records else result.horizon.end
    counts, rates = _launched(result, "province", deadline)
    rows = [
        {"province": name, "launched": mean, "p05": low, "p95": high, "per 1,000 firms": rates[name]}
        for name, (mean, low, high) in counts.items()
    ]
    return AnswerTable(rows, dict.fromkeys(("launched", "p05", "p95"), "AI factories"))


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 99.5 else f"{value:.1f}"


def _applies(result: Result) -> bool:
    """Whether there are several provinces; results of earlier versions lack the number of firms."""
    if not result.has("firms") or not result.has_launched:
        return False
    return sum(result.firms["by"]["province"][province] > 0 for province in PROVINCES) > 1


FIGURE = Figure(
    "map",
    Result,
    "Tile map of the 17 provinces: AI factories launched, and for 1,000 firms",
    draw,
    needs="launched AI factories in more than one province",
    applies=_applies,
    size=(11.6, 6.6),
    table=_table,
)
