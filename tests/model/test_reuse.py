"""ODD 7.2.2: a firm knows a solution from the month after a customer, a sibling site or the lead of its running collaboration model started
operating one, and never forgets it. It spares shares of cost, duration and risk, multiplied by joint development if a large firm's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import reuse
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event, History
from aixsim.model.problem import Problem
from aixsim.model.reuse import LARGE_FIRMS_SOLUTION, NO_SOLUTION, SOLUTION, Reuse
from aixsim.world.network import CUSTOMER, SIBLING, SUPPLIER, Network
from tests import worlds
from tests.lever_worlds import settings_of
from tests.model.values import BN, LARGE, SMALL, by_size, firms, values, world_of

# --- scalar laws


@pytest.mark.parametrize(
    ("share", "known", "strength", "expected"),
    [
        (0.3, NO_SOLUTION, 2.0, 0.0),
        (0.3, SOLUTION, 2.0, 0.3),  # joint development is with large firms
        (0.3, LARGE_FIRMS_SOLUTION, 1.0, 0.3),
        (0.3, LARGE_FIRMS_SOLUTION, 2.0, 0.6),
        (0.3, LARGE_FIRMS_SOLUTION, 5.0, 1.0),  # 1.5 is cut
        (0.0, LARGE_FIRMS_SOLUTION, 5.0, 0.0),
        (1.0, SOLUTION, 1.0, 1.0),
    ],
)
def test_what_a_solution_spares(share: float, known: int, strength: float, expected: float) -> None:
    assert reuse.spared(share, known, strength) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("chance", "share", "expected"),
    [(0.8, 0.5, 0.9), (0.0, 0.25, 0.25), (0.8, 0.0, 0.8), (0.8, 1.0, 1.0), (1.0, 0.5, 1.0)],  # 1 - (1 - chance)(1 - share)
)
def test_the_risk_that_is_left(chance: float, share: float, expected: float) -> None:
    assert reuse.surer(chance, share) == pytest.approx(expected)


def test_what_spares_nothing_changes_no_bit() -> None:
    assert reuse.surer(0.1, 0.0) == 0.1  # 1 - (1 - 0.1) is another number
    assert not values(Reuse).is_active
    assert all(values(Reuse, **{name: 0.1}).is_active for name in ("cost", "duration", "success"))


def test_signs() -> None:
    shares = np.linspace(0.0, 1.0, 21).tolist()
    for known in (SOLUTION, LARGE_FIRMS_SOLUTION):
        path = [reuse.spared(share, known, 1.5) for share in shares]
        assert path == sorted(path)
        assert reuse.spared(0.3, known, 1.5) >= reuse.spared(0.3, known - 1, 1.5)
    assert [reuse.surer(0.6, share) for share in shares] == sorted(reuse.surer(0.6, share) for share in shares)


# --- a star: firm 0 operates in month 2, the others ask for money when the call is held


HUB_OPERATES = 2


def star(call: int, *, hub: str = "large firm", kind: int = CUSTOMER, levers: dict[str, Any] | None = None, **changes: Any) -> Problem:
    """Firm 0 is what ``kind`` says to firms 1 to 4, which are alone in being small and have a call in one month.

    The hub is paid in month 0 and takes 2 months; the project of another takes 10 months and costs 10, all of it public.
    """
    population = firms(
        size=[LARGE] + [SMALL] * 4,
        agent_type=[0 if hub == "large firm" else 2] + [1] * 4,
        tier=[0] + [1] * 4,
        employees=[1000] + [40] * 4,
    )
    leaves = np.arange(1, 5, dtype=np.int32)
    network = Network.from_ties(5, leaves, np.zeros_like(leaves), np.full(4, kind, np.int8))
    whole = {"grant_krw_bn": 1000.0, "public_share": by_size(*[1.0] * 5), "budget_krw_bn": dict.fromkeys((2024, 2025), 1000.0)}
    world = world_of(
        end="2025-12",
        population=population,
        mechanisms={"innovation": {"rate": 1000.0}},
        levers=levers or {},
        programme=[
            worlds.programme(name="hub", sizes=["large"], **whole),
            worlds.programme(name="others", sizes=["small"], **{**whole, "budget_krw_bn": {2024: 1000.0}}, call_months=[call + 1]),
        ],
        funding={"mode": "programmes", "own_rate": 0.0, "attempts": 1000, "patience_months": 1000},
        matching={"cost_exponent": 0.0, "cost_spread": 0.0},
        economics={"project_cost_krw_bn": by_size(*[10.0] * 5), "elasticity": 0.0, "learning_rate": 0.0},
        implementation={
            "median_months": by_size(1.0, 10.0, 1.0, 1.0, float(HUB_OPERATES)),
            "sigma": 0.0,
            "pause_months": 600,
            **changes.pop("implementation", {}),
        },
        **changes,
    )
    return replace(world, network=network)


def months_of_others(history: History, event: Event = Event.OPERATING) -> list[int]:
    return history.month[(history.event == event) & (history.firm > 0)].tolist()


def knowing(world: Problem) -> list[int]:
    """Number of firms that know a solution, in each month."""
    model = DiffusionModel(world, draw_scenario(world, 0))
    found = []
    for _ in range(world.horizon.n_months):
        model.step()
        found.append(sum(firm.knows > NO_SOLUTION for firm in model.firms))
    return found


def test_four_suppliers_know_what_their_customer_operates_from_the_next_month_on() -> None:
    assert knowing(star(call=3)) == [0, 0, 0] + [4] * 21, "the hub itself learns nothing from its suppliers, who operate later"


def test_what_is_known_shortens_and_counts_from_the_next_month() -> None:
    spares: dict[str, Any] = {"reuse": {"duration": 0.6}}
    assert months_of_others(worlds.in_both(star(call=2, **spares))) == [12] * 4  # launched in the month in which the hub starts: 2 + 10
    assert months_of_others(worlds.in_both(star(call=3, **spares))) == [7] * 4  # 3 + 10 x 0.4
    assert months_of_others(worlds.in_both(star(call=3))) == [13] * 4


def test_what_is_known_makes_cheaper_at_the_call() -> None:
    assert worlds.in_both(star(call=2, reuse={"cost": 0.3})).spent[1, 0] == 40 * BN
    assert worlds.in_both(star(call=3, reuse={"cost": 0.3})).spent[1, 0] == 28 * BN  # four times 10 x 0.7


def test_what_is_known_at_the_end_makes_surer() -> None:
    """Nobody succeeds unaided, but the hub does. Projects of 1 month from month 1 end with the hub's start and fail; 2 months do not."""
    for median, ends in ((1.0, Event.FAILED), (2.0, Event.OPERATING)):
        chances = {"median_months": by_size(1.0, median, 1.0, 1.0, 2.0), "success": by_size(0.0, 0.0, 0.0, 0.0, 1.0)}
        history = worlds.in_both(star(call=1, reuse={"success": 1.0}, implementation=chances))
        assert months_of_others(history, ends) == [1 + int(median)] * 4


