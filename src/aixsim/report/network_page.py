"""Writes the page of targets of population and network: what is published beside what the model has (``make docs``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aixsim.data.packaged import rows
from aixsim.report.text.markdown import markdown_table
from aixsim.results.network_targets import is_met, network_targets
from aixsim.world.cache import korea_population, supply_network

PAGE = Path("docs/model/network-targets.md")
SCALES = (1.0, 0.05)
_SEED, _LINKS = 1, 4.0
_HEAD = """\
# Targets of population and supply network

Written by `make docs`: published figures (`network_targets.csv`) and those of the model with
population seed 1, for the nation and for a sample of 5 %. A target is met when the figure of the
nation lies in the range. Firms of a sample have as many customers as those of the nation. But a
sample has fewer large sites, so its largest site and its hubs are smaller.
[ODD](odd.md), section 6.2, says why two targets are not met.
"""


def network_page(targets: Sequence[Sequence[dict[str, Any]]]) -> str:
    """Returns the page.

    Args:
        targets: of ``network_targets``, for the scales of ``SCALES``.
    """
    header = ("target", "published", "range", *(f"model, scale {scale:g}" for scale in SCALES), "met", "source", "confidence")
    cells = [
        (
            f"{row['name']} ({row['unit']})" if row["unit"] != "1" else row["name"],
            row["value"],
            f"{row['low']} to {row['high']}",
            *(
                "" if one["model"] is None else f"{one['model']:,.0f}" if row["unit"] == "employees" else f"{one['model']:.3g}"
                for one in models
            ),
            "yes" if is_met(models[0]) else "no",
            row["source_id"].replace(";", ", "),
            row["confidence"],
        )
        for row, models in zip(rows("network_targets.csv"), zip(*targets, strict=True), strict=True)
    ]
    return f"{_HEAD}\n" + "\n".join(markdown_table(header, cells)) + "\n"


def build_page() -> str:
    """Builds the populations and returns the page."""
    targets = []
    for scale in SCALES:
        population = korea_population(scale, _SEED)
        targets.append(network_targets(population, supply_network(population, scale, _SEED, _LINKS)))
    return network_page(targets)


if __name__ == "__main__":
    PAGE.write_text(build_page(), encoding="utf-8")
