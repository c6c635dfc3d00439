"""What two configs state differently: the policy whose effect is compared, and whatever else came along."""

from __future__ import annotations

from typing import Any

from aixsim.config.variant import differences, leaves
from aixsim.results.pairing import Pair


def settings_changed(pair: Pair) -> dict[str, tuple[Any, Any]]:
    """Returns ``{key: (baseline, other)}`` of the settings that differ, None where one lacks them.

    Title, goals, expectations and the number of replicates are left out: they change no replicate.
    """
    return differences(leaves(pair.baseline.config), leaves(pair.other.config))
