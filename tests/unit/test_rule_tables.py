"""``[[rule]]`` in a config: what it means, and mistakes that are refused with place and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from aixsim.config import load, settings_of
from aixsim.config.validation import ConfigError, ConfigProblem
from aixsim.model.policy_rules import Rule

STATED = """
[[rule]]
name = "more"
when = { outcome = "launched", below = 300, by = "2026-12" }
then.levers.budget.budget_factor = 1.5
start = "2028-01"
"""


def config(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(f'base = "korea-2030"\ntitle = "adaptive"\n{text}', encoding="utf-8")
    return path


def problem_of(path: Path) -> ConfigProblem:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return caught.value.problems[0]


def test_thresholds_are_those_of_the_sample(tmp_path: Path) -> None:
    study = load(config(tmp_path, STATED), {"population.scale": 0.07})
    assert study.settings["rule"] == [Rule("more", "launched", None, 21, "2026-12", "2028-01", {"budget": {"budget_factor": 1.5}})]


def test_a_config_without_rules_is_resolved_as_before() -> None:
    study = load("korea-2030")
    assert "rule" not in study.settings
    assert "rule" not in study.table.document()


def test_the_resolved_config_has_the_same_rules(tmp_path: Path) -> None:
    study = load(config(tmp_path, STATED))
    resolved = tmp_path / "resolved.toml"
    resolved.write_text(study.to_toml(), encoding="utf-8")
    assert load(resolved).settings["rule"] == study.settings["rule"]


def test_a_rule_is_changed_by_name_and_by_key(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(config(tmp_path, STATED).read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "above.toml"
    path.write_text('base = "base.toml"\n[[rule]]\nname = "more"\nwhen = { below = 200 }\n', encoding="utf-8")
    (rule,) = load(path, settings_of(["rule.more.then.levers.budget.budget_factor=2"])).settings["rule"]
    assert (rule.below, rule.by, rule.then) == (200, "2026-12", {"budget": {"budget_factor": 2.0}})


MISTAKES = {
    "a lever that it cannot change": ("budget.budget_factor = 1.5", "parks.number = 3", "rule[0].then.levers.parks", "budget, budget_cut"),
    "a setting that it cannot change": ("budget_factor = 1.5", 'start = "2027-01"', "rule[0].then.levers.budget.start", "budget_factor"),
    "a lever without a setting": ("budget.budget_factor = 1.5", "budget = {}", "rule[0].then", "at least one"),
    "a distribution": ("1.5", '{ dist = "uniform", low = 1.0, high = 2.0 }', "rule[0].then.levers.budget.budget_factor", "one number"),
    "a year before the start": ("1.5", "{ 2027 = 2.0 }", "rule[0].then.levers.budget.budget_factor.2027", "2028 to 2030"),
    "a budget in the middle of a year": ('start = "2028-01"', 'start = "2028-06"', "rule[0].start", "a January, such as 2029-01"),
    "a start that is not later": ('start = "2028-01"', 'start = "2026-01"', "rule[0].start", "a month after 2026-12"),
    "a start after the horizon": ('start = "2028-01"', 'start = "2031-01"', "rule[0].start", "at most 2030-12"),
    "a month outside the horizon": ('by = "2026-12"', 'by = "2031-12"', "rule[0].when.by", "2024-01 to 2030-11"),
    "an unknown outcome": ('"launched"', '"launchd"', "rule[0].when.outcome", "'launched'"),
    "no threshold": ("below = 300, ", "", "rule[0].when", "at_least = COUNT"),
    "an empty range": ("below = 300", "below = 300, at_least = 300", "rule[0].when", "at_least smaller than below"),
    "a threshold of nothing": ("below = 300", "below = 0", "rule[0].when.below", "greater than or equal to 1"),
    "a name twice": ('[[rule]]\nname = "more"', f'{STATED}[[rule]]\nname = "More"', "rule[1].name", "names that differ"),
}


@pytest.mark.parametrize(("old", "new", "key", "allowed"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_remedy(old: str, new: str, key: str, allowed: str, tmp_path: Path) -> None:
    assert STATED.count(old) == 1
    problem = problem_of(config(tmp_path, STATED.replace(old, new)))
    assert problem.key == key
    assert allowed in problem.allowed
    assert problem.line is not None


def test_a_rule_cannot_begin_collaboration(tmp_path: Path) -> None:
    text = "[levers]\ncollaboration = false\n" + STATED.replace("budget.budget_factor = 1.5", "collaboration.quota = 0.5")
    problem = problem_of(config(tmp_path, text))
    assert problem.key == "rule[0].then.levers.collaboration"
    assert "not begin it" in problem.allowed
