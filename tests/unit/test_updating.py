"""A finished run weighed by a new count."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from aixsim.cli.app import update as update_command
from aixsim.errors import UserError
from aixsim.evidence.updating import ERROR, NewCount, parse_count, update
from aixsim.report.text.update_text import update_text
from aixsim.results.result import Result, open_result
from aixsim.stats.weights import TooFewError
from tests.cli.run_cli import run_cli
from tests.result_fixture import make_result


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return open_result(make_result(tmp_path_factory.mktemp("update") / "run", n=300, with_network=False))


def test_a_high_count_raises_and_a_low_one_lowers(result: Result) -> None:
    high, low = (update(result, [NewCount("2026-12", "launched", value)], 0.1) for value in (190.0, 150.0))
    assert low.goals[0].after < low.goals[0].before.estimate < high.goals[0].after
    assert 100 <= high.ess <= 300
    assert high.goals[0].count_after[1] > high.goals[0].count_before[1]
    inside = high.goals[0].interval
    assert inside[0] < high.goals[0].after < inside[1]


def test_weights_are_those_of_the_law(result: Result) -> None:
    """By hand, with growth since the 102 that the run knows; the twin compares levels and is noticed."""
    from aixsim.stats.counting_law import log_mass
    from aixsim.stats.weights import normalised

    end, start = (result.counts_in(month)["launched"].astype(float) for month in ("2026-12", "2025-12"))
    goal = result.counts_in("2030-12")["launched"].astype(float) >= 500
    for values, count, right in ((end - start, 70.0, True), (end, 172.0, False)):
        weights = normalised(log_mass(count, np.maximum(values, 0.5), np.full(len(values), 0.01)))
        found = update(result, [NewCount("2026-12", "launched", 172.0)], 0.1).goals[0].after
        assert bool(np.isclose(found, weights @ goal)) is right


def test_two_counts_at_once_are_the_one_and_then_the_other(result: Result) -> None:
    counts = [NewCount("2027-12", "launched", 255.0), NewCount("2026-12", "launched", 172.0)]
    both = update(result, counts)
    assert both.ess < update(result, counts[1:]).ess
    assert len(both.simulated) == 2
    text = update_text(result, counts, 0.1, both)
    assert text.index("2026-12") < text.index("2027-12")


def test_a_count_beyond_the_run_is_refused(result: Result) -> None:
    with pytest.raises(TooFewError) as refused:
        update(result, [NewCount("2026-12", "launched", 900.0)])
    assert refused.value.ess < 100
    assert refused.value.exit_code == 2


def test_a_refusal_says_what_would_do(tmp_path: Path) -> None:
    """The wider error that it names is enough, and so are the replicates at the rate that was found."""
    result = open_result(make_result(tmp_path / "small", 150))
    counts = [NewCount("2026-12", "launched", 172.0)]
    with pytest.raises(TooFewError) as refused:
        update(result, counts, 0.05)
    wide = float(str(refused.value).partition("--error ")[2].partition(")")[0])
    assert update(result, counts, wide).ess >= refused.value.least
    wanted = int(str(refused.value).partition("-n ")[2].partition(")")[0])
    assert wanted / refused.value.n * refused.value.ess >= refused.value.least


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-12", "allowed: YYYY-MM=COUNT"),
        ("2026-13=5", "allowed: YYYY-MM=COUNT"),
        ("2026-12=many", "allowed: YYYY-MM=COUNT"),
        ("2026-12=-5", "allowed: YYYY-MM=COUNT"),
        ("2026-12=nan", "allowed: YYYY-MM=COUNT"),
        ("launch:2026-12=5", "unknown outcome 'launch'"),
        ("2035-12=500", "outside the run"),
        ("2026-12=90", "cannot fall"),
        ("2025-06=103", "cannot fall"),
        ("2025-12=102", "give each month once"),
        ("2026-12=1e300", "a count is at most 1,000,000,000"),
    ],
)
def test_bad_counts_are_refused_in_one_line(result: Result, text: str, says: str) -> None:
    ended = run_cli(["update", result.path, "--observe", text], result.path.parent)
    assert ended.code == 2
    assert says in ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_the_same_month_twice_is_refused_and_the_order_does_not_matter(result: Result) -> None:
    twice = run_cli(["update", result.path, "--observe", "2026-12=172", "--observe", "2026-12=172"], result.path.parent)
    assert twice.code == 2
    assert "give each month once" in twice.err
    observe = [["--observe", text] for text in ("2027-12=255", "2026-12=172")]
    one, other = (
        json.loads(run_cli(["update", result.path, *a, *b, "--json"], result.path.parent).out) for a, b in (observe, observe[::-1])
    )
    assert one == other
    assert [seen["month"] for seen in one["observed"]] == ["2026-12", "2027-12"]


def test_the_command_says_how_the_answer_moved_and_writes_nothing(result: Result) -> None:
    before = sorted(path.name for path in result.path.iterdir())
    ended = run_cli(["update", result.path, "--observe", "2026-12=172"], result.path.parent)
    assert ended.code == 0
    assert "effective sample size" in ended.out
    assert "before" in ended.out
    assert "after" in ended.out
    assert sorted(path.name for path in result.path.iterdir()) == before


def test_the_command_takes_the_error_that_was_learned() -> None:
    assert inspect.signature(update_command).parameters["error"].default == ERROR


def test_other_outcomes_have_a_name_in_front() -> None:
    assert parse_count("operating:2027-12=60") == NewCount("2027-12", "operating", 60.0)
    assert parse_count("2026-12=134") == NewCount("2026-12", "launched", 134.0)
    with pytest.raises(UserError):
        parse_count("=")
