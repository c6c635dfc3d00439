"""Counting rules: what an AI factory is, in nine ways at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aixsim.model.calendar import Horizon
from aixsim.model.projects import NEVER
from aixsim.report.text.counting_table import counting_table
from aixsim.report.text.headline import headline, headline_json
from aixsim.report.text.text_layout import page
from aixsim.results.counting_rules import STATUSES, count_by_rule, counting, rules
from aixsim.results.project_table import Projects
from aixsim.results.result import Result, open_result
from aixsim.world.classification import ROUTES
from tests.result_fixture import FakeGoal, make_result

PUBLIC = ["programme", "collaboration", "park"]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return open_result(make_result(tmp_path_factory.mktemp("counting") / "plan", 40, failed=(3,)))


def projects(*rows: tuple[int, str, int, int, int]) -> Projects:
    """Rows of replicate, route, and months of launch, operation and end."""
    replicate, route, launched, operating, ended = np.array([(r, ROUTES.index(route), *months) for r, route, *months in rows], np.int64).T
    none = np.zeros(len(rows), np.int64)
    return Projects(replicate, none, route, launched, operating, ended, none, none, none, none)


def test_each_rule_by_hand() -> None:
    table = projects(
        (4, "programme", 1, 3, NEVER),  # runs on
        (4, "programme", 1, 3, 5),  # abandoned in the very month of the deadline
        (4, "programme", 1, NEVER, 4),  # failed
        (4, "park", 5, 6, NEVER),  # operates too late
        (7, "own", 2, 3, 6),  # abandoned too late to matter
        (7, "park", 6, NEVER, NEVER),  # starts too late
    )
    ways = rules(PUBLIC)
    counted = count_by_rule([table], ways, np.array([4, 7, 9]), 5)
    found = {(rule.status, rule.scope): counted[:, k].tolist() for k, rule in enumerate(ways)}
    started, been, still = STATUSES
    assert found == {
        (started, "programme calls"): [3, 0, 0],
        (started, "all public money"): [4, 0, 0],
        (started, "every route"): [4, 1, 0],
        (been, "programme calls"): [2, 0, 0],
        (been, "all public money"): [2, 0, 0],
        (been, "every route"): [2, 1, 0],
        (still, "programme calls"): [1, 0, 0],
        (still, "all public money"): [1, 0, 0],
        (still, "every route"): [1, 1, 0],
    }


def test_pieces_add_up() -> None:
    one, two = projects((0, "own", 0, 1, NEVER)), projects((0, "own", 0, 1, NEVER), (1, "own", 0, 1, NEVER))
    counted = count_by_rule([one, two], rules(PUBLIC), np.array([0, 1]), 5)
    assert counted[:, -1].tolist() == [2, 1]


def test_what_a_config_counts_is_a_scope_of_its_own_only_when_it_is_another() -> None:
    assert len(rules(PUBLIC)) == len(rules(list(ROUTES))) == len(rules(["programme"])) == 9
    own_way = rules(["park", "own"])
    assert len(own_way) == 12
    assert own_way[3].routes == ("park", "own")


def test_the_rule_of_the_ministry_is_the_goal(result: Result) -> None:
    by_rule = {(r["status"], r["scope"]): r for r in result.counting}
    assert len(by_rule) == len(result.counting) == 9, "both goals share number and deadline"
    launched, operating = result.goal_records
    for goal, status in ((launched, STATUSES[0]), (operating, STATUSES[2])):
        record = by_rule[status, "all public money"]
        for key in ("successes", "n", "n_failed", "interval", "confidence"):
            assert record[key] == goal[key], key
        assert record["count"] == goal["count_at_deadline"]


def test_wider_rules_never_count_less(result: Result) -> None:
    for quantile in ("p05", "p50", "p95"):
        for a in result.counting:
            for b in result.counting:
                if STATUSES.index(a["status"]) <= STATUSES.index(b["status"]) and set(a["routes"]) >= set(b["routes"]):
                    assert a["count"][quantile] >= b["count"][quantile]


def test_every_number_and_deadline_is_evaluated_once() -> None:
    goals = [FakeGoal("a", "launched", 2, "2024-06"), FakeGoal("b", "operating", 2, "2024-06"), FakeGoal("c", "launched", 1, "2024-01")]
    goals += [FakeGoal("d", "decided", 9, "2024-06")]
    table = projects((0, "programme", 0, 1, NEVER), (0, "own", 4, 5, NEVER))
    records = counting([table], goals, PUBLIC, np.array([0]), Horizon("2024-01", "2024-06"), 1.0, 0, 0.95)
    assert [(r["at_least"], r["by"]) for r in records] == [(2, "2024-06")] * 9 + [(1, "2024-01")] * 9
    assert [r["successes"] for r in records if r["scope"] == "every route"] == [1, 1, 1, 1, 0, 0]
    assert counting([table], goals[3:], PUBLIC, np.array([0]), Horizon("2024-01", "2024-06"), 1.0, 0, 0.95) == []


def test_the_headline_says_how_far_the_answer_depends_on_the_rule(result: Result, tmp_path: Path) -> None:
    text = headline(result, verbose=True)
    assert "How the result depends on the definition of an AI factory" in text
    for words in (*STATUSES, "programme calls", "all public money", "every route", "at most", "39, 1 failed"):
        assert words in text.replace("\n", " "), words
    assert max(map(len, text.splitlines())) <= 80
    assert "definition of an AI factory" not in headline(result), "the short form leaves it to --verbose"
    assert headline_json(result)["counting"] == result.counting
    none = open_result(make_result(tmp_path / "none", 5, goals=()))
    assert none.counting == []
    assert "definition of an AI factory" not in headline(none, verbose=True)


def test_no_cell_of_the_table_claims_certainty_or_runs_into_the_next(result: Result) -> None:
    records = [{**record} for record in result.counting]
    for record, (low, high, share) in zip(records, ((0.93, 0.998, 0.98), (0.0003, 0.054, 0.01), (0.4, 0.6, 0.5)), strict=False):
        record |= {"interval": {"low": low, "high": high}, "probability": share, "successes": 1}
    lines = page([counting_table(records)]).splitlines()[-6:]
    cells = lines[0]
    assert "98 % [93, 99.8]" in cells
    assert "1 % [0.03, 5]" in cells
    assert " 0 %" not in cells
    assert all("  " in line.strip() or line.count("%") <= 1 for line in lines)
