"""Ties between firms, in compressed sparse rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from aixsim.world.arrays import ReadOnly, cached_array
from aixsim.world.classification import TIE_KINDS

CUSTOMER, SUPPLIER, SIBLING = range(len(TIE_KINDS))
_REVERSED = np.array([SUPPLIER, CUSTOMER, SIBLING], dtype=np.int8)


@dataclass(frozen=True)
class Network(ReadOnly):
    """Ties in compressed sparse rows; the partners of firm ``i`` are ``partner[start[i]:start[i + 1]]``.

    Attributes:
        start: int64, shape ``(n + 1,)``.
        partner: int32, shape ``(2 * n_ties,)``, ascending within a row.
        kind: int8, shape ``(2 * n_ties,)``: role of the partner *for the firm of the row*, index into ``TIE_KINDS``.
    """

    start: NDArray[np.int64]
    partner: NDArray[np.int32]
    kind: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def n_ties(self) -> int:
        """Number of ties, each counted once."""
        return len(self.partner) // 2

    @cached_array
    def suppliers(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Suppliers only, in compressed sparse rows: ``start`` of shape ``(n + 1,)``, and firms, ascending within a row."""
        is_supplier = self.kind == SUPPLIER
        before = np.concatenate([[0], np.cumsum(is_supplier)])
        return before[self.start], self.partner[is_supplier]

    @classmethod
    def from_ties(cls, n_firms: int, firm: NDArray[np.int32], partner: NDArray[np.int32], kind: NDArray[np.int8]) -> Self:
        """Builds both directions of every tie.

        Args:
            n_firms: number of firms.
            firm, partner: the two ends, shape ``(n_ties,)``; no duplicates, no tie of a firm with itself.
            kind: role of ``partner`` for ``firm``.
        """
        rows = np.concatenate([firm, partner])
        columns = np.concatenate([partner, firm]).astype(np.int32)
        kinds = np.concatenate([kind, _REVERSED[kind]]).astype(np.int8)
        order = np.lexsort((columns, rows))
        start = np.zeros(n_firms + 1, np.int64)
        np.cumsum(np.bincount(rows, minlength=n_firms), out=start[1:])
        return cls(start, columns[order], kinds[order])

    @classmethod
    def none(cls, n_firms: int) -> Self:
        """Returns a network without ties."""
        empty = np.zeros(0, np.int32)
        return cls.from_ties(n_firms, empty, empty, np.zeros(0, np.int8))

    @classmethod
    def star(cls, n_firms: int) -> Self:
        """Returns a star: firm 0 is the customer of all others."""
        leaves = np.arange(1, n_firms, dtype=np.int32)
        return cls.from_ties(n_firms, leaves, np.zeros_like(leaves), np.full(len(leaves), CUSTOMER, np.int8))

    @classmethod
    def ring(cls, n_firms: int) -> Self:
        """Returns a ring: every firm supplies the next one."""
        firm = np.arange(n_firms, dtype=np.int32)
        partner = np.roll(firm, -1).astype(np.int32)
        return cls.from_ties(n_firms, firm, partner, np.full(n_firms, CUSTOMER, np.int8))

    @classmethod
    def complete(cls, n_firms: int) -> Self:
        """Returns a complete network, each firm the customer of those before it; memory grows with the square of ``n_firms``."""
        firm, partner = np.triu_indices(n_firms, k=1)
        return cls.from_ties(n_firms, firm.astype(np.int32), partner.astype(np.int32), np.full(len(firm), CUSTOMER, np.int8))
