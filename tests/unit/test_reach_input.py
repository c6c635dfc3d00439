"""Reach: what is asked. Amounts, bounds and wrong input."""

from __future__ import annotations

from pathlib import Path

import pytest

import aixsim
from aixsim.answers.cheapest_packages import plan_of
from aixsim.config.lever_bounds import between_of, krw_bn_of
from aixsim.errors import UserError
from tests.cli.run_cli import run_cli
from tests.unit.test_reach import BUDGET, CONFIG


@pytest.fixture
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "toy.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def test_amounts_and_bounds_by_hand() -> None:
    assert krw_bn_of("KRW 1,500 bn") == krw_bn_of("1500bn") == krw_bn_of("krw 1.5 tn") == 1500.0
    assert between_of(["levers.parks.number=0..26", "levers.growth_fund.pace"]) == {
        "levers.parks.number": (0.0, 26.0),
        "levers.growth_fund.pace": None,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--goal", "30 launchd"], "--goal 30 launchd: the config has no such goal: 30 launched, 35 launched; did you mean '30 launched'?"),
        (["--probability", "0"], "--probability 0: give a probability between 0 and 1"),
        (["--probability", "1.2"], "--probability 1.2: give a probability between 0 and 1"),
        (["--at-most", "much"], "--at-most 'much': is no amount of money; give it in bn or tn"),
        (["--at-most", "1500"], "--at-most '1500': is no amount of money"),
        (["--at-most", "-3 bn"], "--at-most '-3 bn': is no amount of money"),
        (["--between", "levers.training.start"], "has no number 'start'"),
        (["--between", BUDGET], f"--between {BUDGET}: no range is documented for it; give bounds, as in {BUDGET}=LOW..HIGH"),
        (["--between", f"{BUDGET}=2..1"], "allowed: 0 to 100, the lower end first"),
        (["--between", f"{BUDGET}=-1..1"], "allowed: 0 to 100"),
        (["--between", f"{BUDGET}=some"], "is not of the form KEY=LOW..HIGH"),
        (["--between", "levers.parks.number=0.5..3"], "whole numbers"),
        (["--between", "levers.park.number=0..3"], "did you mean 'parks'?"),
        (["--between", "mechanisms.innovation.rate=0.1..0.2"], "is no setting of a lever"),
        (["--set", f'{BUDGET}={{dist="uniform", low=1, high=2}}', "--between", f"{BUDGET}=1..2"], "is an uncertain number of the config"),
        (["-n", "9"], "10"),
    ],
)
def test_wrong_input_is_one_message(config: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    ended = run_cli(["reach", config, *arguments], tmp_path)
    assert ended.code == 2
    assert message in " ".join(ended.err.split())
    assert ended.out == ""
    assert not list(tmp_path.iterdir())


def test_a_config_without_goals_or_levers_is_refused(config: Path) -> None:
    study = aixsim.load(config)
    with pytest.raises(UserError, match="has no"):
        plan_of(study.with_({"goal": []}))
    with pytest.raises(UserError, match="give --between"):
        plan_of(study.with_({"programme": []}))


def test_the_command_tells_its_cost_first(config: Path, tmp_path: Path) -> None:
    told = run_cli(["reach", config, "--dry-run", "--workers", "1", "-n", "10", "--confirm", "50", "-o", tmp_path / "out"], tmp_path)
    assert told.code == 0
    assert "budget.budget_factor, budget.grant_factor: at most 760 replicates of the search and 700 new ones, about" in told.out
    assert not (tmp_path / "out").exists()
