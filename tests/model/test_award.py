"""ODD 7.2: money goes down the ranking three times, each time to whoever still fits: to members until the quota is spent on them, to firms
outside the Capital pole until the floor is spent on them, then to everybody; what quota and floor cannot use is open to all. A grant is
paid in equal yearly instalments and reserves the budgets of later years; with several calls in a year each may spend an equal part of what
is left. All money is whole won.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from aixsim.engines.reference.diffusion_model import run
from aixsim.model import funding
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.world.classification import PROVINCES, SIZES
from tests import worlds
from tests.model.values import BN, firms, with_lever, world_of


@dataclass
class Call:
    """One call: a row of ``applicants`` is what the project takes, whether the firm is a member, whether it is outside the Capital."""

    applicants: Sequence[tuple[int, bool, bool]]
    left: list[int]
    available: int
    quota: int = 0
    floor: int = 0
    year: int = 0
    instalments: int = 1
    is_sample: bool = False
    funded: list[int] = field(default_factory=list)


def by_the_code(call: Call) -> tuple[list[int], list[int]]:
    """Returns who is funded, by rank, and what is left by year."""
    grants, members, regional = (list(column) for column in zip(*call.applicants, strict=True)) if call.applicants else ([], [], [])
    left, funded = np.array(call.left, np.int64), np.zeros(len(grants), np.bool_)
    n = funding.award(
        np.array(grants, np.int64),
        np.array(members, np.bool_),
        np.array(regional, np.bool_),
        left,
        call.year,
        call.instalments,
        call.available,
        call.quota,
        call.floor,
        funded,
        call.is_sample,
    )
    assert n == funded.sum()
    return np.flatnonzero(funded).tolist(), left.tolist()


def by_the_odd(call: Call, *, quota_counts: bool = True) -> tuple[list[int], list[int]]:
    """The same from the text alone. The twin leaves the members' pass out."""
    left, funded = list(call.left), set[int]()
    spent_by_this_call = 0

    def bill(grant: int) -> list[int]:
        equal = grant // call.instalments
        return [grant - equal * (call.instalments - 1)] + [equal] * (call.instalments - 1)

    def spent_on(column: int) -> int:
        return sum(bill(call.applicants[rank][0])[0] for rank in funded if call.applicants[rank][column])

    def everybody_in(column: int | None, enough: Callable[[], bool]) -> None:
        nonlocal spent_by_this_call
        for rank, applicant in enumerate(call.applicants):
            if rank in funded or (column is not None and not applicant[column]) or enough():
                continue
            due = list(
                zip(range(call.year, len(left)), bill(applicant[0]), strict=False)
            )  # what falls after the horizon has no budget here
            if due[0][1] <= call.available - spent_by_this_call and all(part <= left[year] for year, part in due):
                for year, part in due:
                    left[year] -= part
                spent_by_this_call += due[0][1]
                funded.add(rank)

    if quota_counts:
        everybody_in(1, lambda: spent_on(1) >= call.quota)
    everybody_in(2, lambda: spent_on(2) >= call.floor)
    everybody_in(None, lambda: False)
    return sorted(funded), left


def capital(grant: int) -> tuple[int, bool, bool]:
    return grant, False, False


def member(grant: int) -> tuple[int, bool, bool]:
    return grant, True, False


def region(grant: int) -> tuple[int, bool, bool]:
    return grant, False, True


def both(grant: int) -> tuple[int, bool, bool]:
    return grant, True, True


def test_the_best_are_funded_until_the_money_is_spent() -> None:
    assert by_the_code(Call([capital(3)] * 5, [10], 10)) == ([0, 1, 2], [1])  # 10 - 3 x 3


def test_whoever_still_fits_is_funded() -> None:
    # 6 of 10, then 5 does not fit, then 4 does
    assert by_the_code(Call([capital(6), capital(5), capital(4), capital(1)], [10], 10)) == ([0, 2], [0])


def test_in_a_sample_nobody_is_passed_over() -> None:
    # 6 of 10, then 5 does not fit: the rest of 4 is for the one of 5, by chance.
    assert by_the_code(Call([capital(6), capital(5), capital(4), capital(1)], [10], 10, is_sample=True)) == ([0], [4])


def test_a_grant_of_all_the_money_fits() -> None:
    assert by_the_code(Call([capital(10)], [10], 10)) == ([0], [0])
    assert by_the_code(Call([capital(11)], [10], 10)) == ([], [10])


