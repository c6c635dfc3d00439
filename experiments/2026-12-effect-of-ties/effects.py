"""Takes ties, models and levers away, one at a time, and writes what that does to the two counts: effects.csv and money.csv."""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import aixsim

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "configs" / "korea-2030.toml"
COUNTS = ("launched", "operating", "launched_adequate", "queued")
TIES_OFF = {
    **{f"mechanisms.{name}": False for name in ("peers", "partners", "collaboration", "ai_users")},
    **{f"reuse.{name}": 0.0 for name in ("cost", "duration", "success")},
    "levers.collaboration": False,
    "levers.joint_development": False,
}
_SCALED = ("low", "high", "median")


def times(value: Any, factor: float) -> Any:
    """Returns a number or a distribution multiplied by a factor."""
    if not isinstance(value, Mapping):
        return value * factor
    return {key: item * factor if key in _SCALED else item for key, item in value.items()}


def contexts(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Returns what is set in each context."""
    rates = {f"mechanisms.{name}.rate": times(law["rate"], 1 / 3) for name, law in document["mechanisms"].items()}
    return {"plan": {}, "a third of the demand": rates, "ten times the money": {"levers.budget.budget_factor": 10.0}}


def run(study: aixsim.Study, replicates: int) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Returns the counts of the last month, one row a replicate, and the records of the goals."""
    result = aixsim.run(study, replicates=replicates, progress=False)
    return result.trajectories().groupby("replicate")[list(COUNTS)].last(), result.goal_records


def effect(base: pd.DataFrame, off: pd.DataFrame) -> dict[str, str]:
    """Returns the paired difference of means, base minus off, its standard error, both in percent, and the share of replicates changed."""
    out = {"changed": f"{(base != off).any(axis=1).mean():.3f}"}
    for count in COUNTS:
        percent = 100.0 / max(base[count].mean(), 1e-9)
        difference = (base[count] - off[count]) * percent
        out |= {f"{count}": f"{difference.mean():.2f}", f"{count}_se": f"{difference.std() / math.sqrt(len(difference)):.2f}"}
    return out


def main() -> None:
    """Runs the experiment."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--replicates", type=int, default=200)
    arguments.add_argument("--scale", type=float, default=1.0, help="share of the national population; 1 is the answer, less a trial")
    chosen = arguments.parse_args()
    plan = aixsim.load(CONFIG, {"population.scale": chosen.scale})
    document = plan.table.document()
    levers = [name for name in document["levers"] if name != "collaboration"]
    off = {"ties": TIES_OFF, "models": {"levers.collaboration": False}} | {name: {f"levers.{name}": False} for name in levers}
    with (
        (HERE / "effects.csv").open("w", encoding="utf-8", newline="", buffering=1) as stream,
        (HERE / "money.csv").open("w", encoding="utf-8", newline="", buffering=1) as money,
    ):
        writer, beside = csv.writer(stream, lineterminator="\n"), csv.writer(money, lineterminator="\n")
        beside.writerow(("context", "ties", "goal", "probability", "median", "money_alone_probability", "money_alone_median", "r_squared"))
        first = True
        for context, changes in contexts(document).items():
            study = plan.with_(changes)
            base, goals = run(study, chosen.replicates)
            for name, taken in off.items():
                if context != "plan" and name not in ("ties", "models"):
                    continue
                without, goals_without = run(study.with_(taken), chosen.replicates)
                row = {"context": context, "off": name, "replicates": len(base), **effect(base, without)}
                if first:
                    writer.writerow(row)
                first = False
                writer.writerow(row.values())
                if name == "ties":
                    for with_ties, records in (("on", goals), ("off", goals_without)):
                        for g in records:
                            alone = g["money_alone"]
                            numbers = (
                                g["probability"],
                                g["count_at_deadline"]["p50"],
                                alone["probability"],
                                alone["p50"],
                                alone["r_squared"],
                            )
                            beside.writerow((context, with_ties, g["name"], *(f"{number:.4g}" for number in numbers)))


if __name__ == "__main__":
    main()
