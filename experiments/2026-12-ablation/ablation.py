"""Sets every number of ranges.toml to both ends of its range and writes what that does to the two counts: ablation.csv."""

from __future__ import annotations

import argparse
import csv
import math
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

import aixsim

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "configs" / "korea-2030.toml"
COUNTS = ("launched", "operating")


def counts(study: aixsim.Study, replicates: int) -> pd.DataFrame:
    """Returns both counts of the last month, one row a replicate."""
    table = aixsim.run(study, replicates=replicates, progress=False).trajectories()
    return table.groupby("replicate")[list(COUNTS)].last()


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
        for position, (key, ends) in enumerate(ranges.items()):
            low, high = (counts(study.with_({key: end}), chosen.replicates) for end in ends)
            shown = ("half", "twice") if isinstance(ends[0], dict) else ends
            row = {"key": key, "low": shown[0], "high": shown[1], "replicates": len(base), **effects(base, low, high)}
            if position == 0:
                writer.writerow(row)
            writer.writerow(row.values())


if __name__ == "__main__":
    main()
