"""Money of levers that no funding line shows, by hand and against the line of the parks; and leakage between poles."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import aixsim
from aixsim.config.build import problems
from aixsim.model.draw_scenario import draw_scenario
from aixsim.results import winners
from aixsim.results.lever_money import credit_offered, facilities, levers_of, price_of
from aixsim.world.classification import POLES


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"levers.parks.number": 3, "levers.parks.years": 6},
        {"levers.parks.stop": "2027-01", "levers.parks.first_opening": "2026-05"},
        {"levers.parks.start": "2027-03", "levers.parks.number": 20},
    ],
)
def test_facilities_are_what_the_projects_of_parks_leave(settings: dict[str, Any]) -> None:
    study = aixsim.load("korea-2030", {"population.scale": 0.01, "levers.parks.project_share": 0.25, **settings}).with_seed(1)
    (line,) = (line for line in draw_scenario(problems(study)(0), 0).lines if line.name == "AX parks")
    built = facilities(study.settings["levers"], study.horizon)
    assert built == pytest.approx(line.budget.sum() / 1e9 / 0.01 * 3.0, rel=1e-6)
    assert built > 0.0


def test_money_of_the_country_by_hand() -> None:
    study = aixsim.load("korea-2030")
    levers, horizon = study.settings["levers"], study.horizon
    assert facilities(levers, horizon) == pytest.approx(13 * 19.6 * (1 - 0.3))
    take_up = (0.3 - 0.01) / np.log(30.0)  # mean of a log-uniform number
    assert credit_offered(levers, horizon) == pytest.approx(30000.0 * 0.6 + take_up * 10245.0 * 5 / 6, rel=1e-3)
    assert levers_of(study.table.document()) == levers
    assert facilities({}, horizon) == credit_offered({}, horizon) == 0.0
    assert levers_of({}) == {}


def test_what_has_no_price_is_not_free() -> None:
    assert price_of("parks", "number") == "public money"
    assert price_of("parks", "capacity") == "not priced"
    assert price_of("growth_fund", "size_krw_tn") == "credit"
    for lever in ("sme_subsidy", "training", "smart_factories", "regulation_free_zones", "of_a_plugin"):
        assert price_of(lever, "share") == "not priced"


def test_leakage_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """One pole gains 10, another loses 4; a third changes by chance and is left out."""
    n = np.arange(100)
    noise = np.where(n % 2, 1.0, -1.0)
    change = np.zeros((100, len(POLES)))
    change[:, 0], change[:, 1], change[:, 2] = 10.0 + noise, -4.0 + 0.4 * noise, 5.0 * noise
    pair: Any = SimpleNamespace(baseline="before", other="after", confidence=0.95)
    monkeypatch.setattr(winners, "_counted", lambda *args: args[1])
    monkeypatch.setattr(winners, "_by_level", lambda *args: change if args[1] == "after" else np.zeros_like(change))
    found = winners.leakage(pair)
    assert found is not None
    assert found.estimate == pytest.approx(0.4)
    assert found.low < 0.4 < found.high
    change[:, 0] = 0.0
    assert winners.leakage(pair) is None
