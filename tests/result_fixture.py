"""A result folder without a simulation: plausible curves, written by the program's own writers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.projects import NEVER, PROJECT_COLUMNS
from aixsim.random.draws import BUILD, Purpose, normal, uniform, uniforms
from aixsim.results.counting_rules import counting
from aixsim.results.goals import evaluate_goals
from aixsim.results.network_summary import describe_network
from aixsim.results.population_summary import describe_firms
from aixsim.results.project_table import project_arrays
from aixsim.runs import tables
from aixsim.world.classification import GROUPS, ROUTES
from aixsim.world.korea import build_korea
from aixsim.world.network import Network
from aixsim.world.population import Population
from aixsim.world.supply_chain import build_supply_chain

HORIZON = Horizon("2024-01", "2030-12")
_NOTHING = np.zeros((len(tables.LEVELS), len(OUTCOMES), HORIZON.n_months))
PAYERS = ("Lead projects 2024", "AI Factory lead projects", "AX parks")
_SHARES: dict[str, list[float]] = {
    "agent_type": [0.24, 0.31, 0.45],
    "pole": [0.27, 0.24, 0.16, 0.14, 0.08, 0.03, 0.06, 0.02],
    "size": [0.0, 0.27, 0.32, 0.17, 0.24],
    "route": [0.55, 0.14, 0.22, 0.09],
}


@dataclass(frozen=True)
class FakeGoal:
    """A goal as the config layer hands it over."""

    name: str
    outcome: str
    at_least: float
    by: str


GOALS = (FakeGoal("500 launched", "launched", 500, "2030-12"), FakeGoal("500 operating", "operating", 500, "2030-12"))


def make_result(
    folder: Path,
    n: int = 200,
    scale: float = 1.0,
    seed: int = 1,
    *,
    lift: float = 1.0,
    failed: tuple[int, ...] = (),
    goals: tuple[FakeGoal, ...] = GOALS,
    with_network: bool = True,
    with_money: bool = True,
) -> Path:
    """Writes a result folder and returns it.

    Args:
        folder: is created.
        n: replicates requested.
        scale: share of the nation.
        seed: equal seeds have equal luck: results that differ in ``lift`` alone are paired.
        lift: factor on what is launched from 2026 on.
        failed: replicates without a result.
        goals: what is to be reached.
        with_network: whether there are ties.
        with_money: whether there are programmes.
    """
    folder.mkdir(parents=True)
    rows = np.array([r for r in range(n) if r not in failed], np.int64)
    counts = np.stack([_counts(seed, int(r), scale, lift) for r in rows]) if len(rows) else np.zeros((0, len(OUTCOMES), 84), np.int32)
    population = _population(min(scale, 0.05))
    _write_tables(folder, rows, counts, population, n=n, scale=scale, seed=seed, with_money=with_money)
    network = build_supply_chain(population, 1, 4.5) if with_network else Network.none(len(population))
    provenance: dict[str, Any] = {
        "run_id": f"{seed:04d}{round(1000 * lift):04d}feed",
        "title": "Korea: 500 AI factories by 2030",
        "config": "korea-2030",
        "scale": scale,
        "n_firms": round(164_000 * scale),
        "n_ties": network.n_ties,
        "seed": seed,
        "seed_chosen": True,
        "replicates_requested": n,
        "replicates_done": len(rows),
        "replicates_failed": len(failed),
        "stopped_at": None,
        "interrupted": False,
        "engine": "mesa",
        "counts": ["programme", "collaboration", "park"],
        "horizon": {"start": HORIZON.start, "end": HORIZON.end},
        "confidence": 0.95,
        "goals": [{"name": g.name, "outcome": g.outcome, "at_least": g.at_least, "target": g.at_least * scale, "by": g.by} for g in goals],
        "observed": [
            {"month": "2024-12", "outcome": "launched", "value": 26, "source": "zdnet_20241028"},
            {"month": "2025-12", "outcome": "launched", "value": 102, "source": "asiae_en_20251001"},
        ],
    }
    projects = [project_arrays(pq.read_table(folder / "projects.parquet"), HORIZON)]
    confidence, counted = 0.95, provenance["counts"]
    paths = {name: counts[:, OUTCOMES.index(name)] for name in OUTCOMES}
    firms = describe_firms(population, network)
    firms["by"] = {
        group: {level: round(k * scale / min(scale, 0.05)) for level, k in levels.items()} for group, levels in firms["by"].items()
    }
    documents = {
        "firms.json": firms,
        "counting.json": counting(projects, goals, counted, rows, HORIZON, scale, len(failed), confidence),
        "provenance.json": provenance,
        "goals.json": evaluate_goals(paths, goals, HORIZON, scale, len(failed), 0.95),
        "network.json": describe_network(population, network),
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document, indent=2), encoding="utf-8")
    return folder


def _counts(seed: int, replicate: int, scale: float, lift: float) -> NDArray[np.int32]:
    """Returns counts ``(n_outcomes, n_months)``: yearly cohorts that start in autumn, ripen, and are sometimes lost."""
    u = uniforms(seed, replicate, Purpose.PARAMETER, 12)
    delivered = 0.36 + 0.64 * u[0]
    planned = np.array([26, 76, 100, 109, 118, 128, 138], float)
    planned[2:] *= delivered * lift
    planned[0] += 2.0 * normal(u[10])
    planned[1] += 4.0 * normal(u[11])
    started = np.zeros(84)
    for year, projects in enumerate(planned):
        started[12 * year + 8 : 12 * year + 12] += projects * np.array([0.3, 0.4, 0.2, 0.1])
    t = np.arange(84)
    duration, success, survival = 10 + 16 * u[1], 0.7 + 0.25 * u[2], 1 - (0.01 + 0.05 * u[3]) / 12
    ripe = 1 / (1 + np.exp(-(t - duration) / 3.0))
    finished = np.array([(np.diff(ripe[: m + 1], prepend=0) * started[m::-1]).sum() for m in t])
    gone, operating, abandoned = 0.0, np.zeros(84), np.zeros(84)
    for month in t:
        alive = (operating[month - 1] if month else 0.0) + success * finished[month]
        gone += alive * (1 - survival)
        operating[month], abandoned[month] = alive * survival, gone
    decided = 9000 * (0.5 + u[4]) / (1 + np.exp(-(t - 80 - 20 * u[5]) / 17))
    own = 70 * (0.2 + 1.3 * u[6]) / (1 + np.exp(-(t - 62) / 11))
    national = {
        "equipped": 140.0 * np.maximum(t - 24, 0) * u[7],
        "decided": decided,
        "launched": started.cumsum(),
        "operating": operating,
        "failed": ((1 - success) * finished).cumsum(),
        "abandoned": abandoned,
        "withdrawn": 0.55 * np.concatenate([np.zeros(18), decided[:-18]]),
        "launched_own": own,
        "operating_own": 0.7 * np.concatenate([np.zeros(10), own[:-10]]),
    }
    # The dither stands for the luck of the draw: without it a sample would round every replicate alike.
    dither = uniform(seed, replicate, Purpose.MERIT, 0)
    none = np.zeros(84)
    return np.stack([np.floor(national.get(name, none) * scale + dither * (scale < 1)).astype(np.int32) for name in OUTCOMES])


@cache
def _population(scale: float) -> Population:
    return build_korea(scale, 1)


def _projects(seed: int, replicate: int, count: NDArray[np.int32], population: Population) -> NDArray[np.int32]:
    """Returns projects that add up to the counts: the same firms first in every result with the same luck, own projects last."""
    order = np.argsort(uniforms(seed, replicate, Purpose.MERIT, len(population)), kind="stable")
    parts = []
    for outcome, chosen in (("launched", order), ("launched_own", order[::-1])):
        started = np.repeat(np.arange(HORIZON.n_months), np.diff(count[OUTCOMES.index(outcome)], prepend=0))
        rows = np.full((len(started), len(PROJECT_COLUMNS)), NEVER, np.int32)
        rows[:, 0], rows[:, 2] = chosen[: len(started)], started
        rows[:, 1] = 3 if outcome == "launched_own" else np.arange(len(started)) % 3
        alive = count[OUTCOMES.index(outcome.replace("launched", "operating")), -1]
        rows[:alive, 3] = np.minimum(started[:alive] + 12, HORIZON.n_months - 1)
        for column, trait in enumerate((population.agent_type, population.province, population.size, population.sector), start=5):
            rows[:, column] = trait[rows[:, 0]]
        parts.append(rows)
    return np.concatenate(parts)


def _write_tables(
    folder: Path,
    rows: NDArray[np.int64],
    counts: NDArray[np.int32],
    population: Population,
    *,
    n: int,
    scale: float,
    seed: int,
    with_money: bool,
) -> None:
    replicates = rows.tolist()
    shares = [_level_shares(r)[:, None, None] for r in replicates]
    groups = np.stack([np.floor(count * share) for share, count in zip(shares, counts, strict=True)] or [_NOTHING])
    by_replicate = tables.groups_by_replicate(replicates, list(groups.astype(np.int32)))
    drawn = {"mechanisms.peers.rate": np.array([0.02 * uniform(7, r, Purpose.PARAMETER, 0) for r in replicates])}
    money = [_money(count, scale) for count in counts] if with_money else []
    spending: Any = [
        SimpleNamespace(lines=PAYERS, **dict(zip(tables.MONEY_COLUMNS, np.moveaxis(each, 2, 0), strict=True))) for each in money
    ]
    projects = [_projects(seed, r, count, population) for r, count in zip(replicates, counts, strict=True)]
    made = {
        "trajectories": tables.trajectories(replicates, counts, HORIZON, OUTCOMES),
        "parameters": tables.parameters(replicates, drawn),
        "money": tables.money(replicates if with_money else [], spending, [each[:, :, 0] / 1.65e9 for each in money], HORIZON.years),
        "payers": tables.payers(replicates, [_paid(count) for count in counts], HORIZON.years),
        "projects": tables.projects(replicates, projects, HORIZON),
    }
    if replicates:
        made["groups"] = pa.concat_tables(tables.groups(lambda name: by_replicate[name], HORIZON)).unify_dictionaries()
    for name, table in made.items():
        (folder / f"{name}.parquet").write_bytes(tables.to_parquet(table))


def _paid(count: NDArray[np.int32]) -> Any:
    """Who pays: the state 1 bn a project and year, the lead a tenth of it, the firm twice as much."""
    by_year = np.full((len(HORIZON.years), len(ROUTES), 1), 10**9 * int(count.max()), np.int64)
    return SimpleNamespace(paid=np.concatenate([by_year, by_year // 10, 2 * by_year], axis=2))


def _level_shares(replicate: int) -> NDArray[np.float64]:
    out = []
    for group, levels in GROUPS.items():
        base = np.array(_SHARES.get(group) or uniforms(3, BUILD, Purpose.DEGREE, len(levels), len(levels)) ** 2)
        wobble = base * (0.75 + 0.5 * uniforms(5, replicate, Purpose.DEGREE, len(levels), len(levels)))
        out.append(wobble / wobble.sum())
    shares = np.concatenate(out)
    assert len(shares) == len(tables.LEVELS)
    return shares


def _money(count: NDArray[np.int32], scale: float) -> NDArray[np.int64]:
    """Returns won by line and year: grants follow what is launched; the parks open in 2026."""
    launched = np.diff(count[OUTCOMES.index("launched")][11::12], prepend=0) / scale
    plan = np.array([[47.5] * 4 + [0] * 3, [0, 63.2, 145.0, 158.75, 172.5, 186.25, 200.0], [0, 0, 60, 120, 160, 160, 140]])
    full = np.array([26, 76, 100, 109, 118, 128, 138])
    spent = np.minimum(plan * np.array([1.0, 1.0, 0.8])[:, None], plan * (launched / full)[None, :])
    spent[0] = plan[0] * min(1.0, launched[0] / 26)
    out = np.zeros((3, 7, 5), np.int64)
    out[..., 0], out[..., 1] = np.rint(plan * 1e9 * scale), np.rint(spent * 1e9 * scale)
    out[..., 2], out[..., 3] = np.rint(3 * launched * scale), np.rint(launched * scale)
    return out