def test_members_are_served_first_until_the_quota_is_spent() -> None:
    # Money for two; the member at rank 3 comes before better firms, the second member does not: the quota of 5 is spent.
    applicants = [capital(5), capital(5), capital(5), member(5), member(5)]
    assert by_the_code(Call(applicants, [10], 10, quota=5)) == ([0, 3], [0])
    assert by_the_code(Call(applicants, [10], 10, quota=10)) == ([3, 4], [0])
    assert by_the_code(Call(applicants, [10], 10, quota=0)) == ([0, 1], [0])


def test_a_quota_that_is_not_a_multiple_is_spent_when_it_is_reached() -> None:
    # After one member 5 of 6 is spent, so the quota lets a second one in.
    assert by_the_code(Call([capital(5), member(5), member(5), member(5)], [20], 15, quota=6)) == ([0, 1, 2], [5])


def test_what_members_cannot_use_is_open_to_all() -> None:
    assert by_the_code(Call([capital(5), capital(5), member(5)], [15], 15, quota=15)) == ([0, 1, 2], [0])
    assert by_the_code(Call([capital(5), capital(5)], [10], 10, quota=10)) == ([0, 1], [0])


def test_regions_are_served_next_until_the_floor_is_spent() -> None:
    applicants = [capital(4), capital(4), region(4), region(4)]
    assert by_the_code(Call(applicants, [8], 8, floor=4)) == ([0, 2], [0])
    assert by_the_code(Call(applicants, [8], 8, floor=8)) == ([2, 3], [0])


def test_a_floor_that_is_not_a_multiple_is_spent_when_it_is_reached() -> None:
    # After one firm of a region 4 of 5 is spent, so the floor lets a second one in, before the better one of the Capital.
    assert by_the_code(Call([capital(4), region(4), region(4), region(4)], [20], 8, floor=5)) == ([1, 2], [12])


def test_a_regional_member_counts_towards_both() -> None:
    # The member outside the Capital takes 4 of the quota and 4 of the floor, so the other region waits for its rank.
    assert by_the_code(Call([capital(4), region(4), both(4)], [8], 8, quota=4, floor=4)) == ([0, 2], [0])
    # A member of the Capital does nothing for the floor.
    assert by_the_code(Call([capital(4), region(4), member(4)], [8], 8, quota=4, floor=4)) == ([1, 2], [0])


def test_the_quota_comes_before_the_floor() -> None:
    assert by_the_code(Call([region(5), member(5)], [5], 5, quota=5, floor=5)) == ([1], [0])


def test_instalments_reserve_later_years_and_the_first_has_the_remainder() -> None:
    # 10 in three parts: 4, 3 and 3.
    assert by_the_code(Call([capital(10)], [20, 20, 20, 20], 20, year=1, instalments=3)) == ([0], [20, 16, 17, 17])


def test_a_later_year_without_money_stops_a_grant() -> None:
    assert by_the_code(Call([capital(9), capital(9)], [9, 3, 9], 9, instalments=3)) == ([0], [6, 0, 6])
    assert by_the_code(Call([capital(9), capital(6)], [9, 2, 2], 9, instalments=3)) == ([1], [7, 0, 0])  # 3 > 2, but 2 fits


def test_instalments_after_the_last_year_that_is_known_are_not_limited() -> None:
    assert by_the_code(Call([capital(9)], [9, 3], 9, year=1, instalments=3)) == ([0], [9, 0])


def test_a_call_spends_no_more_than_its_part_nor_more_than_is_left() -> None:
    assert by_the_code(Call([capital(3)] * 5, [10], 5)) == ([0], [7])
    assert by_the_code(Call([capital(3)] * 5, [5], 100)) == ([0], [2])


def test_quota_and_floor_count_the_money_of_this_year() -> None:
    # Each member takes 2 now and 2 next year; a quota of 4 is spent after two of them.
    applicants = [capital(4), member(4), member(4), member(4)]
    assert by_the_code(Call(applicants, [6, 6], 6, instalments=2, quota=4)) == ([0, 1, 2], [0, 0])


def test_nobody_applies() -> None:
    assert by_the_code(Call([], [10], 10, quota=5)) == ([], [10])


APPLICANTS = st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.booleans()), max_size=8)
CALLS = st.builds(
    Call,
    applicants=APPLICANTS,
    left=st.lists(st.integers(0, 20), min_size=3, max_size=3),
    available=st.integers(0, 20),
    quota=st.integers(0, 12),
    floor=st.integers(0, 12),
    year=st.integers(0, 2),
    instalments=st.integers(1, 4),
)


