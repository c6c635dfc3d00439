"""Robustness: regret and satisficing of a table worked out by hand, replicates that must be paired, and intervals that hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import aixsim
from aixsim.errors import UserError
from aixsim.random.draws import uniforms
from aixsim.report.figures.drawing import draw_figures
from aixsim.report.text.robustness_text import robustness_text
from aixsim.results.pairing import ComparisonError
from aixsim.stats.regret import mean_and_high, regret_of, resampled
from tests.cli.run_cli import run_cli
from tests.result_fixture import make_result
from tests.runs.made import Made, made

TABLE = np.array([[10, 20, 30, 40], [15, 15, 35, 20], [0, 25, 30, 40]])
"""Counts of three policies in four futures; the best are 15, 25, 35 and 40."""


def swept(counts: list[NDArray[Any]], numbers: list[NDArray[Any]] | None = None, **options: Any) -> Made:
    """Returns a sweep of policies with these counts, by policy; the goal is 20."""
    hits = [np.zeros(len(one), np.bool_) for one in counts]
    sweep = made([{} for _ in counts], hits, policies=["plan", "small", "large"][: len(counts)], **options)
    object.__setattr__(sweep, "goals", tuple(type(goal)(goal.name, goal.outcome, 20.0, goal.by, 20, goal.month) for goal in sweep.goals))
    known = numbers or [np.arange(len(one)) for one in counts]
    object.__setattr__(sweep, "final_counts", lambda point, _goal: (known[point.id].astype(np.int32), counts[point.id].astype(np.int32)))
    return sweep


def is_right(sweep: Made) -> bool:
    """Returns whether both tables are those worked out by hand for ``TABLE``, each future five times."""
    answer = aixsim.robustness(sweep)
    regret, good = answer.frame("regret").set_index("policy"), answer.frame("satisficing").set_index("policy")
    # Regrets are 5, 5, 5, 0; 0, 10, 0, 20; and 15, 0, 5, 0.
    return bool(
        regret["mean"].to_dict() == {"plan": 3.75, "small": 7.5, "large": 5.0}
        and regret["largest"].to_dict() == {"plan": 5.0, "small": 20.0, "large": 15.0}
        and regret["best"].to_dict() == {"plan": 0.25, "small": 0.5, "large": 0.5}
        and good["met"].to_dict() == {"plan": 15, "small": 10, "large": 15}
    )


def test_the_table_worked_out_by_hand() -> None:
    counts = [np.tile(row, 5) for row in TABLE]
    assert is_right(swept(counts))
    assert not is_right(swept([counts[0], np.roll(counts[1], 1), counts[2]])), "the twin: a policy has the futures of others"
    assert mean_and_high(regret_of(TABLE[:, None, :].astype(float)))[1] == pytest.approx([5.0, 17.0, 12.0])


def test_replicates_are_paired_by_number() -> None:
    counts, numbers = [np.tile(row, 5) for row in TABLE], np.arange(20)
    more = np.append(counts[2], [500, 600])
    assert is_right(swept([*counts[:2], more], [numbers, numbers, np.arange(22)])), "what only one policy has is left out"
    counts = [np.tile(row, 6) for row in TABLE]
    shifted = swept(counts, [np.arange(24), np.arange(24), np.arange(24) + 1])
    regret = aixsim.robustness(shifted).frame("regret").set_index("policy")
    assert set(regret["n"]) == {23}
    # By number, future 1 compares 20, 15 and 0; by place, the twin, it would compare 20, 15 and 25.
    assert regret.loc["large", "largest"] == 20.0


def coverage(n_conditions: int, n_replicates: int, *, as_one: bool) -> float:
    """Returns how often the interval of the mean holds the true mean, 1, of futures that share conditions and replicates.

    Args:
        n_conditions, n_replicates: of each data set.
        as_one: planted fault: all futures are resampled as if they were independent.
    """
    held = 0
    for seed in range(16):
        of_condition, of_replicate = (2.0 * uniforms(seed, k, 0, n) for k, n in enumerate((n_conditions, n_replicates)))
        values = 0.5 * of_condition[:, None] + 0.5 * of_replicate
        found = resampled(values.reshape(1, -1) if as_one else values)[:, 0]
        low, high = np.quantile(found, [0.025, 0.975])
        held += low <= 1.0 <= high
    return held / 16


def test_intervals_hold_as_often_as_they_say() -> None:
    assert coverage(20, 20, as_one=False) >= 0.8
    assert coverage(20, 20, as_one=True) < 0.6


def test_factors_are_conditions_or_choices() -> None:
    values = [{"parks": parks, "share": share} for parks in (0, 7) for share in (0.5, 1.0)]
    reached = [np.arange(40) < n for n in (0, 20, 10, 40)]
    answer = aixsim.robustness(made(values, reached), choices=["parks"])
    good = answer.frame("satisficing").set_index("policy")
    assert good["met"].to_dict() == {"parks 0": 20, "parks 7": 50}
    assert set(good["n"]) == {80}
    # Two conditions and forty replicates are worth less than eighty futures.
    assert (good["n_effective"] < 40).all()
    regret = answer.frame("regret").set_index("policy")
    # Counts are 0 or 10: 10 and 20 of 40 replicates are behind by 10 at the two conditions.
    assert regret["mean"].to_dict() == {"parks 0": pytest.approx(10 * 30 / 80), "parks 7": 0.0}


def test_the_answer_of_results(tmp_path: Path) -> None:
    folders = [make_result(tmp_path / name, n=40, lift=lift) for name, lift in (("plan", 1.0), ("more", 1.2))]
    answer = aixsim.robustness(*map(aixsim.open_result, folders), spend_below=1000.0)
    assert "more has the least mean regret" in answer.sentence.replace("it has", "more has")
    text = robustness_text(answer, 78)
    assert text.startswith(answer.sentence[:40])
    assert "public money at most KRW 1,000 bn" in text
    assert {row["quantity"] for row in answer.tables["regret"].rows} == {"500 launched", "500 operating", "public money"}
    draw_figures(answer, tmp_path / "out", formats=("svg",))
    answer.write(tmp_path / "out")
    frame = pd.read_parquet(tmp_path / "out" / "regret.parquet")
    assert (frame["mean_low"] <= frame["mean"]).all()
    assert (frame["mean"] <= frame["mean_high"]).all()
    other = make_result(tmp_path / "other", n=40, seed=2)
    with pytest.raises(ComparisonError, match="seed"):
        aixsim.robustness(aixsim.open_result(folders[0]), aixsim.open_result(other))


def test_what_cannot_be_told() -> None:
    two = swept([np.arange(30), np.arange(30)])
    with pytest.raises(UserError, match="--spend-below needs public money"):
        aixsim.robustness(two, spend_below=10.0)
    with pytest.raises(UserError, match="--choice parks: no factor of the sweep"):
        aixsim.robustness(two, choices=["parks"])
    with pytest.raises(UserError, match="name the factors that are chosen"):
        aixsim.robustness(made([{"a": 1}], [np.ones(30, np.bool_)]))
    with pytest.raises(UserError, match="share no random numbers"):
        aixsim.robustness(swept([np.arange(30), np.arange(30)], common=False))
    with pytest.raises(UserError, match="5 replicates in common"):
        aixsim.robustness(swept([np.arange(5), np.arange(5)]))


def test_the_command(tmp_path: Path) -> None:
    plan = make_result(tmp_path / "plan", n=40)
    for arguments, message in (
        ([plan], "is one policy; give the results of two or more"),
        ([plan, plan, "--choice", "levers.parks.number"], "only the factors of a sweep can be choices"),
        ([plan, plan, "--spend-below", "-1"], "give a positive sum"),
    ):
        ended = run_cli(["robustness", *arguments, "-o", tmp_path / "out"], tmp_path)
        assert ended.code == 2, ended.err
        assert message in " ".join(ended.err.split())
        assert not (tmp_path / "out").exists()
    more = make_result(tmp_path / "more", n=40, lift=1.2)
    ended = run_cli(["robustness", plan, more, "-o", tmp_path / "out"], tmp_path)
    assert ended.code == 0, ended.err
    assert {"regret.csv", "regret.png", "robustness.txt", "satisficing.parquet"} <= {path.name for path in (tmp_path / "out").iterdir()}
