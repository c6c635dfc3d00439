"""Six faults in the laws, planted one by one: a named test must fail on each, and pass again without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aixsim.model import climate, delivery, economics, funding, programmes
from aixsim.model.levers import growth_fund
from tests.model import test_award, test_climate, test_delivered_budget, test_expected_support, test_growth_fund, test_project_cost
from tests.model.mutants import planted

FAULTS: list[tuple[str, Callable[..., Any], str, str, Callable[[], None]]] = [
    (
        "shortfall carry off",
        delivery.delivered_budget,
        "passed_on = carried * max(",
        "passed_on = 0.0 * max(",
        test_delivered_budget.test_half_of_the_shortfall_is_due_again,
    ),
    (
        "Wright exponent halved",
        economics.cost_now,
        "-p.learning_exponent",
        "-p.learning_exponent / 2.0",
        test_project_cost.test_cost_falls_by_the_learning_rate_with_every_doubling,
    ),
    (
        "members' quota pass removed",
        funding.award,
        "for reserve in range(3)",
        "for reserve in range(1, 3)",
        test_award.test_members_are_served_first_until_the_quota_is_spent,
    ),
    (
        "adverse exports off",
        climate.adverse_exports,
        "(1.0 - p.tariffs) * (1.0 - p.unfair_competition)",
        "1.0",
        test_climate.test_adverse_years_lower_the_climate,
    ),
    (
        "expected support halved",
        programmes.expected_support,
        "p.expected_success * offered",
        "p.expected_success * offered / 2.0",
        test_expected_support.test_support_is_the_chance_of_a_grant_times_its_share_of_the_cost,
    ),
    (
        "fund halved",
        growth_fund.apply,
        "p.size_krw_tn * p.ai_share",
        "p.size_krw_tn / 2.0 * p.ai_share",
        test_growth_fund.test_credit_is_the_loan_share_of_what_is_covered,
    ),
]


@pytest.mark.parametrize(("law", "right", "wrong", "test"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_named_test_fails_on_the_fault(law: Callable[..., Any], right: str, wrong: str, test: Callable[[], None]) -> None:
    with planted(law, right, wrong), pytest.raises(AssertionError):
        test()
    test()


def test_a_fault_that_cannot_be_planted_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 times"), planted(funding.award, "no such piece", ""):
        pass
