"""Figure of the backtest: one forecast with the observed counts, and errors by horizon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from aixsim.config.study import Study
from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, MODEL, POOL, Forecast, by_horizon, coverage_of, select
from aixsim.evidence.track_record import LONGEST
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, GREY, INK, VERMILION, end_labels, offset_text, whole_numbers
from aixsim.report.figures.subjects import Backtest
from aixsim.report.text.backtest_table import chosen_forecasts

SHOWN = 2019
"""Origin of the shown forecast if there are several: three years of forecast under an announced plan, then the cut."""

_PALE: Final = "#B4B4B4"


def _looks(forecasts: Sequence[Forecast]) -> dict[str, tuple[str, Any, float]]:
    """Returns colour, dash and width of every model: aixsim, its combination and the best simpler forecast stand out, others are grey."""
    chosen = chosen_forecasts(forecasts, ALL, ANNOUNCED, "cumulative")
    models = list(dict.fromkeys(f.model for f in forecasts))
    scores = {model: np.mean([f.score.crps for f in chosen if f.model == model]) for model in models}
    best = min((model for model in models if model not in (MODEL, POOL)), key=lambda model: scores[model])
    strong = {MODEL: (BLUE, "-", 2.6), best: (VERMILION, "--", 2.2), POOL: (INK, "-.", 1.6)}
    return {model: strong.get(model, (_PALE, "-", 1.1)) for model in models}


def _short(model: str) -> str:
    return model.replace("over last unit cost", "rule")


def draw(backtest: Backtest, figure: Any) -> None:
    """Draws the forecast of one origin, and the errors of all origins by horizon."""
    forecasts = backtest.forecasts
    origins = sorted({f.origin for f in forecasts})
    shown = SHOWN if SHOWN in origins else origins[-1]
    fan, right = figure.subplots(1, 2, width_ratios=(1.35, 1.0))
    right.remove()
    panels = dict(zip((ANNOUNCED, KNOWN), right.get_subplotspec().subgridspec(2, 1, hspace=0.6).subplots(), strict=True))
    looks = _looks(forecasts)
    _fan(fan, forecasts, backtest.study, shown, looks)
    chosen = {policy: chosen_forecasts(forecasts, ALL, policy, "cumulative") for policy in panels}
    for policy, title in ((ANNOUNCED, "Error, announced budgets"), (KNOWN, "Error, actual budgets")):
        _scores(panels[policy], chosen[policy], title, looks, several=len(origins) > 1)
    handles = [(name, colour) for name, (colour, _, _) in looks.items() if colour != _PALE]
    for name, colour in [*handles, ("other simpler forecasts", _PALE)]:
        panels[ANNOUNCED].plot([], [], "s", color=colour, label=_short(name))
    panels[ANNOUNCED].legend(loc="upper left", fontsize=8)
    covered = coverage_of([f.score for f in chosen[ANNOUNCED] if f.model == MODEL])[0.8]
    ending = "" if len(origins) == 1 else f", of {len(origins)} years"
    head(
        figure,
        _title(forecasts, shown),
        f"Left: smart factories supported by the end of the year, forecast at the end of {shown} with the announced plan, later years with"
        f" the actual budgets; medians, dots observed. Right: mean error (CRPS) in factories{ending}, lower is better; with announced"
        f" budgets, {covered.successes} of {covered.n} counts lay in the 80 % intervals of aixsim.",
        "Bands: central 50, 80 and 95 % of the forecast of aixsim",
    )


def _title(forecasts: Sequence[Forecast], origin: int) -> str:
    """States the finding: forecast and observed count of the last announced year."""
    years = {f.year: f.score for f in _of(forecasts, origin, ANNOUNCED) if f.model == MODEL and f.horizon <= LONGEST[ANNOUNCED]}
    year = max(years)
    low, high = years[year].intervals[0.8]
    return f"Forecast at the end of {origin} for {year}: {low:,.0f} to {high:,.0f} (80 %); observed: {years[year].counted:,.0f}"


def _of(forecasts: Sequence[Forecast], origin: int, policy: str) -> list[Forecast]:
    return [f for f in select(forecasts, ALL, policy, "cumulative") if f.origin == origin]


def _fan(axes: Any, forecasts: Sequence[Forecast], study: Study, origin: int, looks: dict[str, tuple[str, Any, float]]) -> None:
    counted = {
        int(item.month[:4]): item
        for item in study.observed
        if item.outcome == "launched" and not item.is_share and item.month.endswith("-12")
    }
    announced = _of(forecasts, origin, ANNOUNCED)
    known = _of(forecasts, origin, KNOWN)
    joined = [f for f in announced if f.horizon <= LONGEST[ANNOUNCED]] + [f for f in known if f.horizon > LONGEST[ANNOUNCED]]
    labels = []
    models = list(dict.fromkeys(f.model for f in joined))
    for model in models:
        colour, dash, width = looks[model]
        path = sorted((f for f in joined if f.model == model), key=lambda f: f.year)
        x = [origin, *(f.year for f in path)]
        start = counted[origin].value
        if model == MODEL:
            for level, alpha in ((0.95, 0.14), (0.8, 0.18), (0.5, 0.24)):
                ends = [(start, start), *(f.score.intervals[level] for f in path)]
                axes.fill_between(x, [low for low, _ in ends], [high for _, high in ends], color=BLUE, alpha=alpha, linewidth=0)
        order = 2 if colour != _PALE else 1
        axes.plot(x, [start, *(f.score.median for f in path)], color=colour, linestyle=dash, linewidth=width, zorder=order)
        labels.append((path[-1].score.median, f"  {_short(model)}", GREY if colour == _PALE else colour))
    for verified, face in ((True, INK), (False, "white")):
        points = [(year, item.value) for year, item in counted.items() if item.verified is verified]
        axes.plot(
            [x for x, _ in points], [y for _, y in points], "o", color=INK, markerfacecolor=face, markersize=5, zorder=5, clip_on=False
        )
    last = max(f.year for f in announced if f.horizon <= LONGEST[ANNOUNCED])
    if any(f.year > last for f in joined):
        axes.axvline(last + 0.5, color=GREY, linewidth=0.9, linestyle=(0, (2, 3)))
        offset_text(axes, "budget cut known\nas policy", (last + 0.55, 0), (3, 6), fontsize=8, color=GREY)
    whole_numbers(axes)
    axes.set_xlim(min(counted), max(counted) + 0.05)
    axes.set_xticks(sorted(counted), [f"’{year % 100:02d}" for year in sorted(counted)])
    end_labels(axes, max(f.year for f in joined), labels)


def _scores(axes: Any, chosen: Sequence[Forecast], title: str, looks: dict[str, tuple[str, Any, float]], *, several: bool) -> None:
    summaries = by_horizon(chosen)
    models = list(summaries[0].crps)
    width = 0.8 / len(models)
    for k, model in enumerate(models):
        x = [s.horizon + (k - (len(models) - 1) / 2) * width for s in summaries]
        axes.bar(x, [s.crps[model] for s in summaries], width * 0.92, color=looks[model][0])
    ahead = [f"{s.horizon} year{'s' if s.horizon > 1 else ''}" + (f"\nn = {s.n}" if several else "") for s in summaries]
    axes.set_xticks([s.horizon for s in summaries], ahead)
    axes.set_title(title)
    axes.grid(visible=False, axis="x")
    axes.margins(x=0.03)
    whole_numbers(axes)
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    axes.tick_params(labelsize=8)


FIGURE = Figure("backtest", Backtest, "A forecast with the observed counts, and errors by horizon", draw, size=(11.0, 6.8))
