"""Counts to which a result is compared: those that a config states, or those of the AI factories."""

from __future__ import annotations

from typing import Any, Final

from aixsim.config.study import Study
from aixsim.model.outcomes import OUTCOMES

OBSERVED: Final = (
    {"month": "2024-12", "outcome": "launched", "value": 26, "source": "zdnet_20241028"},
    {"month": "2025-12", "outcome": "launched", "value": 102, "source": "asiae_en_20251001"},
)
"""AI factories that the ministry has counted (``ai_factory_programme_by_year.csv``)."""


def observed(study: Study) -> list[dict[str, Any]]:
    """Returns the observed counts of the config, or those of the AI factories if it states none."""
    if study.observed:
        return [
            {"month": item.month, "outcome": item.outcome, "value": round(item.value), "source": item.source}
            for item in study.observed
            if item.outcome in OUTCOMES and not item.is_share
        ]
    return [dict(item) for item in OBSERVED] if study.population.kind == "korea-2023" else []
