"""Reads ``projects.parquet`` as arrays, in pieces or as a whole."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.projects import NEVER
from aixsim.runs.arrow_columns import array_of, dates_of
from aixsim.world.classification import AGENT_TYPES, POLE_INDEX, PROVINCES, ROUTES, SECTORS, SIZES

_OWN = ROUTES.index("own")
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Projects:
    """Projects of some replicates; every array has shape ``(n_projects,)``.

    Attributes:
        replicate, firm: of the project.
        route: index into ``ROUTES``.
        launched, operating, ended: months of the horizon; ``NEVER`` if not within the horizon.
        agent_type, province, size, sector: of the firm, indices as in ``world.classification``.
    """

    replicate: Ints
    firm: Ints
    route: Ints
    launched: Ints
    operating: Ints
    ended: Ints
    agent_type: Ints
    province: Ints
    size: Ints
    sector: Ints

    def __len__(self) -> int:
        return len(self.replicate)

    @property
    def pole(self) -> Ints:
        """Pole or special zone of the firm, index into ``POLES``."""
        return np.array(POLE_INDEX)[self.province]

    def of_replicates(self, replicates: Ints) -> Flags:
        """Returns which projects belong to given replicates, ascending."""
        place = np.minimum(np.searchsorted(replicates, self.replicate), len(replicates) - 1)
        return replicates[place] == self.replicate

    @property
    def is_public(self) -> Flags:
        """Whether public money pays for the project."""
        return self.route != _OWN

    def started(self, by: int) -> Flags:
        """Returns which projects have started by the end of a month."""
        return self.launched <= by

    def operated(self, by: int) -> Flags:
        """Returns which projects have started operating by the end of a month, including those abandoned later."""
        return self.operating <= by

    def operate_at(self, month: int) -> Flags:
        """Returns which projects are in operation at the end of a month."""
        return (self.operating <= month) & (self.ended > month)

    def where(self, chosen: Flags) -> Self:
        """Returns the selected projects."""
        return type(self)(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def project_arrays(table: Any, horizon: Horizon) -> Projects:
    """Returns the projects in rows of the table ``projects``.

    Args:
        table: the rows, a PyArrow table or batch.
        horizon: simulated months.
    """
    names = {"route": ROUTES, "agent_type": AGENT_TYPES, "province": PROVINCES, "size": SIZES, "sector": SECTORS}
    return Projects(
        replicate=array_of(table["replicate"]).astype(np.int64),
        firm=array_of(table["firm"]).astype(np.int64),
        launched=_months(table["launched"], horizon),
        operating=_months(table["operating_from"], horizon),
        ended=_months(table["ended"], horizon),
        **{column: levels_of(table[column], levels) for column, levels in names.items()},
    )


def _months(column: Any, horizon: Horizon) -> Ints:
    dates = dates_of(column)
    months: Ints = (dates.astype("datetime64[M]") - np.datetime64(horizon.start, "M")).astype(np.int64)
    return np.where(np.isnat(dates), NEVER, months)


def levels_of(column: Any, names: tuple[str, ...]) -> Ints:
    """Returns a column of names as their positions in ``names``, shape ``(n,)``."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    if not len(column):
        return np.zeros(0, np.int64)
    whole = column.unify_dictionaries().combine_chunks()
    place = np.array([names.index(name) for name in whole.dictionary.to_pylist()], np.int64)
    return place[array_of(whole.indices)]
