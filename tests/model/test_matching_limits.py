"""ODD 7.2.1 at its limits: where a share of the cost is a grant, and what a smaller grant can never fund."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import matching
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event, History
from aixsim.world.classification import SIZES
from aixsim.world.population import Population
from tests import worlds
from tests.model.test_matching import matched, n_events, shared
from tests.model.values import by_size, firms, values


def crowd(n: int = 60) -> Population:
    return firms(size=[k % 5 for k in range(n)], employees=[5 + 3 * k for k in range(n)], province=[(0, 3, 16)[k % 3] for k in range(n)])


def same(a: History, b: History) -> bool:
    """Whether all but what firms pay is the same to the bit."""
    names = ("month", "event", "firm", "route", "pressure", "budget", "spent", "applicants", "funded")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


LIMITED: dict[str, Any] = {"population": crowd(), "implementation": {"median_months": by_size(*[3.0] * 5), "success": by_size(*[0.6] * 5)}}
SCARCE: dict[str, Any] = {"budget_krw_bn": {2024: 12.0}, "call_months": [2, 5, 9]}


def test_without_limits_to_own_money_a_share_is_a_grant() -> None:
    """Half of every cost is above the grant of 1, and everybody brings the rest: the same winners at the same times."""
    dear: dict[str, Any] = {"economics": {"project_cost_krw_bn": by_size(*[50.0] * 5)}, "funding": {"attempts": 2, "own_rate": 0.05}}
    rich: dict[str, Any] = {"own_share": 100.0, "own_factor": by_size(*[1e6] * 5), "cost_spread": 0.3}
    capped = worlds.in_both(matched(shared(grant_krw_bn=1.0, **SCARCE), matching=rich, **dear, **LIMITED))
    fixed = worlds.in_both(matched(worlds.programme(**SCARCE), **dear, **LIMITED))
    assert same(capped, fixed)
    poor = worlds.in_both(
        matched(shared(grant_krw_bn=1.0, **SCARCE), matching={**rich, "own_factor": by_size(*[1e-6] * 5)}, **dear, **LIMITED)
    )
    assert not same(poor, fixed), "the twin"


def test_all_of_a_cost_that_equals_the_grant_is_the_grant() -> None:
    equal: dict[str, Any] = {"economics": {"project_cost_krw_bn": by_size(*[3.0] * 5)}}
    whole: dict[str, Any] = {"grant_krw_bn": 1000.0, "public_share": by_size(*[1.0] * 5)}
    shares = worlds.in_both(matched(shared(**whole, **SCARCE), **equal, **LIMITED))
    fixed = worlds.in_both(matched(worlds.programme(grant_krw_bn=3.0, **SCARCE), **equal, **LIMITED))
    assert same(shares, fixed)
    assert np.array_equal(shares.paid, fixed.paid)
    assert not same(shares, worlds.in_both(matched(worlds.programme(grant_krw_bn=2.9, **SCARCE), **equal, **LIMITED))), "the twin"


def test_a_smaller_grant_funds_no_project_of_too_small_a_scope() -> None:
    """Fewer apply the smaller the grant, and nobody below the least scope is launched."""
    applicants = []
    for grant in (8.0, 4.0, 2.0, 1.0, 0.5, 0.1):
        uneven = {"cost_spread": 0.5, "own_spread": 1.0, "own_factor": dict.fromkeys(SIZES, 1.0), "least_scope": 0.4}
        world = matched(shared(grant_krw_bn=grant), population=crowd(), matching=uneven)
        history = worlds.in_both(world)
        model = DiffusionModel(world, draw_scenario(world, 0))
        for _ in range(world.horizon.n_months):
            model.step()
        scopes = [model.firms[firm].scope for firm in history.firm[history.event == Event.LAUNCHED]]
        assert min(scopes, default=1.0) >= 0.4
        assert n_events(history, Event.SHORT) == sum(scope < 0.7 for scope in scopes)
        applicants.append(int(history.applicants.sum()))
    assert applicants == sorted(applicants, reverse=True)
    assert applicants[0] > applicants[-1]


@pytest.mark.parametrize(
    ("state", "due", "means", "expected"),
    [
        (20, 800, 800, True),  # 2 % of 1,000, and all is paid for
        (19, 800, 800, False),  # below 2 %
        (0, 0, 0, False),  # nothing is given
        (200, 800, 300, True),  # (1,000 - 800 + 300) / 1,000 = 0.5
        (200, 800, 299, False),  # 0.499
    ],
)
def test_who_applies_by_hand(state: int, due: int, means: int, expected: bool) -> None:
    p = values(matching.Matching, least_scope=0.5, least_grant_share=0.02)
    assert matching.applies(1_000, state, due, means, p) == expected
