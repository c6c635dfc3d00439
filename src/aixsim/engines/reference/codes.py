"""Numbers that stand for stages, looks, routes of money, payers and kinds of ties."""

from __future__ import annotations

from enum import IntEnum

from aixsim.model.history import PAYERS
from aixsim.world.classification import ROUTES

PROGRAMME, COLLABORATION, PARK, OWN = range(len(ROUTES))
STATE, LEAD, FIRM = range(len(PAYERS))
CUSTOMER, SUPPLIER, SIBLING, LARGE_CUSTOMER = range(4)


class Stage(IntEnum):
    """Where a firm stands between its first thought and the end of its project."""

    POTENTIAL = 0
    DECIDED = 1
    FUNDED = 2
    LAUNCHED = 3
    OPERATING = 4
    ABANDONED = 5
    FAILED = 6
    WITHDRAWN = 7


class Seen(IntEnum):
    """What others see of a firm; a failure stays in memory until the firm launches again."""

    NOTHING = 0
    LAUNCHED = 1
    OPERATING = 2
    DISAPPOINTING = 3
