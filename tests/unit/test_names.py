"""Programmes are known by their name everywhere: in keys, overrides, draws and ensembles; positions are ``[0]``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aixsim.config import load, settings_of
from aixsim.config.build import problems
from aixsim.config.ensembles import RESULT_FOLDERS, RESULT_TABLES, ensemble_bytes
from aixsim.config.study import Study
from aixsim.config.sweep_study import load_sweep
from aixsim.config.validation import ConfigError
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.keys import dotted, parse_key, split_key
from aixsim.model.uncertainties import numbers_of
from aixsim.random.distributions import Distribution
from aixsim.runs.ledger import TABLES
from aixsim.runs.store import SHARDS
from tests.cli.run_cli import run_cli

TWO = """
title = "Two programmes"
counts = ["programme"]
horizon = { start = "2024-01", end = "2026-12" }
population = { kind = "homogeneous", firms = 300 }
network = { kind = "none" }
monte_carlo = { replicates = 2, seed = 1 }
mechanisms = { innovation = { rate = 0.1 } }

[[programme]]
name = "1"
budget_krw_bn = { 2024 = 5.0, 2025 = 5.0 }
grant_krw_bn = { dist = "uniform", low = 1.0, high = 2.0 }
call_months = [1]

[[programme]]
name = "0"
budget_krw_bn = { 2024 = 50.0, 2025 = 50.0 }
grant_krw_bn = { dist = "uniform", low = 1.0, high = 2.0 }
call_months = [1]

