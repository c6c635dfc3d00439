"""Sets every number of ranges.toml to both ends of its range and writes what that does to the two counts: ablation.csv."""

from __future__ import annotations

import argparse
import csv
import math
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

import aixsim
from aixsim.config import build
from aixsim.data.packaged import assumption, rows
from aixsim.world import korea, margins, subcontractors, supply_chain

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "configs" / "korea-2030.toml"
COUNTS = ("launched", "operating")
_WORLD = "world: "


def counts(study: aixsim.Study, replicates: int) -> pd.DataFrame:
    """Returns both counts of the last month, one row a replicate."""
    table = aixsim.run(study, replicates=replicates, progress=False).trajectories()
    return table.groupby("replicate")[list(COUNTS)].last()


@contextmanager
def world_with(name: str, value: float) -> Iterator[None]:
    """Builds firms and ties, meanwhile, with another value of a number of ``population_assumptions.csv``."""

    def altered(wanted: str) -> float:
        return value if wanted == name else assumption(wanted)

    with ExitStack() as stack:
        for module in (korea, margins, subcontractors, supply_chain):
            stack.enter_context(patch.object(module, "assumption", altered))
        # Built anew: a cache knows nothing of the alteration.
        stack.enter_context(patch.object(build, "korea_population", korea.build_korea))
        stack.enter_context(
            patch.object(build, "supply_network", lambda people, _scale, seed, links: supply_chain.build_supply_chain(people, seed, links))
        )
        stack.enter_context(patch.dict(build._worlds, clear=True))
        yield


def effects(base: pd.DataFrame, low: pd.DataFrame, high: pd.DataFrame) -> dict[str, str]:
    """Returns the differences of means, paired by replicate, and their standard errors, in percent of the mean of the base."""
    out = {}
    for count in COUNTS:
        percent = 100.0 / base[count].mean()
        for name, (a, b) in {"low": (base, low), "high": (base, high), "span": (low, high)}.items():
            difference = (b[count] - a[count]) * percent
            out[f"{count}_{name}"] = f"{difference.mean():.2f}"
            out[f"{count}_{name}_se"] = f"{difference.std() / math.sqrt(len(difference)):.2f}"
    return out


def of_the_world() -> dict[str, list[float]]:
    """Returns the ends of the assumed numbers of firms and ties, by ``world`` and their names."""
    table = [row for row in rows("population_assumptions.csv") if float(row["low"]) < float(row["high"])]
    return {f"{_WORLD}{row['name']}": [float(row["low"]), float(row["high"])] for row in table}


def ended(study: aixsim.Study, key: str, end: Any, replicates: int) -> pd.DataFrame:
    """Returns both counts with a number at one end of its range."""
    if not key.startswith(_WORLD):
        return counts(study.with_({key: end}), replicates)
    with world_with(key.removeprefix(_WORLD), end):
        return counts(study, replicates)


def main() -> None:
    """Runs the ablation."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--replicates", type=int, default=200)
    arguments.add_argument("--scale", type=float, default=1.0, help="share of the national population; 1 is the answer, less a trial")
    chosen = arguments.parse_args()
    study = aixsim.load(CONFIG, {"population.scale": chosen.scale})
    ranges: dict[str, list[Any]] = tomllib.loads((HERE / "ranges.toml").read_text(encoding="utf-8"))["ranges"]
    base = counts(study, chosen.replicates)
    with (HERE / "ablation.csv").open("w", encoding="utf-8", newline="", buffering=1) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for position, (key, ends) in enumerate((ranges | of_the_world()).items()):
            low, high = (ended(study, key, end, chosen.replicates) for end in ends)
            row = {"key": key, "low": ends[0], "high": ends[1], "replicates": len(base), **effects(base, low, high)}
            if position == 0:
                writer.writerow(row)
            writer.writerow(row.values())


if __name__ == "__main__":
    main()
