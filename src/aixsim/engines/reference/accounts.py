"""Accounts of the programmes: budgets, what is left of them, and who pays for projects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aixsim.model.funding import award, award_rest
from aixsim.model.history import PAYERS
from aixsim.model.scenario import FundingLine
from aixsim.world.classification import ROUTES


class Accounts:
    """Money of a replicate in whole won, and counts of applicants. Shapes: K lines, Y years of the horizon.

    Attributes:
        budget, left: by line, int64; Y years and those beyond in which instalments fall due.
        lots: by line, sum of the chances by which a sample awards what is left below one grant.
        applicants, funded, repaid: int64 (K, Y).
        paid: what is promised for projects, int64 (Y, routes, payers).
    """

    def __init__(self, lines: Sequence[FundingLine], n_years: int) -> None:
        """Opens the accounts with the planned budgets."""
        self.lines = lines
        self.budget = [np.concatenate([line.budget, line.beyond]) for line in lines]
        self.left, self.lots = [budget.copy() for budget in self.budget], [line.lot for line in lines]
        self.applicants, self.funded, self.repaid = (np.zeros((len(lines), n_years), np.int64) for _ in range(3))
        self.paid = np.zeros((n_years, len(ROUTES), len(PAYERS)), np.int64)

    def carry_over(self, year: int) -> None:
        """Moves what some lines have left of the year before to this one."""
        for k, line in enumerate(self.lines):
            if line.carries:
                rest = int(self.left[k][year - 1])
                for money in (self.left[k], self.budget[k]):
                    money[year - 1] -= rest
                    money[year] += rest

    def change_budgets(self, year: int) -> None:
        """Gives the year's budgets what levers add to them or take from them, as far as no earlier call has reserved it."""
        for k, line in enumerate(self.lines):
            change = max(int(line.change[year]), -int(self.left[k][year]))
            for money in (self.left[k], self.budget[k]):
                money[year] += change

    def award(
        self,
        k: int,
        month: int,
        year: int,
        calls_left: int,
        *,
        grants: NDArray[np.int64],
        members: NDArray[np.bool_],
        regional: NDArray[np.bool_],
        is_sample: bool,
    ) -> NDArray[np.bool_]:
        """Reserves the grants of a call; returns which of the ranked applicants are funded, shape ``(n,)``.

        Args:
            k: the line.
            month, year: positions in the horizon.
            calls_left: calls of the line in the year, this one included.
            grants: what each applicant takes from the budget, in won, best first, shape ``(n,)``.
            members, regional: who belongs to a started collaboration model, and who is outside the capital, shape ``(n,)``.
            is_sample: whether awards stop at the first grant that does not fit, which is then awarded by chance.
        """
        line, budget = self.lines[k], int(self.budget[k][year])
        funded = np.zeros(len(grants), np.bool_)
        award(
            grants=grants,
            members=members,
            regional=regional,
            left=self.left[k],
            year=year,
            instalments=line.instalments,
            available=int(self.left[k][year]) // calls_left,
            quota=int(line.quota[month] * budget),
            floor=int(line.floor[month] * budget),
            funded=funded,
            is_sample=is_sample,
        )
        if is_sample and calls_left == 1:
            self.lots[k] = award_rest(grants, self.left[k], self.budget[k], year, line.instalments, self.lots[k], funded)
        self.applicants[k, year] += len(grants)
        self.funded[k, year] += int(funded.sum())
        return funded
