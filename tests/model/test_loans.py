"""ODD 7.2: of a loan, repaid_share comes back when its project starts operating, and recovered_share when it fails, to the nearest won.
Nobody pays a grant back. (Loans in whole runs, in both engines: ``tests/unit/test_programme_kinds.py``.)
"""

from __future__ import annotations

import pytest

from aixsim.model.programme_kinds import programme_kinds
from aixsim.model.programme_kinds.loan import Loan
from tests.model.values import BN, values

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
