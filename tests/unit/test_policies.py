"""Policies: small files over a base that say only what differs, and levers that a policy takes away."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from aixsim.config import load, schema
from aixsim.config.build import problems
from aixsim.config.validation import ConfigError, ConfigProblem
from aixsim.engines.reference.diffusion_model import run
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.tabulation import outcome_counts

CONFIGS = Path(__file__).parents[2] / "configs"
POLICIES = sorted((CONFIGS / "policies").glob("*.toml"))
BASE = CONFIGS / "korea-2030.toml"
SMALL = {"population.scale": 0.002}


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.toml")), ids=lambda path: path.stem)
def test_the_resolved_config_is_the_same_study(path: Path, tmp_path: Path) -> None:
    study = load(path)
    for file in study.files.values():
        shutil.copytree(file.parent, tmp_path / file.parent.name, dirs_exist_ok=True)
    if study.ensemble is not None:
        ensemble = tmp_path / study.ensemble
        ensemble.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(study.folder / study.ensemble, ensemble)
    resolved = tmp_path / "resolved.toml"
    resolved.write_text(study.to_toml(), encoding="utf-8")
    again = load(resolved)
    assert again.table == study.table
    assert again.to_toml() == study.to_toml()


def test_awkward_names_and_numbers_are_written_as_they_are(tmp_path: Path) -> None:
    study = load(BASE, {"population.scale": 1e-5})
    tables = [
        table.model_copy(update={"name": name})
        for table, name in zip(study.programme, ['a.b = "c"\\', "\u00e4\ud55c\t#\x7f"], strict=False)
    ]
    odd = replace(study, table=study.table.model_copy(update={"title": 'a "quoted"\nline', "programme": tables}))
    (tmp_path / "odd.toml").write_text(odd.to_toml(), encoding="utf-8")
    assert load(tmp_path / "odd.toml").table == odd.table


@pytest.mark.parametrize("path", [BASE, *POLICIES], ids=lambda path: path.stem)
def test_a_shipped_policy_runs(path: Path) -> None:
    world = problems(load(path, SMALL))(0)
    scenario = draw_scenario(world, 0)
    counts = outcome_counts(run(world, scenario), scenario.counts, world.horizon.n_months, world.population)
    assert counts[OUTCOMES.index("decided"), -1] > 0


def test_the_plan_is_the_base() -> None:
    assert load(CONFIGS / "policies" / "plan.toml").settings == load(BASE).settings


@pytest.mark.parametrize("path", [path for path in POLICIES if path.stem != "plan"], ids=lambda path: path.stem)
def test_a_policy_changes_something_and_nothing_before_2026(path: Path) -> None:
    """Whatever is compared with the plan has the history that was counted."""
    plan, policy = (problems(load(config, SMALL))(0) for config in (BASE, path))
    assert plan.settings != policy.settings
    a, b = draw_scenario(plan, 0), draw_scenario(policy, 0)
    until = plan.horizon.index("2025-08")
    assert (a.climate_index[:until] == b.climate_index[:until]).all()
    for old, new in zip(a.lines, b.lines, strict=False):
        if old.name.startswith("Lead"):
            assert (old.budget == new.budget).all()
    assert (a.lines[1].budget[:2] == b.lines[1].budget[:2]).all()


def test_no_plan_has_no_lever_and_no_money_of_its_own() -> None:
    settings = load(CONFIGS / "policies" / "no-plan.toml").settings
    assert settings["levers"] == {}
    assert set(load(BASE).settings["levers"]) <= set(load(BASE).registry.levers)
    budgets = settings["programme"]["AI Factory lead projects"]["budget_krw_bn"]
    assert [budgets[year] for year in range(2025, 2031)] == [63.2, 0.0, 0.0, 0.0, 0.0, 0.0]


def over_base(folder: Path, text: str) -> Path:
    """A config in a folder of its own, laid over the base."""
    home = folder / "configs" / "mine"
    home.mkdir(parents=True)
    (folder / "configs" / "base.toml").write_bytes(BASE.read_bytes())
    path = home / "policy.toml"
    path.write_text(f'base = "../base.toml"\n{text}', encoding="utf-8")
    return path


def test_false_takes_away_what_the_base_states(tmp_path: Path) -> None:
    path = over_base(tmp_path, "[levers]\nparks = false\n[mechanisms]\npeers = false\n")
    plan, policy = load(BASE).settings, load(path).settings
    assert set(plan["levers"]) - set(policy["levers"]) == {"parks"}
    assert set(plan["mechanisms"]) - set(policy["mechanisms"]) == {"peers"}
    assert "parks" not in load(BASE, {"levers.parks": False}).settings["levers"]


MISTAKES = [
    ("[levers]\nparks = true\n", "levers.parks", "a table, or false", ""),
    ('[levers.trade]\nstart = "2027-01"\nstop = "2026-01"\n', "levers.trade.stop", "not before the start", ""),
    ('[levers.budget]\nprogramme = "Lead projects 2042"\n', "levers.budget.programme", "AI Factory lead projects", "Lead projects 2024"),
    ("[levers.budget]\nbudget_factor = { 27 = 2.0 }\n", "levers.budget.budget_factor", "four digits", ""),
    ("[levers.budget]\nbudget_factor = { 2027 = -2.0 }\n", "levers.budget.budget_factor", "0 to 100", ""),
    ('[levers.budget]\nbudget_factor = "twice"\n', "levers.budget.budget_factor", "0 to 100", ""),
    ("[levers.budget]\nprogramme = 3\n", "levers.budget.programme", "quotes", ""),
    ('[levers.parks]\nplaces = ["Chngwon"]\n', "levers.parks.places", "Changwon", "Changwon"),
    ("[levers.growth_fnd]\nsize_krw_tn = 3.0\n", "levers.growth_fnd", "growth_fund", "growth_fund"),
    ("[climate]\ntariffs = 1.5\n", "climate.tariffs", "0 to 1", ""),
]


@pytest.mark.parametrize(("text", "key", "allowed", "hint"), MISTAKES, ids=[mistake[1] + mistake[2] for mistake in MISTAKES])
def test_a_mistake_in_a_policy_is_named_with_its_remedy(text: str, key: str, allowed: str, hint: str, tmp_path: Path) -> None:
    path = over_base(tmp_path, text)
    problem = mistake_of(path)
    assert (problem.key, problem.hint) == (key, hint)
    assert allowed in problem.allowed
    assert problem.file == str(path)
    assert problem.line is not None


def mistake_of(path: Path) -> ConfigProblem:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return caught.value.problems[0]


def test_a_base_beside_the_configs_is_refused(tmp_path: Path) -> None:
    path = over_base(tmp_path, "")
    (tmp_path / "base.toml").write_bytes(BASE.read_bytes())
    path.write_text('base = "../../base.toml"\n', encoding="utf-8")
    problem = mistake_of(path)
    assert (problem.key, problem.line) == ("base", 1)
    assert "outside" in problem.found


def test_the_schema_knows_policies() -> None:
    import tomllib

    validator = jsonschema.Draft202012Validator(schema())
    for path in POLICIES:
        validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"levers": {"parks": True}})
