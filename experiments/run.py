"""Runs a study of policies and writes its answer: ``python experiments/run.py experiments/NAME [-n REPLICATES]``.

Results go to ``results/NAME/POLICY`` (kept out of git); a table and a figure beside the study are what its README speaks of.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tomllib
from pathlib import Path
from typing import Any

from aixsim.api import run
from aixsim.config import load
from aixsim.report.figures.style import CYCLE, INK, canvas, head, save_with
from aixsim.results.comparison import compare
from aixsim.results.result import Result


def run_study(folder: Path, replicates: int | None, out: Path, workers: int) -> dict[str, Result]:
    """Runs every policy of a study.

    Args:
        folder: of the study.
        replicates: instead of the study's.
        out: where the result folders go.
        workers: number of workers.

    Returns:
        The results by policy, the base first.
    """
    study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    monte_carlo = study["monte_carlo"]
    stated = {"monte_carlo.replicates": replicates or monte_carlo["replicates"], "monte_carlo.seed": monte_carlo["seed"]}
    names = list(study["policies"])  # the first is what the others are compared with
    results = {}
    for name in names:
        sys.stderr.write(f"{name}\n")
        results[name] = run(load(folder / study["policies"][name], stated), workers=workers, out=out / name)
    return results


def table(results: dict[str, Result]) -> list[dict[str, Any]]:
    """Returns a row a policy and goal: probability with interval and n, median count, and the paired difference from the base."""
    names = list(results)
    changes = {
        (name, change.goal): change
        for name, policy in zip(names[1:], compare(*results.values()).policies, strict=True)
        for change in policy.goals
    }
    rows = []
    for name, result in results.items():
        for goal in result.goal_records:
            change = changes.get((name, goal["name"]))
            rows.append(
                {
                    "policy": name,
                    "goal": goal["name"],
                    "probability": goal["probability"],
                    "low": goal["interval"]["low"],
                    "high": goal["interval"]["high"],
                    "n": goal["n"],
                    "n_failed": goal["n_failed"],
                    "median": goal["count_at_deadline"]["p50"],
                    "difference": change.probability.estimate if change else 0.0,
                    "difference_low": change.probability.low if change else 0.0,
                    "difference_high": change.probability.high if change else 0.0,
                }
            )
    return rows


def draw(results: dict[str, Result], rows: list[dict[str, Any]], folder: Path) -> None:
    """Draws the probability of both goals under every policy, the most promising on top."""
    base = next(iter(results.values()))
    titles = {name: result.provenance["title"] for name, result in results.items()}
    goals = list(dict.fromkeys(row["goal"] for row in rows))
    order = sorted(results, key=lambda name: sum(row["probability"] for row in rows if row["policy"] == name))
    with canvas((9.6, 0.55 * len(results) + 2.6)) as figure:
        panels = figure.subplots(1, len(goals), sharey=True)
        for axes, goal, colour in zip(panels, goals, CYCLE, strict=False):
            for row in rows:
                if row["goal"] == goal:
                    y = order.index(row["policy"])
                    axes.plot([100 * row["low"], 100 * row["high"]], [y, y], color=colour, linewidth=3)
                    axes.plot([100 * row["probability"]], [y], "o", color=colour, markersize=8)
                    axes.text(
                        100 * row["probability"], y + 0.26, f"{100 * row['probability']:.1f} %   median {row['median']:,.0f}",
                        ha="center" if 15 < 100 * row["probability"] < 85 else "left" if row["probability"] < 0.5 else "right",
                        fontsize=8.5, color=INK,
                    )  # fmt: skip
            axes.set_title(f"{goal} by the deadline")
            axes.set_xlim(-3, 103)
            axes.set_ylim(-0.6, len(order) - 0.2)
            axes.set_xlabel("Probability, %")
            axes.grid(axis="x", visible=True)
        panels[0].set_yticks(range(len(order)), [titles[name] for name in order], color=INK)
        n, failed = rows[0]["n"], sum(row["n_failed"] for row in rows)
        head(
            figure,
            "What it would take: probability of both goals under eight courses",
            f"Equal luck in equal replicates. Bars: 95 % intervals of the Monte Carlo estimate, n = {n:,} a course"
            + (f", {failed} failed" if failed else "")
            + ". Conditional on the assumptions of the model.",
        )
        save_with(figure, ("Source: aixsim simulations", base.sample_note), folder, "courses", formats=("png",))


def write(folder: Path, results: dict[str, Result]) -> None:
    """Writes ``answer.csv`` and the figure beside the study."""
    rows = table(results)
    with (folder / "answer.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    draw(results, rows, folder)


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("-n", "--replicates", type=int)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    results = run_study(given.study, given.replicates, given.out or Path("results") / given.study.name, given.workers)
    write(given.study, results)


if __name__ == "__main__":
    main()
