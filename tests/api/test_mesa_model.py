"""The model for Mesa users: a good citizen of Mesa, and the same replicate that a run has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

from aixsim.api import run
from aixsim.config import load
from aixsim.config.study import Study
from aixsim.config.validation import ConfigError
from aixsim.engines.reference.ax_park import AXPark
from aixsim.engines.reference.diffusion_model import HorizonError
from aixsim.engines.reference.firm import SME, Firm, Supplier
from aixsim.errors import ArgumentError, UserError
from aixsim.mesa_model import Model
from aixsim.model.outcomes import OUTCOMES

CONFIGS = Path(__file__).parents[2] / "configs"
SMALL = {"expect": [], "population.firms": 60, "horizon.end": "2024-12", "mechanisms.innovation.rate": 0.05}
BASS = CONFIGS / "theory" / "bass.toml"


@pytest.fixture(scope="module")
def study() -> Study:
    return load(BASS, SMALL)


def test_it_runs_until_the_horizon_and_says_when_it_is_past_it(study: Study) -> None:
    model = Model(study)
    assert (model.running, model.steps, model.date) == (True, 0, None)
    model.step()
    assert (model.running, model.steps, model.date) == (True, 1, "2024-01")
    model.run_model()
    assert (model.running, model.steps, model.date) == (False, 12, "2024-12")
    for _ in range(2):
        with pytest.raises(HorizonError, match="2024-12") as caught:
            model.step()
        assert isinstance(caught.value, UserError)
        assert caught.value.end == "2024-12"
    assert (model.steps, model.month) == (12, 11), "a refused step leaves everything as it was"
    assert len(model.datacollector.get_model_vars_dataframe()) == 12


def test_agents_are_agents_of_mesa(study: Study) -> None:
    model = Model(study)
    assert len(model.agents) == 60
    assert isinstance(model.agents, mesa.agent.AgentSet)
    model.run_model()
    decided = model.agents_by_type[SME].select(lambda firm: firm.stage > 0)
    assert len(decided) == model.counts()["decided"] > 10


def test_firms_and_parks_of_korea_are_agents() -> None:
    model = Model(load(CONFIGS / "korea-2030.toml", {"population.scale": 0.002}))
    kinds = model.agents_by_type
    assert len(kinds[AXPark]) == len(model.problem.population.parks)
    assert len(kinds[SME]) > len(kinds[Supplier]) > 0
    assert sum(isinstance(agent, Firm) for agent in model.agents) == len(model.problem.population)


def test_it_is_the_replicate_that_a_run_has(study: Study) -> None:
    study = study.with_({"monte_carlo.replicates": 3, "monte_carlo.seed": 9})
    table = run(study).trajectories()
    for replicate in (0, 2):
        model = Model(study, replicate)
        model.run_model()
        counted = model.datacollector.get_model_vars_dataframe()
        expected = table[table["replicate"] == replicate]
        assert all(np.array_equal(counted[name], expected[name]) for name in OUTCOMES)
    assert table["decided"].max() > 10


def test_the_same_seed_is_the_same_and_another_is_not(study: Study) -> None:
    def final(seed: int | None, replicate: int = 0) -> list[int]:
        model = Model(study, replicate, seed=seed)
        model.run_model()
        return [int(firm.threshold) for firm in model.firms]

    assert final(5) == final(5)
    assert final(5) != final(6)
    assert final(5) != final(5, 1)
    assert Model(study.with_({"monte_carlo.seed": 5})).problem.seed == 5
    assert Model(study, seed=2**64 - 1).problem.seed == 2**64 - 1
    same = [Model(study, seed=5).agents.shuffle() for _ in range(2)]
    assert [agent.unique_id for agent in same[0]] == [agent.unique_id for agent in same[1]]


def test_a_study_without_a_seed_gets_one(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(
        'title = "t"\nhorizon = { start = "2024-01", end = "2024-02" }\n'
        'population = { kind = "homogeneous", firms = 3 }\nnetwork = { kind = "none" }\n'
    )
    assert Model(tmp_path / "c.toml").problem.seed != Model(str(tmp_path / "c.toml")).problem.seed


def test_batch_run_varies_replicates_and_settings() -> None:
    fixed: dict[str, Any] = {"expect[2].by": "2024-06", "expect[1].by": "2024-06", "horizon.end": "2024-06", "population.firms": 80}
    varied = {"study": str(BASS), "replicate": [0, 1], "mechanisms.peers.rate": [0.0, 0.5]}
    rows = mesa.batch_run(Model, {**varied, **fixed}, display_progress=False)
    assert [(row["replicate"], row["mechanisms.peers.rate"]) for row in rows] == [(0, 0.0), (0, 0.5), (1, 0.0), (1, 0.5)]
    model = Model(load(BASS, {"mechanisms.peers.rate": 0.5, **fixed}), 1)
    model.run_model()
    assert {name: rows[3][name] for name in OUTCOMES} == model.counts()
    assert rows[3]["Step"] == 5


@pytest.mark.parametrize("replicate", [-1, 0.5, "1", None, True, 2**32])
def test_replicates_are_whole_numbers(study: Study, replicate: int) -> None:
    with pytest.raises(ArgumentError, match="replicate="):
        Model(study, replicate)


def test_bad_seeds_and_settings_are_refused(study: Study) -> None:
    with pytest.raises(ArgumentError, match="seed="):
        Model(study, seed=-1)
    with pytest.raises(ConfigError, match="unknown key"):
        Model(study, size=3)
