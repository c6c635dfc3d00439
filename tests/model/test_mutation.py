"""Altered laws are noticed by the tests of this folder, but for those that ``survivors.toml`` lists with the reason. The slow check is run
by ``make verify`` and prints what was not noticed.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from aixsim.model import economics
from tests.model.mutants import compiled, replaced
from tests.model.mutation import found, mutants

ROOT = Path(__file__).parents[2]
LISTED: dict[str, str] = tomllib.loads(Path(__file__).with_name("survivors.toml").read_text(encoding="utf-8"))
"""Altered laws that no test can notice, and why."""


def test_a_mutant_is_one_change_for_everybody_and_not_for_ever() -> None:
    one = next(item for item in mutants("model.economics") if item.function == "attraction" and item.change == "1.0 -> 2.0")
    assert ast.unparse(one.tree).endswith("return math.exp(-p.elasticity * math.log(cost * (2.0 - support)))")
    p = economics.Economics.read(economics.Economics.defaults() | {"elasticity": 1.0})
    with replaced(found("model.economics", "attraction"), compiled(one.tree, "mutant")):
        assert economics.attraction(1.0, 0.0, p) == pytest.approx(0.5)  # 1 / 2
    assert economics.attraction(1.0, 0.0, p) == 1.0


def test_what_is_listed_as_not_noticed_is_still_there() -> None:
    there = {str(item) for module in {key.split()[0] for key in LISTED} for item in mutants(module)}
    assert not [key for key in LISTED if key not in there], "the code has changed: delete these lines, or write them as the code is now"
    assert all(LISTED.values()), "each with its reason"


@pytest.mark.verify
def test_altered_laws_are_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "tests.model.mutation"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    result = json.loads(done.stdout.splitlines()[-1])
    killed, survivors = result["killed"], result["survivors"]
    with capsys.disabled():
        sys.stdout.write("\n".join([f"\n{killed} of {killed + len(survivors)} altered laws were noticed; not noticed:", *survivors]) + "\n")
    assert killed >= 800, "so many there are"
    assert killed >= 0.85 * (killed + len(survivors))
    unexplained = [mutant for mutant in survivors if mutant not in LISTED]
    assert not unexplained, "write a test that notices these, or list them with the reason in tests/model/survivors.toml"
