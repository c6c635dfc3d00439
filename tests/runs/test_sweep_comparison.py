"""``aixsim compare SWEEP``: every difference again by hand from the Parquet files, and what stands in the way of one."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from scipy import stats

from aixsim.errors import StoreError, UserError
from aixsim.model.draw_scenario import draw_scenario
from aixsim.report.text.sweep_comparison_text import sweep_comparison_text
from aixsim.results.sweep_comparison import compare_points, to_rows
from aixsim.results.sweep_result import open_sweep
from aixsim.stats.differences import holm, independent_proportions, paired_proportions
from tests.cli.run_cli import run_cli
from tests.runs.small_sweeps import CONFIG, STUDY, run_inline, small, write_study

GOALS = {"20 decided": ("decided", 20, "2025-06-01"), "10 launched": ("launched", 10, "2025-01-01")}
APART = STUDY.replace("seed = 7", "seed = 7\ncommon_random_numbers = false")
POLICIES = """
policies = { now = "small.toml", quick = "quick.toml" }
[design]
kind = "factorial"
[factors]
"mechanisms.innovation.rate" = [0.005, 0.02]
[monte_carlo]
replicates = 12
seed = 7
"""


def swept(folder: Path, study: str = STUDY) -> Path:
    run_inline(small(folder, study), folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return swept(tmp_path_factory.mktemp("sweep"))


def final(out: Path, point: int, goal: str) -> pd.Series:
    """Returns the count at the deadline by replicate."""
    outcome, _, month = GOALS[goal]
    table = pd.read_parquet(out / "trajectories")
    rows = table[(table["point"] == point) & (table["month"].astype(str) == month)]
    return rows.set_index("replicate")[outcome].sort_index()


def disagreements(out: Path, rows: list[dict[str, Any]]) -> list[str]:
    """Returns which numbers of a paired comparison are not those computed by hand."""
    wrong = []
    for row in rows:
        both = pd.concat([final(out, row[key], row["goal"]) for key in ("point", "reference")], axis=1, join="inner")
        after, before = both.to_numpy().T
        target = GOALS[row["goal"]][1]
        a, b = after >= target, before >= target
        gained, lost = int((a & ~b).sum()), int((b & ~a).sum())
        change, n = after - before, len(after)
        reach = stats.t.ppf(0.975, n - 1) * change.std(ddof=1) / math.sqrt(n)
        interval = paired_proportions(int((a & b).sum()), gained, lost, int((~a & ~b).sum()), 0.95)
        expected = {
            "n": n, "probability": a.mean(), "probability_reference": b.mean(),
            "difference": a.mean() - b.mean(), "difference_low": interval.low, "difference_high": interval.high,
            "p_value": stats.binomtest(gained, gained + lost).pvalue if gained + lost else 1.0,
            "mean": after.mean(), "mean_reference": before.mean(), "mean_difference": change.mean(),
            "mean_difference_low": change.mean() - reach, "mean_difference_high": change.mean() + reach,
        }  # fmt: skip
        wrong += [f"{row['point']} {row['goal']} {key}" for key, value in expected.items() if not np.isclose(row[key], value, atol=1e-12)]
    return wrong


def test_differences_are_those_computed_by_hand(out: Path) -> None:
    comparison = compare_points(open_sweep(out))
    rows = to_rows(comparison)
    assert [(row["point"], row["goal"]) for row in rows] == [(point, goal) for point in range(1, 6) for goal in GOALS]
    assert {row["reference"] for row in rows} == {0}
    assert not disagreements(out, rows)
    assert {row["n_unpaired"] for row in rows} == {0}
    assert any(difference.is_sure for difference in comparison.differences)
    other = to_rows(compare_points(open_sweep(out), 4))
    assert {row["reference"] for row in other} == {4}
    assert not disagreements(out, other)


def test_a_frame_has_every_difference_twice_and_a_notebook_the_largest(out: Path) -> None:
    sweep = open_sweep(out)
    comparison = sweep.compare()
    frame, rows = comparison.to_frame(), to_rows(comparison)
    assert len(frame) == 2 * len(rows)
    chances = frame[frame["quantity"] == "probability"].reset_index(drop=True)
    for column, key in (("difference", "difference"), ("low", "difference_low"), ("b", "probability"), ("a", "probability_reference")):
        assert chances[column].tolist() == [row[key] for row in rows], column
    counts = frame[frame["quantity"] == "count"]
    assert counts["high"].tolist() == [row["mean_difference_high"] for row in rows]
    assert set(counts["method"]) == {"Student, paired"}
    assert set(frame["by"].astype(str)) == {goal[2] for goal in GOALS.values()}
    page = comparison._repr_html_()
    assert page.count("<tr>") == 1 + 5
    assert f"{comparison.of(sweep.goal)[0].point.id} against 0" in page


def test_a_sweep_is_a_frame_and_a_card(out: Path) -> None:
    sweep = open_sweep(out)
    frame = sweep.to_frame()
    assert len(frame) == len(sweep.points) * len(GOALS)
    assert frame.attrs["units"]["mean"] == "national firms"
    best = frame[frame["goal"] == sweep.goal.name].sort_values(["probability", "point"], ascending=[False, True]).iloc[0]
    page = sweep._repr_html_()
    assert page.index(f'<td style="text-align: left">{best["point"]}</td>') < page.index("</tr>", page.index("<tbody>"))
    assert sweep.title in repr(sweep)


def test_shuffled_replicates_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = swept(tmp_path)
    whole = to_rows(compare_points(open_sweep(out)))
    sweep = open_sweep(out)
    (name,) = sweep.points[3].files
    table = pq.read_table(out / name)
    at = table.column_names.index("replicate")
    numbers = table["replicate"].to_numpy()
    turned = table.set_column(at, table.schema.field(at), [(numbers.max() - numbers).astype(np.int32)])
    pq.write_table(turned, out / name)
    with pytest.raises(StoreError, match=name):
        compare_points(sweep)
    # Without that check, no mean and no probability of a point tells it: the pairs alone do, and the test by hand sees them.
    monkeypatch.setattr("aixsim.results.sweep_result.Sweep.file", lambda sweep, name: sweep.path / name)
    shuffled = to_rows(compare_points(open_sweep(out)))
    untouched = ("probability", "mean", "difference", "mean_difference")
    assert all(np.isclose(a[key], b[key]) for a, b in zip(whole, shuffled, strict=True) for key in untouched)
    changed = {row["point"] for row, before in zip(shuffled, whole, strict=True) if row != before}
    assert 3 in changed
    pq.write_table(table, out / name)
    assert any(wrong.startswith("3 ") for wrong in disagreements(out, shuffled))
    assert not disagreements(out, whole)


def test_independent_luck_gets_independent_intervals(tmp_path: Path) -> None:
    out = swept(tmp_path, APART)
    sweep = open_sweep(out)
    assert not sweep.common_random_numbers
    comparison = compare_points(sweep)
    for row in to_rows(comparison):
        after, before = (final(out, row[key], row["goal"]).to_numpy() for key in ("point", "reference"))
        target = GOALS[row["goal"]][1]
        a, b = int((after >= target).sum()), int((before >= target).sum())
        interval = independent_proportions((a, 12), (b, 12), 0.95)
        assert (row["paired"], row["n"], row["n_reference"]) == (False, 12, 12)
        assert (row["difference"], row["difference_low"]) == pytest.approx((interval.estimate, interval.low))
        assert row["p_value"] == pytest.approx(stats.fisher_exact(np.array([[a, 12 - a], [b, 12 - b]])).pvalue)
        u, v = after.var(ddof=1) / 12, before.var(ddof=1) / 12
        if u + v > 0:
            reach = stats.t.ppf(0.975, (u + v) ** 2 / (u**2 / 11 + v**2 / 11)) * math.sqrt(u + v)
            assert row["mean_difference_high"] == pytest.approx(after.mean() - before.mean() + reach)
    assert "independent replicates of each point" in sweep_comparison_text(comparison)


def test_policies_are_compared_with_the_first_at_the_same_factors(tmp_path: Path) -> None:
    write_study(tmp_path, POLICIES)
    (tmp_path / "quick.toml").write_text(CONFIG.replace("rate = 0.1", "rate = 0.4"), encoding="utf-8")
    out = swept(tmp_path, POLICIES)
    comparison = compare_points(open_sweep(out))
    assert {(d.point.id, d.reference.id) for d in comparison.differences} == {(2, 0), (3, 1)}
    assert all(d.point.values == d.reference.values for d in comparison.differences)
    assert not disagreements(out, to_rows(comparison))
    assert "the first policy (now) at the same factor values" in sweep_comparison_text(comparison)
    assert {d.reference.id for d in compare_points(open_sweep(out), 3).differences} == {3}


def test_failed_replicates_are_left_out_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = {(0, 4), (2, 3), *((5, replicate) for replicate in range(12))}

    def draw(problem: Any, replicate: int) -> Any:
        rates = [problem.settings["mechanisms"][name]["rate"] for name in ("partners", "innovation")]
        point = 2 * [0.0, 0.1, 0.3].index(rates[0]) + [0.005, 0.02].index(rates[1])
        if (point, replicate) in failing:
            raise ValueError("planted")
        return draw_scenario(problem, replicate)

    monkeypatch.setattr("aixsim.runs.replicates.draw_scenario", draw)
    out = swept(tmp_path)
    comparison = compare_points(open_sweep(out))
    rows = {row["point"]: row for row in to_rows(comparison)}
    assert sorted(rows) == [1, 2, 3, 4]
    assert not disagreements(out, to_rows(comparison))
    told = ("n", "n_unpaired", "n_failed", "n_failed_reference")
    assert [rows[2][key] for key in told] == [10, 2, 1, 1]
    assert [rows[1][key] for key in told] == [11, 1, 0, 1]
    assert [(item.point.id, item.why) for item in comparison.left_out] == [(5, "no finished replicate")]
    text = sweep_comparison_text(comparison)
    assert "10 to 11 pairs of replicates with common random numbers (14 failed, 5 unpaired replicates left out)" in " ".join(text.split())
    assert "Left out, no finished replicate: 1 point (5)." in text
    with pytest.raises(UserError, match=r"point 5 .* has 0 finished replicates and 12 failed"):
        compare_points(open_sweep(out), 5)


def test_the_command_prints_and_writes(out: Path, tmp_path: Path) -> None:
    ended = run_cli(["compare", out, "-o", "difference"], tmp_path)
    assert ended.code == 0, ended.err
    written = {path.name for path in (tmp_path / "difference").iterdir()}
    assert written == {"comparison.txt", "comparison.json", "comparison.csv", "forest.png", "forest.svg", "forest.alt.txt"}
    assert ended.out.startswith((tmp_path / "difference" / "comparison.txt").read_text(encoding="utf-8"))
    for words in ("Every point minus point 0", "n = 12 pairs of replicates", "of 5 points differ significantly", "about 0.25 of 5", "Holm"):
        assert words in " ".join(ended.out.split())
    printed = run_cli(["compare", out, "--json", "--reference", "2"], tmp_path)
    told = json.loads(printed.out)
    assert told["reference"] == {"by_policy": False, "points": [2]}
    assert len(told["differences"]) == 5 * 2
    with (tmp_path / "difference" / "comparison.csv").open(encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    assert len(table) == 5 * 2
    assert all(float(row["difference_low"]) <= float(row["difference"]) <= float(row["difference_high"]) for row in table)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["OUT", "OUT"], "is the folder of a sweep, whose points are compared"),
        (["plan", "OUT"], "two or more results of aixsim run"),
        (["OUT", "--reference", "9"], "has points 0 to 5"),
        (["OUT", "-n", "3"], "is a sweep; leave -n out"),
        (["OUT", "-o", "OUT"], "this folder holds a result"),
        (["plan", "cut", "--reference", "1"], "is for the points of a sweep"),
        (["plan"], "or the folder of one sweep"),
    ],
)
def test_what_cannot_be_compared_gets_one_message(out: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    ended = run_cli(["compare", *(str(out) if word == "OUT" else word for word in arguments)], tmp_path)
    assert ended.code == 2
    assert message in ended.err
    assert ended.err.count("\n") == 1
    assert not ended.out


def test_one_point_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    start, rest = STUDY.split("[factors]")
    out = swept(tmp_path, start + rest[rest.index("[monte_carlo]") :])
    with pytest.raises(UserError, match="has only one point"):
        compare_points(open_sweep(out))


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
