"""Switches the laws of the model's second version on, one after the other, and writes the two goals after each step: steps.csv."""

from __future__ import annotations

import argparse
import csv
import math
from pathlib import Path
from typing import Any

import pandas as pd

import aixsim

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "configs" / "korea-2030.toml"
_LINE = 'programme."AI Factory lead projects"'
_OLD_BUDGET = {2026: 145.0, 2027: 158.75, 2028: 172.5, 2029: 186.25}
OFF: dict[str, dict[str, Any]] = {
    "delivery and budgets drawn": {
        **{f"{_LINE}.budget_krw_bn.{year}": money for year, money in _OLD_BUDGET.items()},
        f"{_LINE}.delivered_share": {"dist": "uniform", "low": 0.36, "high": 1.0},
        f"{_LINE}.delivery_spread": 0.0,
        f"{_LINE}.delivery_persistence": 0.0,
        f"{_LINE}.budget_walk": 0.0,
        f"{_LINE}.number_kept": 0.0,
    },
    "all assumed numbers drawn": {
        f"{_LINE}.lag_months": 2,
        "implementation.duration_factor": 1.0,
        "implementation.success_shift": 0.0,
        "implementation.sigma": 0.4,
        "implementation.pause_months": 12,
        "funding.merit_noise": 1.0,
        "funding.size_weight": 0.35,
        "funding.consortium_bonus": 1.0,
        "funding.attempts": 3,
        "funding.patience_months": 30,
        "susceptibility.frailty_variance": 1.0,
        "susceptibility.size.large": 3.89,
        "climate.level": 1.0,
        "climate.trend": 0.0,
        "climate.persistence": 0.95,
        "sensing.customer_weight": 2.0,
        "sensing.sibling_weight": 2.0,
        "levers.parks.grant_krw_bn": 1.65,
        "levers.parks.duration_factor": 0.9,
        "levers.parks.capacity": 150.0,
    },
    "users of AI, large customers": {"mechanisms.ai_users": False, "sensing.large_customer_factor": 1.0},
    "matching": {
        **{f"{_LINE}.public_share.{size}": 0.0 for size in ("small", "medium", "mid-size", "large")},
        "levers.parks.public_share": 0.0,
        "levers.parks.cost_share": 0.0,
        "levers.participants_finance": False,
        "economics.cost_factor": 1.0,
    },
    "reuse": {f"reuse.{name}": 0.0 for name in ("cost", "duration", "success")},
    "capacity": {"capacity.projects": 0.0},
    "adequacy": {"adequacy.success_exponent": 0.0, "adequacy.duration_exponent": 0.0},
}


def counts(study: aixsim.Study, replicates: int) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Returns both counts of the last month, one row a replicate, and the records of the goals."""
    result = aixsim.run(study, replicates=replicates, progress=False)
    return result.trajectories().groupby("replicate")[["launched", "operating"]].last(), result.goal_records


def main() -> None:
    """Runs the experiment."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--replicates", type=int, default=200)
    arguments.add_argument("--scale", type=float, default=1.0, help="share of the national population; 1 is the answer, less a trial")
    chosen = arguments.parse_args()
    plan = aixsim.load(CONFIG, {"population.scale": chosen.scale})
    steps = ["everything new off", *OFF]
    before: pd.DataFrame | None = None
    with (HERE / "steps.csv").open("w", encoding="utf-8", newline="", buffering=1) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for position, step in enumerate(steps):
            off = {key: value for name in list(OFF)[position:] for key, value in OFF[name].items()}
            found, goals = counts(plan.with_(off), chosen.replicates)
            row: dict[str, Any] = {"step": step, "replicates": len(found)}
            for goal in goals:
                count, name = goal["count_at_deadline"], goal["outcome"]
                row |= {f"{name}_probability": f"{goal['probability']:.3f}", f"{name}_mean": f"{count['mean']:.0f}"}
                row |= {f"{name}_{q}": f"{count[q]:.0f}" for q in ("p05", "p50", "p95")}
                change = (found[name] - before[name]) / plan.population.scale if before is not None else found[name] * 0.0
                row |= {f"{name}_change": f"{change.mean():.1f}", f"{name}_change_se": f"{change.std() / math.sqrt(len(change)):.1f}"}
            if position == 0:
                writer.writerow(row)
            writer.writerow(row.values())
            before = found


if __name__ == "__main__":
    main()
