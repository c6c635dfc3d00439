"""Designs of sweeps: what has no effect is refused, what repeats is told, and the stored design is what analyses need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import morris, sobol

from aixsim.api import sweep
from aixsim.config.designs import Axis, rows
from aixsim.config.sweep_study import load_sweep
from aixsim.config.validation import ConfigError
from aixsim.random.distributions import Distribution
from aixsim.results.sweep_result import open_sweep
from tests.cli.run_cli import run_cli
from tests.runs.small_sweeps import CONFIG, STUDY, run_inline, small, write_study

FACTORS = '"mechanisms.partners.rate" = [0.0, 0.1, 0.3]\n"mechanisms.innovation.rate" = [0.005, 0.02]\n'
UNIT = tuple(Axis(name, law=Distribution("uniform", (0.0, 1.0))) for name in "abc")
PROBLEM: dict[str, Any] = {"num_vars": 3, "names": list("abc"), "bounds": [[0.0, 1.0]] * 3}


def changed(folder: Path, *pairs: tuple[str, str]) -> Path:
    text = STUDY
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return write_study(folder, text)


def table(folder: Path, text: str, extra: str = "") -> Path:
    path = changed(folder, ('kind = "factorial"', 'kind = "table"\nfile = "points.csv"'), (FACTORS, extra))
    (folder / "points.csv").write_text(text, encoding="utf-8")
    return path


# --- settings without effect (each twice: as a factor, as a fixed setting)


@pytest.mark.parametrize(
    ("key", "values", "allowed"),
    [
        ("monte_carlo.seed", [1, 2], "[monte_carlo] of the study file"),
        ("monte_carlo.replicates", [1, 2], "[monte_carlo] of the study file"),
        ("monte_carlo.confidence", [0.8, 0.9], "[monte_carlo] of the study file"),
        ("title", ["one", "two"], "the title of the study file"),
        ("calibration.particles", [500, 600], "changes no replicate"),
        ("plugins.files", [["a.py"], ["b.py"]], "[plugins] in the config"),
    ],
)
def test_a_setting_that_changes_no_replicate_is_refused(key: str, values: list[Any], allowed: str, tmp_path: Path) -> None:
    factor = changed(tmp_path / "factor", (FACTORS, f'"{key}" = {values}\n'))
    fixed = changed(tmp_path / "fixed", ("[factors]", f'[set]\n"{key}" = {values[0]!r}\n[factors]'))
    column = table(tmp_path / "table", f"{key}\n" + "".join(f"{value}\n" for value in values if not isinstance(value, list)) + "x\n")
    for path, line in ((factor, 6), (fixed, 6), (column, 5)):
        with pytest.raises(ConfigError) as caught:
            load_sweep(path)
        (problem,) = caught.value.problems
        assert (allowed in problem.allowed, problem.line, key in problem.found) == (True, line, True)


def test_a_seed_of_a_design_that_draws_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="seed with kind = latin-hypercube"):
        load_sweep(changed(tmp_path, ('kind = "factorial"', 'kind = "factorial"\nseed = 2')))


def test_two_ways_to_write_one_setting_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="two ways to write"):
        load_sweep(changed(tmp_path, (FACTORS, '"mechanisms.partners.rate" = [0.0, 0.1]\n"mechanisms. partners.rate" = [0.3, 0.2]\n')))


def test_one_level_of_a_sampled_design_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="found one level"):
        load_sweep(changed(tmp_path, ('kind = "factorial"', 'kind = "morris"\ntrajectories = 2'), ("[0.005, 0.02]", "[0.005]")))


# --- equal policies, equal rows


def test_equal_policies_are_refused_and_others_are_not(tmp_path: Path) -> None:
    path = changed(tmp_path, ('base = "small.toml"', '[policies]\nplain = "small.toml"\nother = "other.toml"'))
    (tmp_path / "other.toml").write_text('base = "small.toml"\ntitle = "Another"\n')
    with pytest.raises(ConfigError, match="'other' and 'plain' are the same") as caught:
        load_sweep(path)
    assert caught.value.problems[0].line == 4
    (tmp_path / "other.toml").write_text('base = "small.toml"\n[mechanisms.peers]\nrate = 0.1\n')
    assert len(load_sweep(path).points) == 12


def test_policies_that_differ_only_in_a_file_are_different_points(tmp_path: Path) -> None:
    """Both name ``odd.py``, each in its own folder; with the same content they are the same policy."""
    small, lever = (tmp_path / "small.toml"), (Path(__file__).parents[2] / "docs" / "how-to" / "my_lever.py").read_text()
    path = changed(tmp_path, ('base = "small.toml"', '[policies]\none = "one/small.toml"\nother = "other/small.toml"'))
    for name, text in (("one", lever), ("other", lever.replace("+= p.share", "+= 0.5 * p.share"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "odd.py").write_text(text)
        (tmp_path / name / "small.toml").write_text(f'plugins.files = ["odd.py"]\nlevers.test_beds.start = "2024-01"\n{small.read_text()}')
    study = load_sweep(path, allow_plugins=True)
    done = sweep(study, tmp_path / "out")
    assert [point.policy for point in done.points] == [point.policy for point in study.points]
    assert {point.policy for point in done.points} == {"one", "other"}
    (tmp_path / "other" / "odd.py").write_text(lever)
    with pytest.raises(ConfigError, match="'other' and 'one' are the same"):
        load_sweep(path, allow_plugins=True)


def test_rows_that_repeat_a_point_are_told_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aixsim.cli.sweep._draw", lambda _: None)
    path = table(tmp_path, "mechanisms.partners.rate,name\n0.2,much\n0.1,usual\n0.2,again\n,base\n")
    study = load_sweep(path)
    assert [point.label for point in study.points] == ["much", "usual"]
    assert [(row.number, row.point.label, row.is_repeated) for row in study.rows] == [
        (0, "much", False),
        (1, "usual", False),
        (2, "much", True),
        (3, "usual", True),  # what the base says, too
    ]
    ended = run_cli(["sweep", path, "-o", tmp_path / "out", "--workers", "1"], tmp_path)
    assert ended.code == 0
    assert "2 of 4 rows of the design repeat a point, the first is row 2 (much)" in ended.err
    design = pd.read_csv(tmp_path / "out" / "design.csv")
    assert design["point"].tolist() == [0, 1, 0, 1]
    assert design["name"].tolist() == ["much", "usual", "again", "base"]
    other = run_cli(["sweep", changed(tmp_path / "b"), "-o", tmp_path / "b" / "out", "--workers", "1"], tmp_path)
    assert "repeat" not in other.err, "the twin"


def test_names_of_points_are_given_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"line 3 of 'points\.csv' has the name of line 2, 'a'"):
        load_sweep(table(tmp_path, "mechanisms.partners.rate,name\n0.2,a\n0.1,a\n"))


def test_points_of_another_scale_are_refused(tmp_path: Path) -> None:
    korea = CONFIG.replace('kind = "homogeneous", firms = 60', 'kind = "korea-2023", scale = 0.01')
    path = write_study(tmp_path, STUDY.replace(FACTORS, '"population.scale" = [0.01, 0.02]\n'), korea.replace('"ring"', '"supply"'))
    with pytest.raises(ConfigError, match="another scale"):
        load_sweep(path)


# --- whole numbers and goals as factors


@pytest.mark.parametrize("kind", ["sobol-sequence", "latin-hypercube", "sobol"])
def test_whole_numbers_are_factors_of_sampled_designs(kind: str, tmp_path: Path) -> None:
    law = '"levers.parks.number" = { dist = "uniform", low = 10, high = 27 }\n"mechanisms.partners.rate" = [0.1, 0.2]\n'
    study = load_sweep(changed(tmp_path, ('kind = "factorial"', f'kind = "{kind}"\npoints = 8'), (FACTORS, law)))
    numbers = {row.values["levers.parks.number"] for row in study.rows}
    assert all(type(number) is int and 10 <= number <= 27 for number in numbers)
    assert len(numbers) > 4


def test_goals_are_factors_that_need_no_points(tmp_path: Path) -> None:
    path = changed(tmp_path, (FACTORS, FACTORS + '"goal.20 decided.at_least" = [10, 20, 30]\n"goal[1].by" = ["2025-01", "2024-12"]\n'))
    run_inline(load_sweep(path), tmp_path / "out")
    done = open_sweep(tmp_path / "out")
    names = [f"20 decided: at_least = {n}" for n in (10, 20, 30)] + [f"10 launched: by = {month}" for month in ("2025-01", "2024-12")]
    assert sorted(goal.name for goal in done.goals) == sorted(names)
    assert len(done.points) == 6
    assert [len(row.point.study.goals) for row in load_sweep(path).rows] == [5] * 6
    for point in done.points:
        counts = dict(zip((goal.name for goal in done.goals), point.successes, strict=True))
        firms = done.final_counts(point, done.goals[0])[1]
        assert [counts[name] for name in names[:3]] == [(firms >= n).sum() for n in (10, 20, 30)]
        assert counts[names[4]] <= counts[names[3]], "a month less"
    assert done.factors == ["mechanisms.partners.rate", "mechanisms.innovation.rate"]


@pytest.mark.parametrize(
    ("factor", "match"),
    [('"goal.20 decided.at_least" = { dist = "uniform", low = 1, high = 9 }', "every level is a goal"),
     ('"goal.x.by" = ["2025-01"]', "no 'x'"),
     ('"goal.20 decided.name" = ["a", "b"]', "goal.NAME.at_least"), ('"goal" = ["a", "b"]', "goal.NAME.at_least")],
)  # fmt: skip
def test_what_is_no_level_of_a_goal(factor: str, match: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=match):
        load_sweep(changed(tmp_path, (FACTORS, FACTORS + factor + "\n")))


# --- designs as SALib knows them


def additive(row: dict[str, Any]) -> float:
    """Variances of the terms 16, 4 and 1 twelfths: first-order indices 16/21, 4/21 and 1/21 by hand."""
    return float(4 * row["a"] + 2 * row["b"] + row["c"])


def by_hand(output: np.ndarray[Any, Any], k: int) -> list[float]:
    """First-order indices after Saltelli et al. (2010, doi:10.1016/j.cpc.2009.09.018, table 2, b), from rows A, AB, BA, B."""
    blocks = (output - output.mean()).reshape(-1, 2 * k + 2)
    a, b = blocks[:, 0], blocks[:, -1]
    return [float((b * (blocks[:, 1 + j] - a)).mean() / np.concatenate([a, b]).var()) for j in range(k)]


def test_sobol_is_the_design_of_sobol_indices() -> None:
    made = rows("sobol", UNIT, 512, 1)
    assert len(made) == 512 * 8
    output = np.array([additive(row) for row in made])
    expected = [16 / 21, 4 / 21, 1 / 21]
    assert sobol.analyze(PROBLEM, output)["S1"] == pytest.approx(expected, abs=0.02)
    assert by_hand(output, 3) == pytest.approx(expected, abs=0.02)
    # The twin: a sequence is no such design, and the same analysis is wrong.
    sequence = np.array([additive(row) for row in rows("sobol-sequence", UNIT, 512 * 8, 1)])
    assert by_hand(sequence, 3) != pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize("kind", ["sobol", "morris"])
def test_the_stored_design_is_analysed_as_it_is(kind: str, tmp_path: Path) -> None:
    """Factors of few levels, so that rows repeat; the output of each row is found by its point."""
    size = "points = 64" if kind == "sobol" else "trajectories = 8"
    law = '"mechanisms.partners.rate" = [0.0, 0.3]\n"mechanisms.innovation.rate" = [0.005, 0.02]\n'
    study = small(tmp_path, STUDY.replace('kind = "factorial"', f'kind = "{kind}"\n{size}').replace(FACTORS, law))
    run_inline(study, tmp_path / "out")
    done = open_sweep(tmp_path / "out")
    design = pd.read_csv(tmp_path / "out" / "design.csv")
    assert len(design) == (64 * 6 if kind == "sobol" else 8 * 3)
    assert len(done.points) == 4
    inputs = design[done.factors].to_numpy()
    assert (inputs == [[done.points[k].values[key] for key in done.factors] for k in design["point"]]).all()
    output = inputs @ [1.0, 10.0]
    problem = {"num_vars": 2, "names": done.factors, "bounds": [[0.0, 1.0]] * 2}
    if kind == "sobol":
        assert sobol.analyze(problem, output)["S1"] == pytest.approx([0.8, 0.2], abs=0.05)
    else:  # a step of 2/3 of the range changes the output by 0.3 and by 0.15
        assert morris.analyze(problem, inputs, output)["mu_star"].tolist() == pytest.approx([0.45, 0.225])


# --- what a study executes


def test_code_is_named_before_it_is_executed(tmp_path: Path) -> None:
    path = changed(tmp_path)
    (tmp_path / "small.toml").write_text(CONFIG + '[plugins]\nfiles = ["own.py"]\n')
    (tmp_path / "own.py").write_text("raise SystemExit('executed')\n")
    refused = run_cli(["sweep", path], tmp_path)
    assert refused.code == 2
    assert "names Python code: own.py" in refused.err
    assert "executed" not in refused.err
    allowed = run_cli(["sweep", path, "--allow-plugins"], tmp_path)
    assert allowed.code == 2
    first, second = allowed.err.splitlines()[:2]
    assert first == f"executes the Python code of {tmp_path / 'own.py'}"
    assert "raises SystemExit" in second
