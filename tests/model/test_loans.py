"""ODD 7.2: of a loan, repaid_share comes back when its project starts operating, and recovered_share when it fails, to the nearest won.
Nobody pays a grant back. Repayments are added to the programme's budget of that year.
"""

from __future__ import annotations

import pytest

from aixsim.model.programme_kinds import programme_kinds
from aixsim.model.programme_kinds.loan import Loan
from tests import worlds
from tests.model.values import BN, by_size, values, world_of

GRANT, LOAN = programme_kinds()["grant"], programme_kinds()["loan"]


@pytest.mark.parametrize(
    ("taken", "repaid", "recovered"),
    [
        (2 * BN, 1_800_000_000, 600_000_000),
        (5, 5, 2),  # 4.5 and 1.5 are rounded up
        (3, 3, 1),  # 2.7 and 0.9
        (1, 1, 0),
        (0, 0, 0),
    ],
)
def test_what_comes_back_of_a_loan(taken: int, repaid: int, recovered: int) -> None:
    p = values(Loan, repaid_share=0.9, recovered_share=0.3)
    assert LOAN.returned(taken, p, operates=True) == repaid
    assert LOAN.returned(taken, p, operates=False) == recovered
    assert LOAN.taken(taken, p) == taken
    assert LOAN.kept(taken, p) == taken - repaid


def test_nobody_pays_a_grant_back() -> None:
    p = GRANT.parameters()
    assert [GRANT.returned(BN, p, operates=operates) for operates in (True, False)] == [0, 0]
    assert (GRANT.taken(BN, p), GRANT.kept(BN, p)) == (BN, BN)
    assert (GRANT.carries, LOAN.carries) == (False, True)


@pytest.mark.parametrize(("success", "returned"), [(1.0, 1_800_000_000), (0.0, 600_000_000)])
def test_what_comes_back_is_added_to_the_budget_of_its_year(success: float, returned: int) -> None:
    """2 bn are lent in January 2024; the project ends in January 2025."""
    world = world_of(
        end="2025-12",
        n_firms=1,
        mechanisms={"innovation": {"rate": 1000.0}},
        funding={"mode": "programmes", "own_rate": 0.0},
        implementation={"success": by_size(*[success] * 5), "median_months": by_size(*[12.0] * 5), "sigma": 0.0},
        programme=[worlds.programme(budget_krw_bn={2024: 2.0}, grant_krw_bn=2.0, kind="loan", repaid_share=0.9, recovered_share=0.3)],
    )
    history = worlds.in_both(world)
    assert (history.repaid[0].tolist(), history.budget[0].tolist()) == ([0, returned], [2 * BN, returned])
    assert history.spent[0].tolist() == [2 * BN, 0]
