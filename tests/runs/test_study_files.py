"""Study files: what they may say, and what is said when they say something else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aixsim.config.designs import Axis, DesignError, rows
from aixsim.config.sweep_study import load_sweep
from aixsim.config.sweep_tables import factor
from aixsim.config.validation import ConfigError, NotAllowed
from aixsim.errors import UserError
from aixsim.random.distributions import Distribution
from tests.runs.small_sweeps import CONFIG, STUDY, small, write_study

UNIFORM = Axis("a", law=Distribution("uniform", (0.0, 1.0)))
LEVELS = Axis("b", levels=(10, 20, 30))


def test_levels_of_every_kind() -> None:
    assert factor([1, 2]) == (1, 2)
    assert factor({"low": 10, "high": 20, "step": 5}) == (10, 15, 20)
    assert factor({"low": 0.1, "high": 0.3, "step": 0.1}) == (0.1, 0.2, 0.3)
    assert factor({"low": 1.0, "high": 100.0, "points": 3, "scale": "log"}) == (1.0, 10.0, 100.0)
    assert factor({"low": 0, "high": 1, "points": 3}) == (0.0, 0.5, 1.0)
    assert factor({"dist": "beta", "a": 1, "b": 2}) == Distribution("beta", (1.0, 2.0))


@pytest.mark.parametrize(
    "raw", [[], [1, 1], 3, "x", {"low": 1, "high": 1, "step": 1}, {"low": 0, "high": 1, "points": 1},
            {"low": 0, "high": 1, "points": 3, "scale": "log"}, {"low": 0, "high": 1}, {"dist": "uniform", "low": 2, "high": 1}],
)  # fmt: skip
def test_what_is_no_factor(raw: Any) -> None:
    with pytest.raises(NotAllowed):
        factor(raw)


def test_factorial_has_every_combination() -> None:
    made = rows("factorial", (LEVELS, Axis("c", levels=("x", "y"))), 0, 1)
    assert [tuple(row.values()) for row in made] == [(10, "x"), (10, "y"), (20, "x"), (20, "y"), (30, "x"), (30, "y")]
    with pytest.raises(DesignError) as caught:
        rows("factorial", (UNIFORM,), 0, 1)
    assert caught.value.key == "a"


@pytest.mark.parametrize("kind", ["sobol-sequence", "latin-hypercube"])
def test_space_filling_designs_have_one_point_in_each_slice(kind: str) -> None:
    made = rows(kind, (UNIFORM, LEVELS), 16, 3)
    slices = sorted(int(row["a"] * 16) for row in made)
    assert slices == list(range(16))
    assert {row["b"] for row in made} == {10, 20, 30}
    assert made == rows(kind, (UNIFORM, LEVELS), 16, 3)
    assert made != rows(kind, (UNIFORM, LEVELS), 16, 4)


def test_random_points_would_not_be_one_in_each_slice() -> None:
    """The twin of the above: numbers drawn independently leave slices empty."""
    made = np.floor(np.modf(np.sin(np.arange(1, 17) * 12.9898) * 43758.5453)[0] % 1.0 * 16)
    assert sorted(made.astype(int).tolist()) != list(range(16))


def test_a_longer_sobol_design_begins_with_the_shorter() -> None:
    assert rows("sobol-sequence", (UNIFORM, LEVELS), 20, 3)[:16] == rows("sobol-sequence", (UNIFORM, LEVELS), 16, 3)


def test_morris_changes_one_factor_a_step() -> None:
    made = rows("morris", (UNIFORM, LEVELS, Axis("c", law=Distribution("normal", (0.0, 1.0)))), 5, 3)
    assert len(made) == 5 * 4
    for start in range(0, 20, 4):
        steps = zip(made[start : start + 3], made[start + 1 : start + 4], strict=True)
        assert all(sum(one[key] != other[key] for key in one) <= 1 for one, other in steps)


def test_one_at_a_time_starts_with_the_base() -> None:
    made = rows("one-at-a-time", (UNIFORM, LEVELS), 0, 1)
    assert made == [{}, {"a": 0.05}, {"a": 0.5}, {"a": 0.95}, {"b": 10}, {"b": 20}, {"b": 30}]


def test_a_table_sets_what_its_cells_say(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("mechanisms.partners.rate,levers.parks\n0.2,\n,false\n")
    study = STUDY.replace('kind = "factorial"', 'kind = "table"\nfile = "points.csv"')
    study = study[: study.index("[factors]")] + study[study.index("[monte_carlo]") :]
    loaded = load_sweep(write_study(tmp_path, study))
    assert [point.values for point in loaded.points] == [{"mechanisms.partners.rate": 0.2}, {"levers.parks": False}]


def test_policies_cross_with_the_design_and_points_share_their_luck(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('base = "small.toml"\n[mechanisms.peers]\nrate = 0.05\n')
    study = STUDY.replace('base = "small.toml"', '[policies]\nplain = "small.toml"\npeers = "other.toml"')
    loaded = small(tmp_path, study)
    assert [point.policy for point in loaded.points] == ["plain"] * 6 + ["peers"] * 6
    assert {point.study.monte_carlo.seed for point in loaded.points} == {7}
    apart = small(tmp_path, study.replace("seed = 7", "seed = 7\ncommon_random_numbers = false"))
    assert len({point.study.monte_carlo.seed for point in apart.points}) == 12


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ("replicates = 12", "replicates = 0", 9, "0"),
        ("replicates = 12", "replicate = 12", 9, "unknown key 'replicate'"),
        ('"small.toml"', '"smal.toml"', 2, "'smal.toml' does not exist"),
        ('base = "small.toml"', "", None, "neither base nor policies"),
        ("mechanisms.partners.rate", "mechanisms.partner.rate", 6, "unknown key 'partner'"),
        ("[0.0, 0.1, 0.3]", "[0.0, -0.1]", 6, "-0.1"),
        ("[0.0, 0.1, 0.3]", '{ dist = "uniform", low = 0.0, high = 0.1 }', 6, "needs levels"),
        ('kind = "factorial"', 'kind = "sobol"', 3, "without points"),
        ('kind = "factorial"', 'kind = "factoral"', 4, "factoral"),
        ("[monte_carlo]", '[decision]\ngoal = "20 decide"\n[monte_carlo]', 9, "20 decide"),
        ("[monte_carlo]", "[keep]\noutcomes = ['nothing']\n[monte_carlo]", 9, "nothing"),
        ("seed = 7", "seed = 7\nmost_replicates = 3", 8, "most_replicates = 3"),
    ],
)
def test_mistakes_are_named_with_their_line(old: str, new: str, line: int | None, found: str, tmp_path: Path) -> None:
    path = write_study(tmp_path, STUDY.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_sweep(path)
    problem = next(problem for problem in caught.value.problems if found in problem.found)
    assert problem.file == str(path)
    assert problem.line == line


def test_policies_must_ask_the_same(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(CONFIG.replace("at_least = 20", "at_least = 21"))
    study = STUDY.replace('base = "small.toml"', '[policies]\nplain = "small.toml"\nother = "other.toml"')
    with pytest.raises(ConfigError, match="other goals"):
        small(tmp_path, study)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "SALib.sample", None)
    with pytest.raises(UserError, match="aixsim\\[sensitivity\\]"):
        rows("morris", (UNIFORM,), 5, 3)


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted(ROOT.glob("experiments/*/study.toml")), ids=lambda path: path.parent.name)
def test_every_shipped_study_is_valid(path: Path) -> None:
    study = load_sweep(path)
    assert study.name == path.parent.name
    assert len(study.points) > 1


def test_the_study_file_of_the_page_is_valid(tmp_path: Path) -> None:
    text = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "how-to" / "overnight.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    place = tmp_path / "experiments" / "mine"
    place.mkdir(parents=True)
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    (place / "study.toml").write_text(text, encoding="utf-8")
    assert len(load_sweep(place / "study.toml").points) == 4 * 8 * 4
