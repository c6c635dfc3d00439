"""The registry belongs to the problem: what one study brings along is neither lost by another nor lent to it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from aixsim.api import NothingFinished, run
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


LEVER = """
import random
from aixsim.model.lever import Lever, starts, stops
from aixsim.model.parameters import Parameters, real

class Odd(Parameters):
    '''Settings.'''
    start: str = starts("2024-01", "assumed", "assumed")
    stop: str = stops()
    by: float = real(0.5, "1", 0.0, 1.0, "factor", "assumed", "assumed", "0 to 1")

seen = []

def apply(scenario, p, problem):
    BODY

LEVER = Lever(name="odd", title="Odd", apply=apply, neutral={"by": 1.0}, parameters=Odd, source="assumed")
"""


def with_lever(folder: Path, body: str) -> Study:
    (folder / "odd.py").write_text(LEVER.replace("BODY", body))
    uncertain = PLAIN.replace("0.1 }", '{ dist = "uniform", low = 0.1, high = 0.2 } }').replace("replicates = 2", "replicates = 6")
    (folder / "odd.toml").write_text(uncertain + 'levers = { odd = {} }\nplugins.files = ["odd.py"]\n')
    return load(folder / "odd.toml", allow_plugins=True)


@pytest.mark.parametrize(
    "body",
    [
        "seen.append(1); scenario.climate_index *= len(seen)",
        "seen.append(scenario.drawn['mechanisms.innovation.rate']); scenario.climate_index *= seen[0]",
        "scenario.climate_index *= random.random()",
    ],
    ids=["counter", "memory", "random number without address"],
)
def test_a_lever_that_depends_on_more_than_its_replicate_ends_the_run(tmp_path: Path, body: str) -> None:
    """Its results would depend on the number of workers."""
    with pytest.raises(PluginError, match=r"levers\.odd: climate_index of replicate"):
        run(with_lever(tmp_path, body), out=tmp_path / "out")
    assert not (tmp_path / "out" / "provenance.json").exists()


def test_a_lever_that_depends_on_its_replicate_alone_runs(tmp_path: Path) -> None:
    """The twin: the same arithmetic on what each replicate drew for itself."""
    study = with_lever(tmp_path, "seen = [scenario.drawn['mechanisms.innovation.rate']]; scenario.climate_index *= seen[0]")
    one, two = (run(study, workers=workers).trajectories() for workers in (1, 2))
    assert one.equals(two)
    assert one["decided"].max() > 0


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("problem.settings['mechanisms']['innovation']['rate'] = 1.0", "TypeError"),
        ("problem.settings['counts'].append('own')", "AttributeError"),
        ("problem.uncertainties.clear()", "AttributeError"),
        ("problem.registry.levers.pop('odd')", "AttributeError"),
        ("scenario.seed += 1", "changes seed"),
        ("scenario.replicate = 0; scenario.scale = 2.0", "changes (replicate, )?scale"),
        ("scenario.support = scenario.support[:3]", "changes support"),
        ("scenario.frailty = scenario.frailty.astype('float32')", "changes frailty"),
        ("scenario.frailty = -scenario.frailty", "frailty has a value below zero"),
    ],
)
def test_what_replicates_share_and_are_addressed_by_is_not_for_levers_to_change(tmp_path: Path, body: str, found: str) -> None:
    with pytest.raises(NothingFinished, match=found):
        run(with_lever(tmp_path, body))


def test_a_law_that_is_not_the_same_when_asked_again_is_refused(tmp_path: Path) -> None:
    law = (HOW_TO / "my_mechanism.py").read_text().replace("return p.rate", "seen.append(1); return len(seen) * p.rate")
    (tmp_path / "my_mechanism.py").write_text(law.replace("\n\n\ndef hazard", "\n\n\nseen = []\n\ndef hazard"))
    (tmp_path / "own.toml").write_text(OWN)
    with pytest.raises(ConfigError, match="and then"):
        load(tmp_path / "own.toml", allow_plugins=True)
