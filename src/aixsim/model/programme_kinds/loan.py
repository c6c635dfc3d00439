"""Repayable loans: a project that succeeds pays the money back, and the programme lends it again.

Repayment is due when the project starts operating, all at once: no table says when such loans are repaid, and a later repayment helps fewer
projects within the horizon. Interest is left out.
"""

from __future__ import annotations

from aixsim.model.parameters import Card
from aixsim.model.programme_kind import ProgrammeKind


def on_operate(taken: int, repaid_share: float, recovered_share: float) -> int:  # noqa: ARG001 - every hook has all parameters
    """Returns what a project that starts operating pays back, to the nearest won."""
    return int(taken * repaid_share + 0.5)


def on_fail(taken: int, repaid_share: float, recovered_share: float) -> int:  # noqa: ARG001 - as above
    """Returns what is recovered of a project that fails, to the nearest won."""
    return int(taken * recovered_share + 0.5)


KIND = ProgrammeKind(
    name="loan",
    title="Repayable loans, lent again when they come back",
    source="assumed",
    cards=(
        Card(
            name="repaid_share",
            default=0.9,
            unit="1",
            low=0.0,
            high=1.0,
            meaning="share of a loan that its project pays back when it starts operating",
            source="assumed",
            confidence="assumed",
            prior="0.7 to 1",
        ),
        Card(
            name="recovered_share",
            default=0.3,
            unit="1",
            low=0.0,
            high=1.0,
            meaning="share of a loan that is recovered when its project fails",
            source="assumed",
            confidence="assumed",
            prior="0 to 0.6",
        ),
    ),
    on_operate=on_operate,
    on_fail=on_fail,
    carries=True,
)
