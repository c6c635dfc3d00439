"""Settings in which two configs differ."""

from __future__ import annotations

from typing import Any

from aixsim.config.variant import differences, leaves
from aixsim.results.pairing import Pair


def settings_changed(pair: Pair) -> dict[str, tuple[Any, Any]]:
    """Returns ``{key: (baseline, other)}`` of the settings that differ, None if not stated.

    Title, goals, expectations and the number of replicates are left out: they do not affect replicates.
    """
    return differences(leaves(pair.baseline.config), leaves(pair.other.config))
