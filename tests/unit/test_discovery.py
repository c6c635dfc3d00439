"""Discovery: a known condition of a run and of a sweep, what is told of it, and what cannot be told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import aixsim
from aixsim.answers.when_it_fails import Discovery
from aixsim.errors import UserError
from aixsim.random.draws import uniforms
from aixsim.report.figures.drawing import draw_figures, figures_of
from aixsim.report.text.discovery_text import discovery_text
from aixsim.results.drawn_values import drawn_values
from aixsim.results.result import Result
from aixsim.runs import tables
from tests.cli.run_cli import run_cli
from tests.result_fixture import make_result
from tests.runs.made import Made, made

SHARE, RATE = "levers.parks.project_share", "mechanisms.peers.rate"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result whose only number is independent of its counts."""
    return make_result(tmp_path_factory.mktemp("plain") / "result", n=200, with_network=False)


@pytest.fixture(scope="module")
def known(plain: Path) -> Result:
    """The same with a share of projects that follows the count of what is launched, in its order and with noise."""
    folder = shutil.copytree(plain, plain.parent / "known")
    result, n = aixsim.open_result(folder), 200
    counts = result.counts_in("2030-12")["launched"]
    share = np.argsort(np.argsort(counts + 30.0 * uniforms(9, 0, 0, n))) / n
    drawn = {SHARE: share, RATE: drawn_values(result)[RATE]}
    (folder / "parameters.parquet").write_bytes(tables.to_parquet(tables.parameters(result.replicates.tolist(), drawn)))
    return aixsim.open_result(folder)


def test_a_known_condition_of_a_run(known: Result) -> None:
    result = known
    answer = aixsim.discover(result)
    missed = result.counts_in("2030-12")["launched"] < 500
    whole, box = answer.tables["boxes"].rows[:2]
    assert (whole["box"], whole["n"], whole["cases"]) == (0, 200, missed.sum())
    (limit,) = (row for row in answer.tables["limits"].rows if row["box"] == 1)
    assert (limit["number"], limit["low"], limit["repeated"]) == (SHARE, None, 5)
    inside = drawn_values(result)[SHARE] <= limit["high"]
    assert (box["n"], box["cases"]) == (inside.sum(), (inside & missed).sum())
    assert box["coverage"] == pytest.approx((inside & missed).sum() / missed.sum())
    assert box["holds"]
    assert box["held_density_low"] <= box["density"] <= box["held_density_high"]
    assert answer.frame("tree").loc[0, "asks"] == SHARE
    for part in (
        f"{box['cases']:,} of the {box['n']:,} futures",
        "parks: project share is below",
        f"{box['held_cases']:,} of {box['held_n']:,}",
    ):
        assert part in answer.sentence
    reached = aixsim.discover(result, when="reached")
    assert reached.tables["limits"].rows[0]["high"] is None, "the goal is reached above, not below"


def test_an_unknown_condition_is_not_told(plain: Path) -> None:
    answer = aixsim.discover(aixsim.open_result(plain))
    assert "No condition on these numbers was found" in answer.sentence
    assert not any(row["holds"] for row in answer.tables["boxes"].rows)
    assert [row["depth"] for row in answer.tables["depths"].rows if row["chosen"]] == [0]
    assert "Tree: no question" in discovery_text(answer, 78)
    assert "boxes" in figures_of(answer)


def grid(probability: NDArray[np.float64], shares: list[float], parks: list[int]) -> Made:
    """Returns a sweep over both factors whose points reach the goal with these probabilities, shape ``(n_shares, n_parks)``."""
    values = [{"share": share, "parks": number} for share in shares for number in parks]
    hits = [uniforms(k, 0, 0, 50) < p for k, p in enumerate(probability.ravel())]
    return made(values, hits)


def upper_limits(answer: Discovery) -> dict[str, float]:
    return {row["number"]: row["high"] for row in answer.tables["limits"].rows if row["box"] == 1}


def test_a_known_condition_of_a_sweep() -> None:
    shares, parks = [round(0.3 + 0.05 * k, 2) for k in range(15)], list(range(0, 27, 2))
    fails = np.array([[share < 0.5 and number < 9 for number in parks] for share in shares])
    answer = aixsim.discover(grid(np.where(fails, 0.3, 0.95), shares, parks))
    box = answer.tables["boxes"].rows[1]
    assert (box["n"], box["cases"], box["density"], box["coverage"]) == (fails.sum(), fails.sum(), 1.0, 1.0)
    expected = {"share": pytest.approx(0.475), "parks": pytest.approx(9.0)}  # between the values of the grid
    assert upper_limits(answer) == expected
    shifted = np.roll(fails.ravel(), 77).reshape(fails.shape)
    assert upper_limits(aixsim.discover(grid(np.where(shifted, 0.3, 0.95), shares, parks))) != expected, (
        "the twin: outcomes of other points"
    )


def test_the_answer_is_written(known: Result, tmp_path: Path) -> None:
    answer = aixsim.discover(known, "500 launched", boxes=1)
    assert json.loads(json.dumps(answer.to_dict(), allow_nan=False))["answer"] == answer.sentence
    names = {path.name for path in answer.write(tmp_path / "out")}
    assert {"boxes.csv", "limits.parquet", "trajectory.csv", "tree.csv", "depths.parquet"} <= names
    assert [path.name for path in draw_figures(answer, tmp_path / "out", formats=("svg",))] == ["boxes.svg"]
    assert discovery_text(answer, 78).startswith(answer.sentence[:40])


def test_what_cannot_be_told(plain: Path) -> None:
    sweep = made([{"a": k, "b": "word"} for k in range(60)], [np.arange(10) < (k < 5) * 10 for k in range(60)])
    with pytest.raises(UserError, match="only 5 of its 60 points reach"):
        aixsim.discover(sweep)
    with pytest.raises(UserError, match="no number varies"):
        aixsim.discover(made([{"b": "word"}] * 60, [np.arange(10) < (k < 25) * 10 for k in range(60)]))
    with pytest.raises(UserError, match="choose one with --policy: plan, none"):
        aixsim.discover(made([{"a": 1}, {"a": 1}], [np.ones(3, np.bool_)] * 2, policies=["plan", "none"]))
    for arguments, message in (
        (["--goal", "500 lunched"], "did you mean '500 launched'?"),
        (["--level", "0.5"], "is the result of a run, whose futures are replicates"),
        (["--density", "2"], "give a share between 0 and 1"),
        (["--when", "late"], "missed"),
        (["-o", "."], "this folder holds a result"),
    ):
        ended = run_cli(["discover", plain, *arguments], plain)
        assert ended.code == 2, ended.err
        assert message in " ".join(ended.err.split())
        assert not list(plain.glob("boxes.*"))