def test_solutions_are_not_learned_from_suppliers() -> None:
    assert months_of_others(worlds.in_both(star(call=3, kind=SUPPLIER, reuse={"duration": 0.6}))) == [13] * 4
    assert knowing(star(call=3, kind=SUPPLIER)) == [0] * 14 + [1] * 10, "the hub learns from its customers, who operate in month 13"


def test_solutions_are_learned_from_sibling_sites() -> None:
    assert months_of_others(worlds.in_both(star(call=3, kind=SIBLING, reuse={"duration": 0.6}))) == [7] * 4


def test_a_solution_is_never_forgotten() -> None:
    """The hub is abandoned after a month; half a year later its suppliers still know what it did."""
    history = worlds.in_both(star(call=9, reuse={"duration": 0.6}, implementation={"abandonment_per_year": 1.0}))
    assert history.month[(history.event == Event.ABANDONED) & (history.firm == 0)].tolist() == [3]
    assert months_of_others(history) == [13] * 4  # 9 + 4


@pytest.mark.parametrize(
    ("hub", "strength", "reach", "months"),
    [
        ("large firm", 2.0, 1, 4),  # 10 x (1 - 0.3 x 2)
        ("large firm", 2.0, 0, 7),  # suppliers are out of reach
        ("large firm", 1.0, 1, 7),
        ("large firm", 100.0, 1, 1),  # all of it is spared: at least a month
        ("SME", 2.0, 1, 7),  # joint development is with large firms
    ],
)
def test_joint_development_multiplies_what_a_large_firm_teaches(hub: str, strength: float, reach: int, months: int) -> None:
    levers = {"joint_development": settings_of("joint_development", start="2024-01", strength=strength, reach=reach)}
    assert months_of_others(worlds.in_both(star(call=3, hub=hub, levers=levers, reuse={"duration": 0.3}))) == [3 + months] * 4