CASES = settings(max_examples=200, deadline=None, derandomize=True, database=None, phases=[Phase.generate])


@CASES
@given(CALLS)
def test_both_implementations_agree(call: Call) -> None:
    assert by_the_code(call) == by_the_odd(call)


def test_the_comparison_notices_a_missing_pass() -> None:
    @CASES
    @given(CALLS)
    def compare(call: Call) -> None:
        assert by_the_code(call) == by_the_odd(call, quota_counts=False)

    with pytest.raises(AssertionError):
        compare()


def funded_by_call(n_firms: int = 20, **stated: Any) -> dict[int, int]:
    """Number of funded projects by month; all firms decide in month 0 and no other money is there."""
    world = world_of(
        end="2025-12",
        n_firms=n_firms,
        mechanisms={"innovation": {"rate": 1000.0}},
        funding={"mode": "programmes", "own_rate": 0.0, "attempts": 1000, "patience_months": 1000},
        programme=[worlds.programme(**stated)],
    )
    history = worlds.simulate(world)
    months = history.month[history.event == Event.FUNDED].tolist()
    return {month: months.count(month) for month in sorted(set(months))}


def test_each_call_may_spend_an_equal_part_of_what_is_left() -> None:
    # 10 bn, three calls: 10 / 3 pays 3 grants of 1 bn; then 7 / 2 pays 3; the last one has 4.
    assert funded_by_call(call_months=[1, 5, 9]) == {0: 3, 4: 3, 8: 4}


def test_a_call_without_a_budget_is_not_held() -> None:
    assert funded_by_call(budget_krw_bn={2025: 3.0}) == {12: 3}


def test_a_grant_in_two_years_is_paid_from_both() -> None:
    # 1 bn a year is half a grant of 2 bn: of 3 bn in 2024 six halves, but 2025 has 2 bn, so four; it has nothing left then.
    assert funded_by_call(budget_krw_bn={2024: 3.0, 2025: 2.0}, grant_krw_bn=1.0, instalments=2) == {0: 4}


def test_quota_and_floor_are_shares_of_the_years_budget() -> None:
    """Twenty firms, the last four outside the Capital and at the end of the ranking: a floor of 30 % of 10 bn brings three of them in."""
    population = firms(
        province=[PROVINCES.index("Seoul")] * 16 + [PROVINCES.index("Busan")] * 4,
        size=[SIZES.index("mid-size")] * 16 + [SIZES.index("small")] * 4,
        employees=[400] * 16 + [10] * 4,
    )
    world = world_of(
        end="2024-12",
        population=population,
        mechanisms={"innovation": {"rate": 1000.0}},
        funding={"mode": "programmes", "own_rate": 0.0, "merit_noise": 0.0, "size_weight": 1.0, "consortium_bonus": 0.0},
        programme=[worlds.programme(regional_floor=0.25)],
    )
    for share, expected in ((None, 3), (0.3, 3), (0.31, 4), (0.0, 3)):  # 2.5 bn are spent with the third grant, 3.1 with the fourth
        scenario = draw_scenario(world, 0) if share is None else with_lever("regional_floor", world, start="2024-01", share=share)
        history = run(world, scenario)
        winners = history.firm[history.event == Event.FUNDED]
        assert (winners >= 16).sum() == expected
        assert winners[winners < 16].tolist() == list(range(10 - expected)), "equal merit: the lower identity comes first"
        assert history.spent[0].tolist() == [10 * BN]
    # The four as members: a quota of 3.1 bn is spent with the fourth, a floor of 2.5 bn with the third.
    scenario = draw_scenario(world, 0)
    scenario.model_of[16:], scenario.lines[0].quota[:] = 0, 0.31
    scenario.model_lead, scenario.model_start, scenario.model_stop = np.array([16], np.int32), np.array([0]), np.array([12])
    history = run(world, scenario)
    assert (history.firm[history.event == Event.FUNDED] >= 16).sum() == 4


def test_a_project_is_launched_lag_months_after_its_call() -> None:
    world = world_of(
        end="2024-12",
        n_firms=2,
        mechanisms={"innovation": {"rate": 1000.0}},
        funding={"mode": "programmes", "own_rate": 0.0},
        programme=[worlds.programme(call_months=[3], lag_months=4)],
    )
    history = worlds.simulate(world)
    assert history.month[history.event == Event.FUNDED].tolist() == [2, 2]
    assert history.month[history.event == Event.LAUNCHED].tolist() == [6, 6]
