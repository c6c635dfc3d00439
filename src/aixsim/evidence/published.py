"""Published values of programmes, by programme, setting and year.

The model does not use them. They serve to identify values of a config that differ from published ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aixsim.config.values import plain
from aixsim.config.variant import in_words
from aixsim.random.distributions import Distribution


@dataclass(frozen=True, slots=True)
class Published:
    """A value.

    Attributes:
        value: as in the settings of a study.
        grade: ``A`` quoted, ``B`` derived, ``C`` assumed near a published value.
        source: table of the package, and how the value follows from it.
    """

    value: Any
    grade: str
    source: str


_BUDGETS, _DELIVERY = "ai_factory_budgets.csv", "ai_factory_plan_and_delivery.csv"
_EVEN = Published(47.5, "C", f"{_BUDGETS}: 190 for 2024 to 2027; the equal split is assumed")
_LINES = f"{_BUDGETS}: between the straight lines from 145.0 and from 220 in 2026 to 200 in 2030; that they are straight is assumed"
_FIRST, _SECOND = "Lead projects 2024", "AI Factory lead projects"
PUBLISHED: Final[Mapping[tuple[str, str, str], Published]] = {
    **{(_FIRST, "budget_krw_bn", str(year)): _EVEN for year in range(2024, 2028)},
    (_FIRST, "grant_krw_bn", ""): Published(7.3, "B", f"{_BUDGETS}: 190 / 26"),
    (_FIRST, "call_months", ""): Published([6], "A", "ai_factory_programme_by_year.csv: demand call of 5 June 2024"),
    (_FIRST, "lag_months", ""): Published(4, "B", "ai_factory_programme_by_year.csv: call in June, signed in October 2024"),
    (_FIRST, "instalments", ""): Published(4, "A", "ai_factory_programme_by_year.csv: 4 years"),
    (_SECOND, "budget_krw_bn", "2025"): Published(63.2, "A", _BUDGETS),
    (_SECOND, "budget_krw_bn", "2026"): Published(
        Distribution("choice", (145.0, 220.0)), "C", f"{_BUDGETS}: bill of the finance ministry, and of the industry ministry"
    ),
    (_SECOND, "budget_krw_bn", "2027"): Published(Distribution("uniform", (158.75, 215.0)), "C", _LINES),
    (_SECOND, "budget_krw_bn", "2028"): Published(Distribution("uniform", (172.5, 210.0)), "C", _LINES),
    (_SECOND, "budget_krw_bn", "2029"): Published(Distribution("uniform", (186.25, 205.0)), "C", _LINES),
    (_SECOND, "budget_krw_bn", "2030"): Published(200.0, "A", f"{_BUDGETS}: expected in May 2025"),
    (_SECOND, "grant_krw_bn", "2025"): Published(0.83, "B", f"{_BUDGETS}: 63.2 / 76"),
    (_SECOND, "grant_krw_bn", "2026"): Published(
        Distribution("loguniform", (0.83, 2.0)), "C", f"{_BUDGETS}: 0.83 in 2025, 1.65 in the call of 2026; 2.0 is the plan of 2030"
    ),
    (_SECOND, "planned_number", "2026"): Published(100.0, "A", _DELIVERY),
    (_SECOND, "planned_number", "2030"): Published(100.0, "A", "ai_factory_targets_history.csv: announced in May 2025"),
    (_SECOND, "lowest_grant_krw_bn", ""): Published(0.83, "B", f"{_BUDGETS}: 63.2 / 76 in 2025"),
    (_SECOND, "highest_grant_krw_bn", ""): Published(2.0, "B", f"{_BUDGETS}, ai_factory_targets_history.csv: 200 / 100 in 2030"),
    (_SECOND, "call_months", ""): Published([5], "A", _DELIVERY),
    (_SECOND, "lag_months", ""): Published(
        Distribution("choice", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)),
        "C",
        f"{_DELIVERY}: call in May and June, selection in June and July; when the contract follows is assumed",
    ),
}
"""The year is empty if one value holds for all years."""
_NONE: Final = Published(0.0, "A", "")
_FIRST_YEAR: Final = 2024
"""Keys of the AI Factory programmes."""


def unlike_published(programmes: Sequence[Mapping[str, Any]], last_year: int) -> list[str]:
    """Returns, in words, the settings of the AI Factory programmes that differ from published values, up to a year.

    Args:
        programmes: the ``[[programme]]`` tables of a resolved config.
        last_year: of the last observed count.
    """
    stated = {table["name"]: table for table in programmes}
    out = [f"{name} is missing" for name in dict.fromkeys(name for name, *_ in PUBLISHED) if name not in stated]
    for name, table in stated.items():
        years = [str(year) for year in range(_FIRST_YEAR, last_year + 1)]
        for year in years:
            budget = _in_year(table["budget_krw_bn"], year)
            _note(out, f"{name}, budget of {year} in KRW bn", budget, PUBLISHED.get((name, "budget_krw_bn", year), _NONE).value)
            grant = PUBLISHED.get((name, "grant_krw_bn", year)) or PUBLISHED.get((name, "grant_krw_bn", ""))
            if grant and budget and _in_year(table["grant_krw_bn"], year) != 0.0:
                _note(out, f"{name}, grant of {year} in KRW bn", _in_year(table["grant_krw_bn"], year), grant.value)
        for setting in ("call_months", "lag_months", "instalments"):
            if published := PUBLISHED.get((name, setting, "")):
                _note(out, f"{name}, {setting}", table.get(setting, plain(published.value)), plain(published.value))
        first = int(table.get("delivered_from") or 0)
        if first <= last_year and table.get("delivered_share", 1.0) != 1.0:
            out.append(f"{name}: delivered_share applies from {first or 'the start'}, so also to years with observed counts")
    return out


def _note(out: list[str], what: str, value: Any, published: Any) -> None:
    if value != published:
        out.append(f"{what}: {in_words(value)}, published {in_words(published)}")


def _in_year(value: Any, year: str) -> Any:
    """Returns the value of a year from a table by year or a single value; 0 if there is none."""
    return value.get(year, 0.0) if isinstance(value, Mapping) and "dist" not in value else value
