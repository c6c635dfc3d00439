"""Deadweight and displacement: each firm under both policies in the same replicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.results.contrasts import ends, ratio
from aixsim.results.pairing import Pair
from aixsim.results.project_table import Projects
from aixsim.stats.differences import Difference, MeanDifference, paired_mean
from aixsim.world.classification import SIZES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FirmByFirm:
    """Firm-level comparison of two policies by the deadline; numbers are national means over replicates.

    Attributes:
        by: the deadline.
        n: number of replicates.
        public_projects: projects with public money under the policy.
        deadweight: share of them whose firm launches in the same replicate under the baseline on its own money, without support. None
            if there are no such projects.
        deadweight_by_size: the same share of the projects of a size class, for classes that have some.
        funded_under_both: share of them whose firm also has public money under the baseline.
        displaced: firms that launch under the baseline, by any route, but not under the policy.
        displaced_share: share of the firms that launch under the baseline; None if there are none.
        displaced_public, displaced_alone: displaced firms with public money, and without, under the baseline.
        gained: firms that launch only under the policy.
    """

    by: str
    n: int
    public_projects: float
    deadweight: Difference | None
    deadweight_by_size: dict[str, Difference]
    funded_under_both: Difference | None
    displaced: MeanDifference
    displaced_share: Difference | None
    displaced_public: MeanDifference
    displaced_alone: MeanDifference
    gained: MeanDifference

    def to_dict(self) -> dict[str, Any]:
        """Returns JSON values; a number with an interval is ``[estimate, low, high]``."""
        out: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, dict):
                out[name] = {size: ends(share) for size, share in value.items()}
            else:
                out[name] = ends(value) if isinstance(value, Difference) else value
        return out


def firm_by_firm(pair: Pair) -> FirmByFirm:
    """Compares every firm in both results."""
    before, after = (_started(pair, result.project_arrays) for result in (pair.baseline, pair.other))
    n, sure = len(pair.replicates), pair.confidence
    key_a, key_b = (_keys(pair, projects) for projects in (before, after))
    firms_a, firms_b = _distinct(key_a), _distinct(key_b)
    public_a = _distinct(key_a[before.is_public])
    paid = key_b[after.is_public]
    anyway, with_money = _among(paid, firms_a), _among(paid, public_a)
    lost, new = firms_a[~_among(firms_a, firms_b)], firms_b[~_among(firms_b, firms_a)]
    lost_public = _among(lost, public_a)

    def each(keys: Ints) -> Floats:
        return np.bincount(keys // _span(pair), minlength=n) / pair.scale

    total, without, size = each(paid), anyway & ~with_money, after.size[after.is_public]
    by_size = {name: ratio(each(paid[without & (size == k)]), each(paid[size == k]), sure) for k, name in enumerate(SIZES)}
    return FirmByFirm(
        by=pair.deadline,
        n=n,
        public_projects=float(total.mean()),
        deadweight=ratio(each(paid[without]), total, sure),
        deadweight_by_size={name: share for name, share in by_size.items() if share is not None},
        funded_under_both=ratio(each(paid[with_money]), total, sure),
        displaced=paired_mean(each(lost), sure),
        displaced_share=ratio(each(lost), each(firms_a), sure),
        displaced_public=paired_mean(each(lost[lost_public]), sure),
        displaced_alone=paired_mean(each(lost[~lost_public]), sure),
        gained=paired_mean(each(new), sure),
    )


def _started(pair: Pair, projects: Projects) -> Projects:
    return projects.where(projects.started(pair.deadline_index) & projects.of_replicates(pair.replicates))


def _span(pair: Pair) -> int:
    # Twice: if every replicate has its own population, some may have more firms than the first.
    return int(pair.baseline.provenance["n_firms"]) * 2


def _keys(pair: Pair, projects: Projects) -> Ints:
    """Returns a unique key for each firm of each replicate."""
    return np.searchsorted(pair.replicates, projects.replicate) * _span(pair) + projects.firm


def _distinct(keys: Ints) -> Ints:
    """Returns the distinct keys, ascending; a sort is much faster here than ``numpy.unique``."""
    ordered = np.sort(keys)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def _among(keys: Ints, ordered: Ints) -> NDArray[np.bool_]:
    """Returns which keys are among others that are ascending."""
    if not len(ordered):
        return np.zeros(len(keys), np.bool_)
    found: NDArray[np.bool_] = ordered[np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)] == keys
    return found
