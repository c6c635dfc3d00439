"""Scenarios of a comparison: their results, names, and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aixsim.config.setting_names import setting_name
from aixsim.config.variant import in_words
from aixsim.model.keys import parse_key
from aixsim.results.comparison import Comparison
from aixsim.results.result import Result

_MOST = 2
"""Number of settings that describe a scenario."""


def results_of(comparison: Comparison) -> list[Result]:
    """Returns the baseline and all results compared with it."""
    return [comparison.policies[0].pair.baseline, *(policy.pair.other for policy in comparison.policies)]


def scenario_names(comparison: Comparison) -> list[str]:
    """Returns the names of these results."""
    return [comparison.policies[0].pair.names[0], *(policy.pair.names[1] for policy in comparison.policies)]


def deeds(comparison: Comparison) -> list[str]:
    """Returns for each of these results in words which settings differ from the baseline."""
    return ["baseline", *(deed(policy.settings) or "no setting differs" for policy in comparison.policies)]


def deed(differs: Mapping[str, tuple[Any, Any]], most: int = _MOST) -> str:
    """Returns differences ``{key: (before, after)}`` in words, such as ``no parks; delivered share 0.5 and 3 more``; empty if none.

    A lever or mechanism that is removed is one difference, whatever its settings were.
    """
    found: dict[str, None] = {}
    for key, (before, after) in differs.items():
        parts = list(map(str, parse_key(key)))
        is_part = parts[0] in ("levers", "mechanisms")
        if is_part and (after is False or (after is None and before is not None)):
            found[f"no {parts[1].replace('_', ' ')}"] = None
        elif not (is_part and len(parts) == 2):
            found[f"{setting_name(key, with_programme=False)} {in_words(after)}"] = None
    shown = list(found)
    return f"{'; '.join(shown[:most])}{f' and {len(shown) - most:,} more' if len(shown) > most else ''}"
