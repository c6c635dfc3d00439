"""ODD 7.5: net cost deducts expected_success times the public share that the best open programme offers the size class, and what a subsidy
or the low rate of the growth fund gives beside it, at most 0.99 in all. ODD 7.2: as support firms count what need not be paid back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.model import programmes
from aixsim.model.calendar import Horizon
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.economics import Economics
from aixsim.model.scenario import FundingLine
from tests import worlds
from tests.model.values import LARGE, MEDIUM, MICRO, SMALL, by_size, line, values, with_lever, world_of

HORIZON = Horizon("2024-01", "2025-12")
COSTS = by_size(1.0, 4.0, 5.0, 20.0, 300.0)


def support(lines: Sequence[FundingLine], shares: Sequence[float], success: float = 0.13) -> NDArray[np.float64]:
    p = values(Economics, expected_success=success, project_cost_krw_bn=COSTS)
    return programmes.expected_support(lines, HORIZON, p, shares)


def both_years(**stated: Any) -> FundingLine:
    return line(HORIZON, **{"budget_krw_bn": {2024: 10.0, 2025: 10.0}, "grant_krw_bn": 2.0, **stated})


def test_support_is_the_chance_of_a_grant_times_its_share_of_the_cost() -> None:
    found = support([both_years()], [1.0])
    assert found.shape == (24, 5)
    assert found[0, MEDIUM] == pytest.approx(0.13 * 2.0 / 5.0)
    assert found[0, SMALL] == pytest.approx(0.13 * 2.0 / 4.0)
    assert found[0, LARGE] == pytest.approx(0.13 * 2.0 / 300.0)
    assert found[0, MICRO] == pytest.approx(0.13 * 1.0)  # 2 bn for a project of 1 bn: the whole cost, and no more
    assert support([both_years()], [1.0], success=0.5)[23, MEDIUM] == pytest.approx(0.2)


def test_no_more_than_the_highest_public_share() -> None:
    found = support([both_years(grant_krw_bn=4.0)], [0.5])
    assert found[0, MEDIUM] == pytest.approx(0.13 * 0.5)  # 4 of 5 bn is cut to half
    assert found[0, LARGE] == pytest.approx(0.13 * 4.0 / 300.0)


def test_the_best_programme_counts_and_they_do_not_add_up() -> None:
    small_only, all_sizes = both_years(grant_krw_bn=3.0, sizes=["small"]), both_years(grant_krw_bn=1.0)
    for lines in ([small_only, all_sizes], [all_sizes, small_only]):
        found = support(lines, [1.0, 1.0])
        assert found[0, SMALL] == pytest.approx(0.13 * 3.0 / 4.0)
        assert found[0, MEDIUM] == pytest.approx(0.13 * 1.0 / 5.0)


def test_a_programme_without_money_this_year_offers_nothing() -> None:
    found = support([both_years(budget_krw_bn={2025: 10.0})], [1.0])
    assert (found[:12] == 0.0).all()
    assert found[12:, MEDIUM] == pytest.approx(0.13 * 0.4)


def test_the_grant_is_that_of_the_year() -> None:
    found = support([both_years(grant_krw_bn={2024: 1.0, 2025: 2.0})], [1.0])
    assert found[11, MEDIUM] == pytest.approx(0.13 * 0.2)
    assert found[12, MEDIUM] == pytest.approx(0.13 * 0.4)


def test_what_a_lever_adds_or_takes_opens_or_closes_a_programme() -> None:
    opened, closed = both_years(budget_krw_bn={2024: 10.0}), both_years()
    opened.change[1], closed.change[1] = 1, -10_000_000_000
    assert support([opened], [1.0])[12, MEDIUM] == pytest.approx(0.13 * 0.4)
    assert support([closed], [1.0])[11, MEDIUM] == pytest.approx(0.13 * 0.4)
    assert support([closed], [1.0])[12, MEDIUM] == 0.0


@pytest.mark.parametrize(("repaid", "expected"), [(0.0, 0.13 * 0.4), (0.5, 0.13 * 0.2), (1.0, 0.0)])
def test_of_a_loan_what_is_kept_counts(repaid: float, expected: float) -> None:
    # 2 of 5 bn is lent; what is recovered when a project fails helps nobody who succeeds.
    lent = both_years(kind="loan", repaid_share=repaid, recovered_share=0.3)
    assert support([lent], [1.0])[0, MEDIUM] == pytest.approx(expected)


def test_never_more_than_99_percent() -> None:
    assert support([both_years(grant_krw_bn=5.0)], [1.0], success=1.0)[0, MEDIUM] == 0.99
    world = world_of(programme=[worlds.programme(public_share_max=1.0)], economics={"expected_success": 1.0, "project_cost_krw_bn": COSTS})
    with_subsidy = with_lever("sme_subsidy", world, start="2024-01", share=0.9)
    assert with_subsidy.support[0, MEDIUM] == 0.99  # 1 of 5 bn is 0.2, and 0.9 beside it


def test_a_subsidy_comes_on_top_for_its_classes_in_its_months() -> None:
    world = world_of(
        programme=[worlds.programme(budget_krw_bn=dict.fromkeys(range(2024, 2029), 10.0))], economics={"project_cost_krw_bn": COSTS}
    )
    found = with_lever("sme_subsidy", world, start="2024-03", stop="2024-06", share=0.2, sizes=["medium"]).support
    offered = 0.13 * 1.0 / 5.0
    assert found[:7, MEDIUM] == pytest.approx([offered, offered, *[offered + 0.2] * 3, offered, offered])
    assert found[3, SMALL] == pytest.approx(0.13 * 1.0 / 4.0)


def test_every_programme_of_a_config_keeps_its_own_highest_share() -> None:
    tables = [worlds.programme(name="a", grant_krw_bn=4.0, public_share_max=0.1), worlds.programme(name="b", grant_krw_bn=1.0)]
    scenario = draw_scenario(world_of(programme=tables, economics={"project_cost_krw_bn": COSTS}), 0)
    assert scenario.support[0, MEDIUM] == pytest.approx(0.13 * 0.2)  # b: 1 of 5 bn; a: 4 of 5, cut to 0.1


def test_every_line_needs_its_highest_share() -> None:
    with pytest.raises(ValueError, match="shorter"):
        support([both_years(), both_years()], [0.5])
