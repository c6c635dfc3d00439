"""Repayable loans: a project that succeeds pays the money back, and the programme lends it again.

Repayment is due when the project starts operating, all at once: no table says when such loans are repaid, and a later repayment helps fewer
projects within the horizon. Interest is left out.
"""

from __future__ import annotations

from aixsim.model.parameters import Parameters, fraction
from aixsim.model.programme_kind import ProgrammeKind


class Loan(Parameters):
    """Parameters of the kind."""

    repaid_share: float = fraction(
        0.9, "share of a loan that its project pays back when it starts operating", "assumed", "assumed", "0.7 to 1"
    )
    recovered_share: float = fraction(0.3, "share of a loan that is recovered when its project fails", "assumed", "assumed", "0 to 0.6")


def on_operate(taken: int, p: Loan) -> int:
    """Returns what a project that starts operating pays back, to the nearest won."""
    return int(taken * p.repaid_share + 0.5)


def on_fail(taken: int, p: Loan) -> int:
    """Returns what is recovered of a project that fails, to the nearest won."""
    return int(taken * p.recovered_share + 0.5)


KIND = ProgrammeKind(
    name="loan",
    title="Repayable loans, lent again when they come back",
    source="assumed",
    parameters=Loan,
    on_operate=on_operate,
    on_fail=on_fail,
    carries=True,
)
