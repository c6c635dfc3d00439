"""Faults in the laws, planted one by one: a named test must fail on each, and pass again without it.

The kernel has compiled the right laws, so that a test of both engines runs the reference engine alone here: it must fail by its numbers
and not because the engines differ.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from aixsim.engines.reference import diffusion_model as reference
from aixsim.engines.reference.firm import Firm
from aixsim.engines.reference.project_queue import ProjectQueue
from aixsim.model import adequacy, capacity, climate, delivery, economics, funding, matching, programmes, reuse
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import History
from aixsim.model.levers import growth_fund
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from tests import worlds
from tests.model import (
    test_adequacy,
    test_award,
    test_capacity,
    test_climate,
    test_delivered_budget,
    test_expected_support,
    test_growth_fund,
    test_matching,
    test_project_cost,
    test_reuse,
)
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
    (
        "lead's part of the member's money forgotten",
        matching.due_from_firm,
        "rest - int(0.5 * lead_share * rest + 0.5)",
        "rest",
        test_matching.test_a_lead_relieves_state_and_member_but_not_itself,
    ),
    (
        "lead relieves itself",
        Firm.is_led,
        " and self.model.leads[self.consortium] is not self",
        "",
        test_matching.test_a_lead_relieves_state_and_member_but_not_itself,
    ),
    (
        "everybody applies",
        matching.applies,
        ">= p.least_scope",
        ">= 0.0",
        test_matching.test_a_tenth_of_a_billion_funds_no_plant_of_300,
    ),
    (
        "spread of costs raises their mean",
        matching.cost_at_start,
        " - 0.5 * p.cost_spread * p.cost_spread",
        "",
        test_matching.test_the_spread_leaves_the_mean_cost_as_it_is,
    ),
    ("suppliers teach", Firm.learn, " and kind != SUPPLIER", "", test_reuse.test_solutions_are_not_learned_from_suppliers),
    (
        "solutions are forgotten",
        Firm.learn,
        "for partner, kind, _ in self.partners:",
        "self.knows = 0\n    for partner, kind, _ in self.partners:",
        test_reuse.test_a_solution_is_never_forgotten,
    ),
    (
        "leads teach before their model starts",
        Firm.learn,
        "self.is_led()",
        "self.consortium >= 0 and self.model.leads[self.consortium] is not self",
        test_reuse.test_a_lead_teaches_while_its_model_runs,
    ),
    (
        "joint development with everybody",
        reuse.spared,
        "if known == SOLUTION:",
        "if False:",
        partial(test_reuse.test_joint_development_multiplies_what_a_large_firm_teaches, "SME", 2.0, 1, 7),
    ),
    (
        "last in, first out",
        ProjectQueue.start_projects,
        "firm = self.waiting.popleft()",
        "firm = self.waiting.pop()",
        test_capacity.test_a_queue_of_regular_arrivals_and_equal_durations,
    ),
    (
        "failures free no room",
        Firm.implement,
        "self.model.projects.room_used -= self.room",
        "self.model.projects.room_used -= self.room if operates else 0",
        test_capacity.test_failures_free_room_too,
    ),
    (
        "growth once a year",
        capacity.projects_at_once,
        " + (horizon.calendar_months - 1) / 12.0",
        "",
        test_capacity.test_projects_at_once_grow_from_2026_on,
    ),
    (
        "smart factories take room for ever",
        capacity.room,
        "(so_far - ended)",
        "so_far",
        test_capacity.test_smart_factories_take_room_for_their_months,
    ),
    (
        "a smaller scope helps",
        adequacy.power_of_scope,
        "math.pow(scope, exponent)",
        "math.pow(scope, -exponent)",
        test_adequacy.test_a_project_of_scope_049_takes_ten_months_instead_of_seven,
    ),
    (
        "scope after what is known",
        Firm.implement,
        "surer(chance * power_of_scope(self.scope, case.adequacy.success_exponent), self.spared(case.reuse.success))",
        "surer(chance, self.spared(case.reuse.success)) * power_of_scope(self.scope, case.adequacy.success_exponent)",
        test_adequacy.test_a_known_solution_takes_its_share_of_the_risk_that_is_left,
    ),
]


def in_the_reference_engine(world: Problem, replicate: int = 0, scenario: Scenario | None = None) -> History:
    return reference.run(world, scenario or draw_scenario(world, replicate))


@pytest.mark.parametrize(("law", "right", "wrong", "test"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_named_test_fails_on_the_fault(
    law: Callable[..., Any], right: str, wrong: str, test: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "in_both", in_the_reference_engine)
    with planted(law, right, wrong), pytest.raises(AssertionError):
        test()
    test()


def test_a_fault_that_cannot_be_planted_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 times"), planted(funding.award, "no such piece", ""):
        pass
