"""Uplifts: firms whose susceptibility a programme raises for good, such as by training or by a first smart factory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Uplifts:
    """Raised susceptibilities, in the order of the months and within a month of the firms. All arrays have shape ``(k,)``.

    Attributes:
        month: int64, when the firm is reached.
        firm: int32.
        factor: float64, what its susceptibility is multiplied by, 1 or more.
        equips: bool, whether it is counted as equipped (outcome ``equipped``), apart from AI factories.
    """

    month: NDArray[np.int64]
    firm: NDArray[np.int32]
    factor: NDArray[np.float64]
    equips: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.month)

    @classmethod
    def none(cls) -> Self:
        """Returns no uplift at all."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.bool_))

    def and_more(self, month: NDArray[np.int64], firm: NDArray[np.int32], factor: NDArray[np.float64], *, equips: bool) -> Uplifts:
        """Returns these and others, in an order that does not depend on which were added first."""
        months = np.concatenate([self.month, month])
        firms = np.concatenate([self.firm, firm]).astype(np.int32)
        factors = np.concatenate([self.factor, factor])
        equipping = np.concatenate([self.equips, np.full(len(firm), equips)])
        key = months << 33 | firms
        order = np.argsort(key)
        if (np.diff(key[order]) == 0).any():
            order = np.lexsort((equipping, factors, key))
        return Uplifts(months[order], firms[order], factors[order], equipping[order])