def test_joint_development_counts_in_the_month_of_the_start() -> None:
    levers = {"joint_development": settings_of("joint_development", start="2024-05", strength=2.0)}
    assert months_of_others(worlds.in_both(star(call=3, levers=levers, reuse={"duration": 0.3}))) == [10] * 4  # 3 + 7, in April
    assert months_of_others(worlds.in_both(star(call=4, levers=levers, reuse={"duration": 0.3}))) == [8] * 4  # 4 + 4, in May


def chain(call: int, **window: str) -> Problem:
    """Firm 1 sells to the hub, firm 2 to firm 1, firms 3 and 4 to nobody; the hub leads a model of the first two."""
    levers = {"collaboration": settings_of("collaboration", number=1, quota=0.0, **window)}
    buyer, seller = np.array([0, 1], np.int32), np.array([1, 2], np.int32)
    network = Network.from_ties(5, buyer, seller, np.full(2, SUPPLIER, np.int8))
    return replace(star(call=call, levers=levers, reuse={"duration": 0.6}), network=network)


def starts_to_operate(world: Problem) -> list[int]:
    return worlds.first_month(worlds.in_both(world), Event.OPERATING, 5)[1:].tolist()


def test_a_lead_teaches_the_members_of_its_model() -> None:
    assert starts_to_operate(chain(3, start="2024-01")) == [7, 7, 13, 13], "firm 2 has no tie to the lead"
    assert starts_to_operate(chain(2, start="2024-01")) == [12, 12, 12, 12]


def test_a_lead_teaches_while_its_model_runs() -> None:
    assert starts_to_operate(chain(3, start="2024-05")) == [7, 13, 13, 13], "its supplier learns it anyway"
    assert starts_to_operate(chain(4, start="2024-05")) == [8, 8, 14, 14], "a lead that operates teaches when the model starts"
    assert starts_to_operate(chain(3, start="2024-01", stop="2024-03")) == [7, 13, 13, 13], "wound up before it operates"
    assert starts_to_operate(chain(8, start="2024-01", stop="2024-05")) == [12, 12, 18, 18], "what was learned is kept"


@pytest.mark.parametrize("share", ["cost", "duration", "success"])
def test_without_reuse_ties_change_nothing(share: str) -> None:
    """Shares of zero are a world without ties, to the bit; the twin: a share of a half is not."""
    noisy: dict[str, Any] = {"implementation": {"sigma": 0.4, "success": by_size(*[0.5] * 5)}}

    def equal(a: History, b: History) -> bool:
        names = ("month", "event", "firm", "route", "pressure", "budget", "spent", "paid")
        return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)

    def ran(value: float, *, tied: bool) -> list[History]:
        world = star(call=3, reuse={share: value}, **noisy)
        world = world if tied else replace(world, network=Network.none(5))
        return [worlds.in_both(world, replicate) for replicate in range(8)]

    without, zero, half = ran(0.5, tied=False), ran(0.0, tied=True), ran(0.5, tied=True)
    assert all(map(equal, without, zero))
    assert not all(map(equal, without, half))
