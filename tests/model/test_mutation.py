"""How many altered laws the tests of this folder notice; the slow check is run by ``make verify`` and prints what was not noticed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from aixsim.model import economics
from tests.model.mutants import compiled, replaced
from tests.model.mutation import found, mutants

ROOT = Path(__file__).parents[2]


def test_a_mutant_is_one_change_for_everybody_and_not_for_ever() -> None:
    one = next(item for item in mutants("model.economics") if item.function == "attraction" and item.change == "1.0 -> 2.0")
    assert ast.unparse(one.tree).endswith("return math.exp(-p.elasticity * math.log(cost * (2.0 - support)))")
    p = economics.Economics.read(economics.Economics.defaults() | {"elasticity": 1.0})
    with replaced(found("model.economics", "attraction"), compiled(one.tree, "mutant")):
        assert economics.attraction(1.0, 0.0, p) == pytest.approx(0.5)  # 1 / 2
    assert economics.attraction(1.0, 0.0, p) == 1.0


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
