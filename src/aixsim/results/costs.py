"""Costs: who pays for the counted projects, and what one costs the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aixsim.model.history import PAYERS
from aixsim.results.project_table import levels_of
from aixsim.results.result import Result
from aixsim.runs.arrow_columns import array_of
from aixsim.world.classification import ROUTES

_NAMES: Final = {"state": "the state", "lead": "leads of collaboration models", "firm": "the firms"}


@dataclass(frozen=True, slots=True)
class Costs:
    """Means over replicates, up to the end of the horizon.

    Attributes:
        shares: of all money for counted projects, by payer.
        per_launched, per_operating: public money over counted projects, KRW bn; infinity where there is none.
        own_per_funded: factories that firms build on their own over those with public money.
    """

    shares: dict[str, float]
    per_launched: float
    per_operating: float
    own_per_funded: float


def costs(result: Result) -> Costs | None:
    """Returns who pays, and what one costs the state; None without projects, or where no programme states ``public_share``."""
    if not result.has("payers"):
        return None
    table, counts = result.arrow_table("payers"), [ROUTES.index(route) for route in result.provenance["counts"]]
    is_counted = np.isin(levels_of(table["route"], ROUTES), counts)
    paid = {payer: float(array_of(table[f"{payer}_krw_bn"])[is_counted].sum()) for payer in PAYERS}
    last, total = result.counts_in(result.horizon.end), sum(paid.values())
    if not paid["firm"] or not total:
        return None
    launched, operating, own = (float(last[name].sum()) for name in ("launched", "operating", "launched_own"))
    return Costs(
        {_NAMES[payer]: money / total for payer, money in paid.items()},
        paid["state"] / launched if launched else float("inf"),
        paid["state"] / operating if operating else float("inf"),
        own / launched if launched else float("inf"),
    )
