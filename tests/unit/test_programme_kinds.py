"""Kinds of programme: the money of grants and loans, worked out by hand, in both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.config.models import ProgrammeTable
from aixsim.config.validation import ConfigError
from aixsim.engines.kernel import replicate as kernel
from aixsim.engines.reference import diffusion_model as reference
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import History
from aixsim.model.parameters import Parameters
from aixsim.model.problem import Problem
from aixsim.model.programme_kind import ProgrammeKind
from aixsim.model.programme_kinds import programme_kinds
from aixsim.model.programmes import EVERY, TERMS, declared_of
from aixsim.model.scenario import Scenario
from aixsim.world.classification import SIZES
from tests import worlds

BN = 1_000_000_000
ENGINES = [reference.run, kernel.run]
Engine = Callable[[Problem, Scenario], History]


def world(success: float, months: float, **terms: Any) -> Problem:
    """Twenty firms that all decide at once; KRW 4 bn in 2024 alone, lent or given 2 bn at a time each January."""
    chosen = worlds.settings(
        {"innovation": {"rate": 1.0}},
        funding={"mode": "programmes", "own_rate": 0.0, "attempts": 100, "patience_months": 100},
        implementation={"success": dict.fromkeys(SIZES, success), "median_months": dict.fromkeys(SIZES, months), "sigma": 0.0},
        programme=[worlds.programme(budget_krw_bn={2024: 4.0}, grant_krw_bn=2.0, **terms)],
    )
    return worlds.problem(chosen, 20, end="2027-12")


def money(run: Engine, problem: Problem) -> dict[str, list[int]]:
    history = run(problem, draw_scenario(problem, 0))
    return {name: getattr(history, name)[0].tolist() for name in ("budget", "spent", "repaid", "funded")}


@pytest.mark.parametrize("run", ENGINES)
def test_a_grant_by_hand(run: Engine) -> None:
    """Two firms of 2 bn each in 2024, and that is all."""
    assert money(run, world(1.0, 12.0)) == {
        "budget": [4 * BN, 0, 0, 0],
        "spent": [4 * BN, 0, 0, 0],
        "repaid": [0, 0, 0, 0],
        "funded": [2, 0, 0, 0],
    }


@pytest.mark.parametrize("run", ENGINES)
def test_a_loan_that_succeeds_by_hand(run: Engine) -> None:
    """Launched in January 2024, in production in January 2025, after its call.

    Half of 2 x 2 bn comes back in 2025, is left there, moves to 2026 and pays one firm; of that 1 bn comes back in 2027, too late for its
    call and too little for a loan.
    """
    assert money(run, world(1.0, 12.0, kind="loan", repaid_share=0.5, recovered_share=0.25)) == {
        "budget": [4 * BN, 0, 2 * BN, 1 * BN],
        "spent": [4 * BN, 0, 2 * BN, 0],
        "repaid": [0, 2 * BN, 0, 1 * BN],
        "funded": [2, 0, 1, 0],
    }


@pytest.mark.parametrize("run", ENGINES)
def test_a_loan_that_fails_by_hand(run: Engine) -> None:
    """A quarter of 4 bn is recovered in 2025, which pays nobody."""
    assert money(run, world(0.0, 12.0, kind="loan", repaid_share=0.5, recovered_share=0.25)) == {
        "budget": [4 * BN, 0, 0, 1 * BN],
        "spent": [4 * BN, 0, 0, 0],
        "repaid": [0, 1 * BN, 0, 0],
        "funded": [2, 0, 0, 0],
    }


@pytest.mark.parametrize("run", ENGINES)
def test_a_share_of_the_loan_is_to_the_nearest_won(run: Engine) -> None:
    """A third of 2,000,000,000 won is 666,666,667."""
    assert money(run, world(1.0, 12.0, kind="loan", repaid_share=1 / 3, recovered_share=0.0))["repaid"] == [0, 2 * 666_666_667, 0, 0]


@pytest.mark.parametrize("run", ENGINES)
def test_a_loan_of_which_nothing_comes_back_is_a_grant(run: Engine) -> None:
    lost = world(1.0, 12.0, kind="loan", repaid_share=0.0, recovered_share=0.0)
    assert money(run, lost) == money(run, world(1.0, 12.0))


def a_quarter(grant: int, p: Parameters) -> int:
    """What a guarantee sets aside."""
    return grant // 4


def test_what_a_project_takes_is_up_to_the_kind() -> None:
    """Of 4 bn a quarter of 2 bn for each firm: eight instead of two. A kernel that was compiled without the kind refuses it."""
    problem = world(1.0, 12.0)
    scenario = draw_scenario(problem, 0)
    scenario.lines[0] = replace(scenario.lines[0], kind=ProgrammeKind("guarantee", "", "", on_call=a_quarter))
    history = reference.run(problem, scenario)
    assert history.funded[0].tolist() == [8, 0, 0, 0]
    assert history.spent[0].tolist() == [4 * BN, 0, 0, 0]
    with pytest.raises(ValueError, match="guarantee"):
        kernel.run(problem, scenario)


def test_what_a_firm_paid_itself_is_not_paid_back() -> None:
    """Refused by the programme, then launched on own money: only the two loans come back."""
    chosen = world(1.0, 12.0, kind="loan", repaid_share=1.0, recovered_share=0.0).settings
    chosen = {**chosen, "funding": {**chosen["funding"], "own_rate": 5.0}}
    problem = worlds.problem(chosen, 20, end="2025-12")
    for run in ENGINES:
        assert money(run, problem)["repaid"] == [0, 4 * BN]


@pytest.mark.parametrize("kind", programme_kinds().values(), ids=lambda kind: kind.name)
def test_hooks_give_whole_won_and_never_take_more_than_was_paid(kind: ProgrammeKind) -> None:
    for end in ("default", "low", "high"):
        terms = kind.parameters.read({item.name: getattr(item, end) for item in kind.parameters.declared})
        for grant in (1, 7, 830_000_000, 999_999_999_999_999):
            taken = kind.taken(grant, terms)
            for returned in (kind.returned(taken, terms, operates=operates) for operates in (True, False)):
                assert isinstance(returned, int)
                assert 0 <= returned <= taken


STATED = {"name": "a", "budget_krw_bn": {"2024": 1.0}, "grant_krw_bn": 1.0, "call_months": [1]}


def test_a_kind_brings_its_parameters() -> None:
    grant, loan = (ProgrammeTable.model_validate(STATED | more).model_dump() for more in ({}, {"kind": "loan", "recovered_share": 0.1}))
    assert (grant["kind"], grant["repaid_share"], grant["recovered_share"]) == ("grant", None, None)
    assert (loan["kind"], loan["repaid_share"], loan["recovered_share"]) == ("loan", 0.9, 0.1)
    assert set(TERMS) <= {item.name for item in EVERY} == set(ProgrammeTable.model_fields) - {"name"}
    assert declared_of("grant") == tuple(item for item in declared_of("loan") if item.name not in TERMS)


CONFIG = """
title = "Loans"
horizon = { start = "2024-01", end = "2026-12" }
population = { kind = "homogeneous", firms = 50 }
network = { kind = "none" }
mechanisms.innovation = { rate = 0.1 }
[[programme]]
name = "a"
budget_krw_bn = { 2024 = 4.0 }
grant_krw_bn = 1.0
call_months = [1]
"""


def test_a_config_states_a_kind_and_may_be_uncertain_of_its_parameters(tmp_path: Path) -> None:
    file = tmp_path / "loans.toml"
    file.write_text(CONFIG + 'kind = "loan"\nrepaid_share = { dist = "uniform", low = 0.5, high = 0.9 }\n')
    study = load(file, {"monte_carlo.seed": 1})
    file.write_text(study.to_toml())
    assert load(file).settings == study.settings
    problem = problems(study)(0)
    scenario = draw_scenario(problem, 0)
    terms: Any = scenario.lines[0].terms
    assert 0.5 <= scenario.drawn["programme.a.repaid_share"] == terms.repaid_share <= 0.9


def test_a_parameter_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "loans.toml"
    file.write_text(CONFIG + "repaid_share = 0.5\n")
    with pytest.raises(ConfigError) as refused:
        load(file)
    (problem,) = refused.value.problems
    assert (problem.key, problem.line) == ("programme[0].repaid_share", 12)
    assert "kind = 'loan'" in problem.allowed


def test_the_budget_is_the_plan_and_what_came_back() -> None:
    problem = world(0.7, 5.0, kind="loan", repaid_share=0.8, recovered_share=0.3)
    for replicate in range(5):
        scenario = draw_scenario(problem, replicate)
        history, other = (run(problem, scenario) for run in ENGINES)
        assert history.repaid.sum() > 0
        assert history.budget.sum() == scenario.lines[0].budget.sum() + history.repaid.sum()
        assert (history.spent <= history.budget).all()
        assert all(
            np.array_equal(getattr(history, name), getattr(other, name)) for name in ("budget", "spent", "repaid", "funded", "applicants")
        )
