"""Signposts: curves by hand, the reliability of probabilities on other replicates, and a wrong curve that fails."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import aixsim
from aixsim.answers.year_end_counts import LEAST, Fits, fitted, signpost, skill
from aixsim.errors import ArgumentError, UserError
from aixsim.random.draws import uniforms
from aixsim.report.text.signposts_text import signposts_text
from tests.result_fixture import make_result


def futures(n: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Returns counts 0 to 99 and whether a goal is reached, of which the probability is a hundredth of the count."""
    counts = np.floor(100.0 * uniforms(seed, 0, 0, n))
    return counts, uniforms(seed, 1, 0, n) < counts / 100.0


def test_the_curve_by_hand() -> None:
    x = np.array([1.0, 1.0, 2.0, 3.0, 4.0, 4.0])
    y = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 1.0])
    # 1: one of two; 2 and 3 are the wrong way round and share one half; 4: both.
    assert fitted(x, y).tolist() == [0.5, 0.5, 0.5, 0.5, 1.0, 1.0]
    assert fitted(np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 0.0])) == pytest.approx(np.full(3, 1 / 3))


@pytest.mark.parametrize("level", [0.2, 0.5, 0.8])
def test_a_signpost_is_where_the_probability_is(level: float) -> None:
    counts, reached = futures(4000, 1)
    found = signpost(Fits(counts, reached), level, 0.1, 0.95)
    assert found["low"] <= 1000 * level <= found["high"]  # national counts are ten times those of the sample
    assert found["low"] <= found["count"] <= found["high"]
    below = counts < 0.1 * found["count"]
    assert (found["n_below"], found["n_from"]) == (below.sum(), (~below).sum())
    assert found["p_below"] == reached[below].mean()
    assert found["p_from"] == reached[~below].mean()


def reliable(shift: float) -> bool:
    """Returns whether a curve fitted to some replicates has, on others, the probabilities that it states, by fifths of the count.

    Args:
        shift: planted fault: the counts of the others are that much too high.
    """
    counts, reached = futures(4000, 2)
    order = np.argsort(counts, kind="stable")
    x, curve = counts[order], fitted(counts[order], reached[order].astype(np.float64))
    others, truth = futures(4000, 3)
    told = np.interp(others + shift, x, curve)
    fifth = np.minimum(others // 20, 4)
    z = [(truth[fifth == k].mean() - told[fifth == k].mean()) / np.sqrt(2 * 0.25 / (fifth == k).sum()) for k in range(5)]  # both halves err
    return max(abs(value) for value in z) < 3.3


def test_probabilities_hold_on_other_replicates() -> None:
    assert reliable(0.0)
    assert not reliable(12.0)


def test_intervals_hold_the_true_count_as_often_as_they_say() -> None:
    held, n = 0, 60
    for seed in range(n):
        counts, reached = futures(600, 100 + seed)
        found = signpost(Fits(counts, reached), 0.5, 1.0, 0.95)
        held += found["low"] <= 50 <= found["high"]
    assert held >= 50  # 57 of 60 are expected; with 80 % intervals 48


def test_skill_by_hand() -> None:
    counts = np.repeat([0.0, 1.0], 50)
    assert skill(counts, counts > 0) == pytest.approx(1.0)
    assert skill(counts, np.ones(100, np.bool_)) is None
    blind = skill(counts, np.arange(100) % 4 < 2)
    assert blind is not None
    assert blind < 0.01


def test_too_few_replicates_give_no_signpost() -> None:
    counts, reached = futures(400, 4)
    assert signpost(Fits(counts, np.zeros(400, np.bool_)), 0.5, 1.0, 0.95)["reason"] == f"fewer than {LEAST} replicates reach the goal"
    low = signpost(Fits(counts, reached), 0.02, 1.0, 0.95)
    assert (low["count"], low["reason"]) == (None, f"fewer than {LEAST} replicates lie below it")
    assert signpost(Fits(np.zeros(400), reached), 0.99, 1.0, 0.95)["reason"] == "no count seen makes it so probable"


def test_the_answer_of_a_result(tmp_path: Path) -> None:
    folder = make_result(tmp_path / "result", n=300)
    answer = aixsim.signposts(aixsim.open_result(folder), levels=[0.5])
    frame = answer.frame()
    assert set(frame["level"]) == {0.5}
    assert frame.attrs["units"]["count"] == "national firms"
    text = signposts_text(answer, 78)
    assert text.startswith(answer.sentence[:40])
    assert json.loads(json.dumps(answer.to_dict(), allow_nan=False))["answer"] == answer.sentence
    paths = answer.write(tmp_path / "out")
    assert [path.name for path in paths] == ["signposts.csv", "signposts.parquet", "skill.csv", "skill.parquet"]
    pd.testing.assert_frame_equal(pd.read_parquet(paths[1]), frame, check_dtype=False)
    with pytest.raises(ArgumentError, match="one of signposts, skill"):
        answer.frame("other")
    with pytest.raises(UserError, match="between 0 and 1"):
        aixsim.signposts(aixsim.open_result(folder), levels=[1.5])
