"""The registry belongs to the problem: what one study brings along is neither lost by another nor lent to it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.config.study import Study
from aixsim.config.validation import ConfigError
from aixsim.errors import UserError
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.plugins import Plugin, PluginError
from aixsim.model.registry import Registry
from tests import worlds

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PLAIN = """
title = "A law"
horizon = { start = "2024-01", end = "2024-06" }
population = { kind = "homogeneous", firms = 50 }
network = { kind = "none" }
funding = { mode = "open" }
monte_carlo = { replicates = 2, seed = 1 }
mechanisms = { innovation = { rate = 0.1 } }
"""
OWN = PLAIN.replace("0.1 } }", "0.1 }, bandwagon = { rate = 0.2 } }") + 'plugins.files = ["my_mechanism.py"]\n'


@pytest.fixture
def studies(tmp_path: Path) -> tuple[Study, Study]:
    """One with a law of its own, and one without."""
    (tmp_path / "my_mechanism.py").write_bytes((HOW_TO / "my_mechanism.py").read_bytes())
    (tmp_path / "own.toml").write_text(OWN)
    (tmp_path / "plain.toml").write_text(PLAIN)
    return load(tmp_path / "own.toml", allow_plugins=True), load(tmp_path / "plain.toml")


def test_a_problem_keeps_its_laws_whatever_is_loaded_later(studies: tuple[Study, Study]) -> None:
    own, plain = studies
    problem, other = problems(own)(0), problems(plain)(0)
    assert [law.name for law, _ in draw_scenario(problem, 0).mechanisms] == ["innovation", "bandwagon"]
    assert [law.name for law, _ in draw_scenario(other, 0).mechanisms] == ["innovation"]
    assert "bandwagon" not in other.registry.mechanisms


def test_a_name_that_a_problem_does_not_know_raises(studies: tuple[Study, Study]) -> None:
    own, plain = studies
    lost = replace(problems(own)(0), registry=plain.registry)
    with pytest.raises(UserError, match=r"mechanisms\.bandwagon: there is no such thing"):
        draw_scenario(lost, 0)
    world = worlds.problem(worlds.settings({"innovation": {"rate": 0.1}}, levers={"parx": {}}))
    with pytest.raises(UserError, match=r"levers\.parx"):
        draw_scenario(world, 0)
    with pytest.raises(ConfigError, match="bandwagon"):
        load(own.folder / "own.toml", {"plugins.files": []})


def test_registries_are_values(studies: tuple[Study, Study]) -> None:
    own, plain = studies
    assert plain.registry == Registry.of()
    assert hash(plain.registry) == hash(Registry.of())
    assert own.registry == load(own.folder / "own.toml", allow_plugins=True).registry != plain.registry
    assert pickle.loads(pickle.dumps(own.registry)) == own.registry
    assert [plugin.name for plugin in own.registry.used(own.settings)] == ["my_mechanism.py"]
    assert plain.registry.used(plain.settings) == ()
    changed = replace(own.registry, mechanisms={})
    assert changed != own.registry
    with pytest.raises(TypeError, match="changed by hand"):
        pickle.dumps(changed)


def test_another_process_has_the_same_laws(studies: tuple[Study, Study], tmp_path: Path) -> None:
    (tmp_path / "registry").write_bytes(pickle.dumps(studies[0].registry))
    (tmp_path / "my_mechanism.py").unlink()
    ask = "import pickle, sys; print(*pickle.load(open(sys.argv[1], 'rb')).mechanisms)"
    told = subprocess.run([sys.executable, "-c", ask, tmp_path / "registry"], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [*Registry.of().mechanisms, "bandwagon"]


def test_an_installed_package_must_be_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code is not sent along, so the other process must have it; only what a study uses counts for its numbers."""
    law = replace(worlds.REGISTRY.mechanisms["peers"], name="imitation")
    here, there = (Plugin("imitation", "entry point", None, digest, (law,)) for digest in ("a" * 64, "b" * 64))
    monkeypatch.setattr("aixsim.model.plugins.installed", lambda: (here,))
    monkeypatch.setattr("aixsim.model.registry.installed", lambda: (here,))
    registry = Registry.of()
    assert registry.used({"mechanisms": {"imitation": {}}, "levers": {}}) == (here,)
    assert registry.used({"mechanisms": {"peers": {}}, "levers": {}}) == ()
    packed = pickle.dumps(registry)
    assert pickle.loads(packed) == registry
    monkeypatch.setattr("aixsim.model.plugins.installed", lambda: (there,))
    with pytest.raises(PluginError, match="with other code"):
        pickle.loads(packed)
