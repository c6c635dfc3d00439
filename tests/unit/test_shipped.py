"""Packaged configs are found by name from any folder, as configs, as bases and by sweeps."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from aixsim.api import run
from aixsim.config.shipped import meant, shipped_folder, shipped_names
from aixsim.config.study import load
from aixsim.config.sweep_study import load_sweep
from aixsim.config.validation import ConfigError
from aixsim.results.result import open_result
from tests.cli.run_cli import run_cli

ROOT = Path(__file__).parents[2]


def test_a_name_loads_the_same_study_as_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("korea-2030", "policies/doubled-parks", "theory/isolated-firm", "korea-2030-evidence"):
        by_name, by_file = load(name), load(ROOT / "configs" / f"{name}.toml")
        assert (by_name.to_toml(), by_name.name) == (by_file.to_toml(), by_file.name)
    assert load("policies/doubled-parks").settings["levers"]["parks"]["number"] == 26


def test_a_file_comes_before_a_packaged_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("korea-2030").write_text('base = "korea-2030"\ntitle = "mine"\n')
    with pytest.raises(ConfigError, match="is its own base"):
        load("korea-2030")
    Path("korea-2030").unlink()
    Path("korea-2030").mkdir()  # such as a result folder of this name
    assert load("korea-2030").title == "Korea: 500 AI factories by 2030"


@pytest.mark.parametrize("base", shipped_names())
def test_every_packaged_config_is_a_base_anywhere(base: str, tmp_path: Path) -> None:
    """With the files that it names; so ``aixsim init --from`` works with all of them, and all levers that it lists can be stated."""
    ended = run_cli(["init", "mine", "--from", base], tmp_path)
    assert ended.code == 0, ended.err
    text = (tmp_path / "mine.toml").read_text()
    mine, origin = load(tmp_path / "mine.toml"), load(base)
    assert mine.monte_carlo.replicates == 50
    assert mine.population.scale == 1.0
    assert {**mine.settings, "levers": None} == {**origin.settings, "levers": None}
    assert mine.settings["levers"] == origin.settings["levers"]
    lines = [line.removeprefix("# ") if "=" in line or line.startswith("# [") else line for line in text.splitlines()]
    lines = [line for line in lines if not line.startswith(("A number", "To change", "To remove"))]
    (tmp_path / "all.toml").write_text("\n".join(lines))
    stated = load(tmp_path / "all.toml").settings["levers"]
    assert {name: stated[name] for name in origin.settings["levers"]} == origin.settings["levers"], "as the base has them"
    assert set(stated) == set(tomllib.loads("\n".join(lines))["levers"]) >= {"parks", "budget", "training"}


def test_a_starting_config_is_of_the_whole_country(tmp_path: Path) -> None:
    assert run_cli(["init"], tmp_path).code == 0
    tables = tomllib.loads((tmp_path / "my-study.toml").read_text())
    assert tables == {
        "base": "korea-2030",
        "title": "my-study",
        "population": {"scale": 1.0},
        "monte_carlo": {"replicates": 50},
    }
    wrong = run_cli(["init", "other", "--from", "korea-2031"], tmp_path)
    assert (wrong.code, "did you mean 'korea-2030'" in wrong.err, (tmp_path / "other.toml").exists()) == (2, True, False)


def test_a_sweep_finds_packaged_configs(tmp_path: Path) -> None:
    study = '[design]\nkind = "factorial"\n[factors]\n"levers.parks.number" = [13, 27]\n[monte_carlo]\nreplicates = 2\nseed = 7\n'
    (tmp_path / "one.toml").write_text('base = "korea-2030"\n' + study)
    assert [point.study.title for point in load_sweep(tmp_path / "one.toml").points] == ["Korea: 500 AI factories by 2030"] * 2
    (tmp_path / "two.toml").write_text('[policies]\nplan = "korea-2030"\nslump = "policies/export-slump"\n' + study)
    assert len(load_sweep(tmp_path / "two.toml").points) == 4
    (tmp_path / "bad.toml").write_text('[policies]\nplan = "policies/doubled-park"\n' + study)
    with pytest.raises(ConfigError, match="did you mean 'policies/doubled-parks'") as found:
        load_sweep(tmp_path / "bad.toml")
    assert found.value.problems[0].line == 2


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("korea-2031", "korea-2030"),
        ("configs/korea-2030.toml", "korea-2030"),
        ("doubled-parks", "policies/doubled-parks"),
        ("policies/double-parks.toml", "policies/doubled-parks"),
        ("zzz", ""),
    ],
)
def test_an_unknown_name_is_told_what_there_is(name: str, hint: str, tmp_path: Path) -> None:
    assert meant(name) == hint
    for command in (["run", name], ["check", name]):
        ended = run_cli(command, tmp_path)
        assert ended.code == 2
        assert len(ended.err.splitlines()) == 1
        assert all(packaged in ended.err for packaged in shipped_names())
        assert (f"did you mean {hint!r}" in ended.err) == bool(hint)
    (tmp_path / "own.toml").write_text(f'title = "x"\nbase = "{name}"\n')
    with pytest.raises(ConfigError) as found:
        load(tmp_path / "own.toml")
    problem = found.value.problems[0]
    assert (problem.line, problem.hint) == (2, hint)
    assert all(packaged in problem.allowed for packaged in shipped_names())
    assert list(tmp_path.iterdir()) == [tmp_path / "own.toml"]


def test_a_result_of_a_packaged_config_can_be_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its firms and ties are packaged files, which the resolved config names."""
    monkeypatch.chdir(tmp_path)
    first = run(load("theory/isolated-firm"), 2, engine="mesa", out="first")
    again = run(load("first/config.toml"), 2, engine="mesa", out="again")
    files = [open_result(name).provenance["files"] for name in ("first", "again")]
    assert files[0]["trajectories.parquet"] == files[1]["trajectories.parquet"]
    assert first.provenance["files"].keys() == again.provenance["files"].keys()


def test_no_two_packaged_files_have_one_name() -> None:
    """A config elsewhere finds them below the folder of any packaged config."""
    home = shipped_folder()
    folders = {(home / name).parent for name in shipped_names()}
    named = [path.relative_to(folder) for folder in folders for path in folder.rglob("*") if path.suffix in (".csv", ".parquet")]
    assert named
    for name in named:
        assert len({(folder / name).resolve() for folder in folders if (folder / name).is_file()}) == 1