[[goal]]
name = "g"
outcome = "launched"
at_least = 100
by = "2026-12"
"""
ENSEMBLE = '[uncertainty]\nensemble = "e.parquet"\n'


def study(folder: Path, text: str, *overrides: str) -> Study:
    folder.mkdir(exist_ok=True)
    (folder / "two.toml").write_text(text, encoding="utf-8")
    return load(folder / "two.toml", settings_of(overrides))


def drawn(one: Study) -> dict[str, float]:
    return draw_scenario(problems(one)(0), 0).drawn


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 10**8), min_size=1).filter(
        lambda key: isinstance(key[0], str)
    )
)
def test_a_key_is_read_as_it_was_written(key: list[str | int]) -> None:
    assert parse_key(dotted(key)) == tuple(key)
    assert split_key(f"{dotted(key)}=b=c") == (tuple(key), "=b=c")


def test_keys_as_people_write_them() -> None:
    assert parse_key("programme.AI Factory lead projects.grant_krw_bn") == ("programme", "AI Factory lead projects", "grant_krw_bn")
    assert parse_key(" programme [0] . 'a.b' ") == ("programme", 0, "a.b")
    assert dotted(("programme", "AI Factory", "budget_krw_bn", "2026")) == 'programme."AI Factory".budget_krw_bn.2026'
    for wrong in ("", ".", "a.", "[0]", "a..b", "a[²]", 'a."b', "a]b", f"a[{'1' * 5000}]"):
        with pytest.raises(ValueError, match="is no key"):
            parse_key(wrong)


def test_an_override_reaches_the_programme_of_that_name(tmp_path: Path) -> None:
    for key in ('programme."0"', "programme.0", "programme[1]", "programme.'0'"):
        changed = study(tmp_path, TWO, f"{key}.grant_krw_bn=25").settings["programme"]
        assert changed["0"]["grant_krw_bn"] == 25
        assert isinstance(changed["1"]["grant_krw_bn"], Distribution)
    for name, key in (("2024", "programme.2024"), ("a=b", 'programme."a=b"'), ("Ü [1].x", 'programme."Ü [1].x"')):
        text = TWO.replace('name = "1"', f'name = "{name}"')
        assert study(tmp_path, text, f"{key}.grant_krw_bn=1").settings["programme"][name]["grant_krw_bn"] == 1.0
    for key in ("programme.2", "programme[2]", 'programme."[0]"', "horizon[0]"):
        with pytest.raises(ConfigError):
            study(tmp_path, TWO, f"{key}.grant_krw_bn=25")


def test_the_order_of_tables_changes_no_number_of_either(tmp_path: Path) -> None:
    head, one, other = TWO.partition("[[goal]]")[0].split("[[programme]]")
    swapped = f"{head}[[programme]]{other}[[programme]]{one}"
    first, second = drawn(study(tmp_path, TWO)), drawn(study(tmp_path, swapped))
    assert first == second
    assert set(first) == {"programme.1.grant_krw_bn", "programme.0.grant_krw_bn"}
    assert first["programme.1.grant_krw_bn"] != first["programme.0.grant_krw_bn"], "each has draws of its own"
    renamed = drawn(study(tmp_path, TWO.replace('name = "1"', 'name = "2"')))
    assert renamed["programme.2.grant_krw_bn"] != first["programme.1.grant_krw_bn"], "the twin: the name is the address"


def test_numbers_of_programmes_differ_and_follow_from_names() -> None:
    """Shipped programmes keep the numbers that they were first addressed by."""
    names = ["Lead projects 2024", "AI Factory lead projects"]
    assert numbers_of(names)["AI Factory lead projects"] == 1
    assert numbers_of(["Smart factories", "test"]) == {"Smart factories": 0, "test": 1}
    many = [f"programme {k}" for k in range(3000)]
    numbers = numbers_of(many)
    assert numbers == numbers_of(reversed(many))
    assert len(set(numbers.values())) == 3000
    law = Distribution("uniform", (0.24, 1.0))
    shipped = problems(load(Path(__file__).parents[2] / "configs" / "korea-2030.toml", {"population.scale": 0.005}))(0)
    value = draw_scenario(shipped, 3).drawn['programme."AI Factory lead projects".delivered_share']
    assert value == law.draw(shipped.seed, 3, "programme[1].delivered_share")


@pytest.mark.parametrize("name", ["ai factory", "AI  Factory", " AIFactory", "ＡＩ Factory", "AX PARKS"])
def test_names_that_look_the_same_are_refused(tmp_path: Path, name: str) -> None:
    text = TWO.replace('name = "1"', 'name = "AI Factory"').replace('name = "0"', f'name = "{name}"')
    with pytest.raises(ConfigError) as refused:
        study(tmp_path, text)
    assert [problem.key for problem in refused.value.problems] == ["programme[1].name"]
    assert study(tmp_path, TWO.replace('name = "0"', 'name = "11"')).settings["programme"].keys() == {"1", "11"}


def test_factors_of_a_sweep_are_called_by_the_name(tmp_path: Path) -> None:
    study(tmp_path, TWO.replace('name = "1"', 'name = "A b"'))
    text = 'base = "two.toml"\nmonte_carlo = { replicates = 2, seed = 1 }\n[factors]\n"KEY.grant_krw_bn" = [1.0, 2.0]\n'
    for key in ("programme[0]", "programme.A b", "programme.'A b'"):
        (tmp_path / "study.toml").write_text(text.replace("KEY", key))
        assert load_sweep(tmp_path / "study.toml").factors == ('programme."A b".grant_krw_bn',)


def test_labels_of_points_name_the_programme_and_the_year(tmp_path: Path) -> None:
    study(tmp_path, TWO.replace('name = "1"', 'name = "A b"'))
    factors = (
        '"programme[0].grant_krw_bn" = [1.0, 2.0]\n"programme[1].grant_krw_bn" = [1.0, 2.0]\n"programme.0.budget_krw_bn.2025" = [40.0]\n'
    )
    (tmp_path / "study.toml").write_text('base = "two.toml"\nmonte_carlo = { replicates = 2, seed = 1 }\n[factors]\n' + factors)
    first, *_, last = (point.label for point in load_sweep(tmp_path / "study.toml").points)
    assert first == "A b.grant_krw_bn = 1, 0.grant_krw_bn = 1, 0.budget_krw_bn.2025 = 40"
    assert last == "A b.grant_krw_bn = 2, 0.grant_krw_bn = 2, 0.budget_krw_bn.2025 = 40"


def test_check_tells_the_money_by_year_and_what_differs_from_the_base(tmp_path: Path) -> None:
    study(tmp_path, TWO)
    (tmp_path / "more.toml").write_text(
        'base = "two.toml"\n[[programme]]\nname = "third"\nbudget_krw_bn = { 2025 = 7.5 }\ngrant_krw_bn = 1.0\ncall_months = [1]\n'
    )
    ended = run_cli(["check", tmp_path / "more.toml"], tmp_path)
    assert ended.code == 0, ended.err
    assert "  budget, KRW bn: third: 2025 7.5\n" in ended.out
    changed = run_cli(["check", tmp_path / "more.toml", "--set", "levers.budget.budget_factor=2"], tmp_path)
    assert "  budget before levers.budget, KRW bn: third: 2025 7.5\n" in changed.out, "a lever changes them"
    total = next(line for line in ended.out.splitlines() if "all programmes" in line)
    plans = load(tmp_path / "two.toml").settings["programme"].values()
    before = sum(plan["budget_krw_bn"].get(2025, 0.0) for plan in plans)
    assert f"2025 {before + 7.5:,.4g}" in total
    assert "differs from two: programme.third.budget_krw_bn.2025: 7.5, not stated there" in ended.out


def ensemble(folder: Path, columns: dict[str, list[float]], name: str = "e.parquet") -> list[tuple[str, str]]:
    """What is said against an ensemble: found and allowed."""
    folder.mkdir(exist_ok=True)
    (folder / "e.parquet").write_bytes(ensemble_bytes(tuple(columns), np.array(list(columns.values())).T, {}))
    try:
        study(folder, TWO + ENSEMBLE.replace("e.parquet", name))
    except ConfigError as error:
        return [(problem.found, problem.allowed) for problem in error.problems if problem.key == "uncertainty.ensemble"]
    return []


def test_the_values_of_an_ensemble_lie_within_the_ranges_of_their_numbers(tmp_path: Path) -> None:
    good = {"mechanisms.innovation.rate": [0.1, 0.2], "programme.0.grant_krw_bn": [1.0, 2.0], "observation.dispersion": [0.02, 0.03]}
    assert ensemble(tmp_path, good) == []
    assert draw_scenario(problems(load(tmp_path / "two.toml"))(0), 1).drawn["programme.0.grant_krw_bn"] == 2.0
    for rate in (-5.0, 1e9):
        [(found, allowed)] = ensemble(tmp_path, {"mechanisms.innovation.rate": [0.1, rate]})
        assert "e.parquet" in found
        assert "'mechanisms.innovation.rate'" in found
        assert f"{rate:g}" in found
        assert allowed.startswith("0 to 1 ")


@pytest.mark.parametrize(
    "column",
    [
        "mechanisms.innovation.rate2",
        "mechanisms.innovation",
        "programme[0].grant_krw_bn",
        "programme.9.grant_krw_bn",
        "levers.parks.start",
        "x",
    ],
)
def test_a_column_that_is_no_number_is_refused(tmp_path: Path, column: str) -> None:
    [(found, _)] = ensemble(tmp_path, {column: [1.0, 1.0]})
    assert repr(column) in found


@pytest.mark.parametrize(
    "name", [*(f"{table}.parquet" for table in RESULT_TABLES), "Money.parquet", "goals.json", "../two/e.parquet", "/e.parquet"]
)
def test_an_ensemble_does_not_take_the_place_of_a_table(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "two"
    folder.mkdir()
    columns = {"mechanisms.innovation.rate": [0.1, 0.2]}
    if "/" not in name:
        (folder / name).write_bytes(ensemble_bytes(tuple(columns), np.array(list(columns.values())).T, {}))
    [(found, _)] = ensemble(folder, columns, name)
    assert found == f"found {name!r}"


@pytest.mark.parametrize("name", ["trajectories/e.parquet", "./Figures/e.parquet", "shards/a/e.parquet"])
def test_an_ensemble_is_not_copied_into_a_folder_of_the_result(tmp_path: Path, name: str) -> None:
    """With a folder ``trajectories``, the result of a run is taken for a sweep."""
    assert set(RESULT_FOLDERS) == {"figures", SHARDS, TABLES}
    columns = {"programme.0.grant_krw_bn": [1.0, 2.0]}
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_bytes(ensemble_bytes(tuple(columns), np.array(list(columns.values())).T, {}))
    [(found, _)] = ensemble(tmp_path, columns, name)
    assert found == f"found {name!r}"
    (tmp_path / "two.toml").write_text(f'{TWO.partition("[[programme]]")[0]}plugins = {{ files = ["{name[:-8]}.py"] }}\n')
    with pytest.raises(ConfigError) as refused:
        load(tmp_path / "two.toml", allow_plugins=True)
    assert [problem.found for problem in refused.value.problems] == [f"found {name[:-8] + '.py'!r}"]


def test_an_ensemble_that_no_replicate_reads_is_refused(tmp_path: Path) -> None:
    """The innovation rate is fixed in this config and there are no parks; one column that is read is enough, and check names the others."""
    [(found, _)] = ensemble(tmp_path, {"mechanisms.innovation.rate": [0.1, 0.2], "levers.parks.number": [1.0, 2.0]})
    assert found.endswith("mechanisms.innovation.rate, levers.parks.number")
    assert ensemble(tmp_path, {"mechanisms.innovation.rate": [0.1, 0.2], "programme.0.grant_krw_bn": [1.0, 2.0]}) == []
    ended = run_cli(["check", tmp_path / "two.toml"], tmp_path)
    assert "1 of 2 columns are used; not used, since they are fixed or left out here: mechanisms.innovation.rate\n" in ended.out
