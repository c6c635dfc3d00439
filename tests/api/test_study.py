"""Studies: loaded by name or path, changed by key, pickled, shown; and what no config may hold."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aixsim.config import load, settings_of
from aixsim.config.build import problems
from aixsim.config.lines import lines_of
from aixsim.config.study import Study
from aixsim.config.validation import ConfigError
from aixsim.errors import ArgumentError
from aixsim.random.distributions import Distribution

CONFIGS = Path(__file__).parents[2] / "configs"
KOREA = CONFIGS / "korea-2030.toml"
SHIPPED = sorted(CONFIGS.rglob("*.toml"))
LEADS = 'programme."AI Factory lead projects"'


@pytest.fixture(scope="module")
def korea() -> Study:
    return load(KOREA)


def test_texts_and_paths_are_the_same() -> None:
    assert load(str(KOREA)).to_toml() == load(KOREA).to_toml()


@pytest.mark.parametrize("value", [None, 3, "", "a\0b", ["korea"]])
def test_what_is_no_path_is_refused(value: Any) -> None:
    with pytest.raises(ArgumentError):
        load(value)


@pytest.mark.parametrize("value", [["a=1"], "a=1", 3])
def test_overrides_are_a_mapping(value: Any) -> None:
    with pytest.raises(ArgumentError, match=r"levers\.parks\.number"):
        load(KOREA, value)


CHANGES: list[dict[str, Any]] = [
    {"levers.parks.number": 27, "monte_carlo.replicates": 50},
    {"levers.parks.number": np.int64(27), "mechanisms.peers.rate": np.float64(0.03)},
    {"mechanisms.peers.rate": Distribution("uniform", (0.01, 0.03))},
    {"mechanisms.peers.rate": {"dist": "uniform", "low": 0.01, "high": 0.03}},
    {f"{LEADS}.grant_krw_bn.2027": 1.5, "programme[0].call_months": (3, 9)},
    {f"{LEADS}.budget_krw_bn": {2026: 145, 2027: np.float64(99.0)}},
    {"levers.parks": False, 'goal."500 launched".at_least': 400},
    {},
]


@pytest.mark.parametrize("change", CHANGES)
def test_with_is_the_same_as_loading_with_overrides(korea: Study, change: dict[str, Any]) -> None:
    changed = korea.with_(change)
    assert changed.to_toml() == load(KOREA, change).to_toml()
    assert (changed.to_toml() == korea.to_toml()) == (not change)
    assert changed.name == korea.name


def test_values_arrive(korea: Study) -> None:
    changed = korea.with_(CHANGES[0] | CHANGES[4] | {"levers.trade": False})
    assert changed.settings["levers"]["parks"]["number"] == 27
    assert changed.settings["programme"]["AI Factory lead projects"]["grant_krw_bn"][2027] == 1.5
    assert changed.monte_carlo.replicates == 50
    assert "trade" not in changed.settings["levers"]
    assert "trade" in korea.settings["levers"], "the study itself stays as it was"


def test_texts_after_set_mean_the_same() -> None:
    texts = ["levers.parks.number=27", f"{LEADS}.grant_krw_bn.2027 = 1.5", "levers.parks.number=26", 'title="a=b"']
    values = {"levers.parks.number": 26, f"{LEADS}.grant_krw_bn.2027": 1.5, "title": "a=b"}
    assert load(KOREA, settings_of(texts)).to_toml() == load(KOREA, values).to_toml()


def test_a_seed_and_replicates_survive_a_later_change(korea: Study) -> None:
    assert korea.with_seed(12345).with_({"levers.parks.number": 20}).monte_carlo.seed == 12345


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(CONFIGS)))
def test_every_shipped_config_can_be_changed_and_pickled(path: Path) -> None:
    study = load(path)
    assert study.with_({}).to_toml() == study.to_toml()
    twin = pickle.loads(pickle.dumps(study))
    assert twin.to_toml() == study.to_toml()
    assert twin.settings == study.settings
    assert (twin.name, twin.folder, twin.registry) == (study.name, study.folder, study.registry)
    assert copy.deepcopy(study).table == study.table


def test_another_process_reads_a_pickled_study(tmp_path: Path) -> None:
    (tmp_path / "study.pickle").write_bytes(pickle.dumps(load(CONFIGS / "theory" / "bass.toml")))
    code = "import pickle, sys; study = pickle.load(open(sys.argv[1], 'rb')); print(study.title, study.settings['mechanisms'])"
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "study.pickle"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Theory: Bass diffusion {'innovation': {'rate': 0.004}")


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"levers.parks.numbr": 3}, "levers.parks.numbr", "did you mean 'number'"),
        ({"levers.parks.number": "many"}, "levers.parks.number", "found 'many'"),
        ({"levers.parks.number": None}, "levers.parks.number", "None"),
        ({"monte_carlo.replicates": -1}, "monte_carlo.replicates", "greater than or equal to 1"),
        ({"monte_carlo.replicates": 2.5}, "monte_carlo.replicates", "2.5"),
        ({'programme."AI Factory lead".grant_krw_bn': 3}, "", "there is no 'AI Factory lead'"),
        ({'goal."500 launched".by': "2031-01"}, "goal[0].by", "2031-01"),
        ({"mechanisms.peers.rate": -1}, "mechanisms.peers.rate", "-1"),
        ({"": 3}, "", "key of a config"),
        ({3: 3}, "", "key of a config"),
        ({"title": "a\0b"}, "", "null character"),
        ({"title": {"a": {"b": ["\0"]}}}, "", "null character"),
    ],
)
def test_bad_changes_are_refused_with_their_facts(korea: Study, change: dict[Any, Any], key: str, says: str) -> None:
    for call in (korea.with_, partial(load, KOREA)):
        with pytest.raises(ConfigError) as caught:
            call(change)
        (problem,) = caught.value.problems
        assert (problem.file, problem.key) == ("overrides", key)
        assert says in str(problem)


def test_all_mistakes_come_at_once(korea: Study) -> None:
    with pytest.raises(ConfigError) as caught:
        korea.with_({"levers.parks.number": "many", "population.scale": -1})
    assert {problem.key for problem in caught.value.problems} == {"levers.parks.number", "population.scale"}


def test_a_study_shows_itself(korea: Study) -> None:
    page = korea._repr_html_()
    for text in ("Korea: 500 AI factories by 2030", "2024-01 to 2030-12", "500 launched", "AI Factory lead projects", "parks"):
        assert text in page, text
    assert repr(korea) == "<Study 'korea-2030': 'Korea: 500 AI factories by 2030', 2024-01 to 2030-12>"
    assert "<script>" not in korea.with_({"title": "<script>"})._repr_html_()


# --- what no config may hold


def refused(path: Path, **overrides: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, overrides)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = " + "1" * 5000, "cannot be read"),
        ("a = " + "[" * 3000, "nested too deeply"),
        ("a = " + "[" * 50 + "]" * 50, "levels deep"),
        ("title = 't\\u0000'".replace("'", '"'), "null character"),
        ('"k\\u0000" = 1', "null character"),
        ('base = "../\\u0000.toml"', "null character"),
        ('[plugins]\nfiles = ["\\u0000.py"]', "null character"),
        ("title = 'x'\n#" + "x" * 2_000_000, "bytes"),
    ],
)
def test_what_no_config_may_hold_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    message = refused(tmp_path / "c.toml")
    assert says in message
    assert len(message) < 1000


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path / "pipe.toml", tmp_path, Path("/dev/zero")):
        assert "not a regular file" in refused(path)


@pytest.mark.parametrize(
    "line",
    ['title = "' + "a" * 100_000 + '"', "title = " + " " * 100_000 + "'x'", "[" + " " * 100_000, "a" * 100_000, "x = " + "'\"" * 50_000],
)
def test_long_lines_are_read_in_proportion_to_their_length(line: str) -> None:
    started = time.process_time()
    lines_of(line)
    assert time.process_time() - started < 1.0


def test_lines_are_found_as_ever() -> None:
    text = 'a . "b.c" = { x = 1, y = "z = 3" , \'q\' = 2 } # k = 1\n [[ programme ]] # p\nname = "n"\n[levers.parks]\n  number = 3\n'
    assert lines_of(text) == {
        ("a", "b.c"): 1, ("a", "b.c", "x"): 1, ("a", "b.c", "y"): 1, ("a", "b.c", "q"): 1, ("a", "b.c", "k"): 1,
        ("programme", 0): 2, ("programme", 0, "name"): 3, ("levers", "parks"): 4, ("levers", "parks", "number"): 5,
    }  # fmt: skip


def test_very_many_programmes_are_read_in_seconds(tmp_path: Path) -> None:
    table = '[[programme]]\nname = "p{}"\nbudget_krw_bn = {{ 2024 = 1.0 }}\ngrant_krw_bn = 1.0\ncall_months = [1]\n'
    text = 'title = "t"\n[horizon]\nstart = "2024-01"\nend = "2024-12"\n' + "".join(table.format(k) for k in range(20_000))
    (tmp_path / "base.toml").write_text(text, encoding="utf-8")
    (tmp_path / "c.toml").write_text('base = "base.toml"\n' + table.format(7) + table.format(20_000), encoding="utf-8")
    started = time.process_time()
    assert len(load(tmp_path / "c.toml").settings["programme"]) == 20_001
    assert time.process_time() - started < 20


def test_a_refused_value_is_not_echoed_whole() -> None:
    assert len(refused(KOREA, **{"levers.parks.number": "x" * 100_000})) < 1000


def test_a_problem_can_be_built_from_a_pickled_study() -> None:
    study = load(CONFIGS / "theory" / "budget.toml")
    twin = pickle.loads(pickle.dumps(study))
    assert problems(twin)(0).settings == problems(study)(0).settings
