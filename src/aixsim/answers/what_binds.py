"""What binds: the change of the goals with a tenth more money, demand, own money of firms, or vendors and engineers; also by unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aixsim.answers.answer import Row
from aixsim.config.build import problems
from aixsim.config.study import Study
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.scenario import Scenario

MORE: Final = 0.1
"""By how much more of everything is tried."""
_SCALED: Final = ("low", "high", "median")
_PERCENT: Final = ("1 %", 100 * MORE)
Settings = Mapping[str, Any]


def more_of(study: Study) -> dict[str, dict[str, Any]]:
    """Returns the settings with more of each thing than in the config; what the config does not limit is left out."""
    document = study.table.document()
    rates = {f"mechanisms.{name}.rate": _times(law["rate"]) for name, law in document["mechanisms"].items() if "rate" in law}
    found: dict[str, dict[str, Any]] = {}
    if study.programme:
        factor = document["levers"].get("budget", {}).get("budget_factor", 1.0)
        if isinstance(factor, Mapping) and "dist" not in factor:  # years that a table leaves out keep their budget
            factor = {str(year): 1.0 for year in study.horizon.years} | {str(year): value for year, value in factor.items()}
        found["money"] = {"levers.budget.budget_factor": _times(factor)}
    if rates:
        found["demand"] = rates
    if _pays_shares(document):  # otherwise nobody asks what a firm can bring
        found["own money"] = {"matching.own_share": _times(document["matching"]["own_share"])}
    if _middle(document["capacity"]["projects"]) > 0.0:  # 0 is no limit
        found["capacity"] = {"capacity.projects": _times(document["capacity"]["projects"])}
    return found


def units_of(study: Study, more: Mapping[str, Settings], replicates: Sequence[int], by: str) -> dict[str, tuple[str, float]]:
    """Returns a unit for each thing, and how many units a tenth more is in the mean over replicates.

    Of money it is KRW 100 bn that come by the end of the year of the deadline ``by``, of capacity 10 projects at once in the mean over the
    months until then, of the rest 1 %.
    """
    out, last = dict.fromkeys(more, _PERCENT), study.horizon.index(by)
    until = {"money": study.horizon.year_index(last) + 1, "capacity": last + 1}
    before = [draw_scenario(problems(study)(replicate), replicate) for replicate in replicates]
    for what, unit, measure in (("money", "KRW 100 bn", _money), ("capacity", "10 projects at once", _capacity)):
        if what in more:
            other, n = problems(study.with_(more[what])), until[what]
            gains = [measure(draw_scenario(other(r), r), n) - measure(case, n) for r, case in zip(replicates, before, strict=True)]
            out[what] = unit, sum(gains) / len(gains)
    return out


def by_unit(row: Row, unit: tuple[str, float]) -> dict[str, Any]:
    """Returns the change of the count by unit: the shadow price, with its interval; None where a tenth more is nothing."""
    name, many = unit
    ends = {f"by_unit{end}": row[f"count{end}"] / many if many > 0.0 else None for end in ("", "_low", "_high")}
    return {"unit": name, "units": many, **ends}


def binding(binds: Sequence[Row]) -> Row | None:
    """Returns the row of what binds most: of the changes whose interval is above 0 the largest; None if there is none."""
    return max((row for row in binds if row["count_low"] > 0.0), key=lambda row: float(row["count"]), default=None)


def why(binds: Sequence[Row]) -> str:
    """Returns why a lever that changes no replicate changes none, as far as these changes tell."""
    found = binding(binds)
    if found is not None:
        return f"what binds is {found['more']}: a tenth more of it adds {found['count']:,.0f}"
    names = ", ".join(str(row["more"]) for row in binds)
    return f"nothing that was tried binds ({names})" if names else "nothing was tried that could bind"


def _money(case: Scenario, n_years: int) -> float:
    return sum(float((line.budget + line.change)[:n_years].sum()) for line in case.lines) / 1e11 / case.scale


def _capacity(case: Scenario, n_months: int) -> float:
    return float(case.projects_at_once[:n_months].mean()) / 10.0


def _pays_shares(document: Mapping[str, Any]) -> bool:
    """Returns whether a funding line of a config pays a share of a project's cost; ``Scenario.matches`` without its draws."""
    tables = [*document["programme"], *document["levers"].values()]
    stated = [table.get("public_share", 0.0) for table in tables]
    shares = [share for one in stated for share in (one.values() if isinstance(one, Mapping) and "dist" not in one else (one,))]
    return any(isinstance(share, Mapping) or share > 0.0 for share in shares)


def _middle(value: Any) -> float:
    return float(next(value[key] for key in ("median", "low") if key in value) if isinstance(value, Mapping) else value)


def _times(value: Any) -> Any:
    """Returns a number, a distribution or a table by year raised by ``MORE``."""
    if not isinstance(value, Mapping):
        return value * (1.0 + MORE)
    if "dist" not in value:
        return {key: _times(item) for key, item in value.items()}
    return {key: item * (1.0 + MORE) if key in _SCALED else item for key, item in value.items()}
