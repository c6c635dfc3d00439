"""ODD 7.6: participants' credit is the take-up of loans, fund and guarantees over what participants are to bring, at most 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aixsim.model.levers.participants_finance import ParticipantsFinance, credit
from tests import worlds
from tests.model.values import values, with_lever, world_of


def test_the_credit_by_hand() -> None:
    p = values(
        ParticipantsFinance, loans_krw_bn=200.0, fund_krw_bn=40.0, guarantees_krw_bn=960.0, years=6, take_up=0.5, demand_krw_bn=400.0
    )
    assert credit(p) == pytest.approx(0.25)  # 0.5 x 1,200 / 6 = 100 a year, over 400
    assert credit(values(ParticipantsFinance, take_up=1.0, demand_krw_bn=1.0)) == 1.0


def test_it_adds_to_other_credit_as_a_share_of_what_is_left() -> None:
    world = world_of(levers={})
    stated: dict[str, Any] = {
        "loans_krw_bn": 600.0,
        "fund_krw_bn": 0.0,
        "guarantees_krw_bn": 0.0,
        "years": 6,
        "take_up": 1.0,
        "demand_krw_bn": 200.0,
    }
    scenario = with_lever("participants_finance", world, start="2026-01", **stated)
    assert (scenario.credit[:24] == 0.0).all()
    assert scenario.credit[24:] == pytest.approx(np.full((36, 8), 0.5))  # 100 a year over 200
    lever = worlds.REGISTRY.levers["participants_finance"]
    lever.apply(scenario, values(ParticipantsFinance, start="2026-01", **stated), world)
    assert scenario.credit[24:] == pytest.approx(np.full((36, 8), 0.75))  # half of the half that is left
