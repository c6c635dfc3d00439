"""Parameter cards: what a number is, its unit, its range, and where it comes from, beside the number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["number", "integer", "by_size", "by_year", "month", "names", "choice", "text"]
"""Shape of a value: one number, a whole number, one number for each size class, one number or a table by calendar year, a month
"YYYY-MM", a list of names, one name of several, any text."""


@dataclass(frozen=True, slots=True)
class Card:
    """One setting of a mechanism, lever or submodel.

    Attributes:
        name: key in the config.
        default: value when the config does not state it; for ``by_size`` a dict with a value for every size class.
        unit: unit inside the program, for example ``1/month``; ``1`` for pure numbers.
        low, high: allowed range, both ends included.
        meaning: one sentence.
        source: DOI, or ``file.csv`` of the packaged data, or ``assumed``.
        confidence: ``quoted``, ``derived`` or ``assumed``; anything assumed is an uncertainty with a range.
        prior: the documented range of what is not known, in words or as a distribution; empty for a lever's setting.
        kind: shape of the value.
        choices: allowed names for ``names`` and ``choice``.
    """

    name: str
    default: Any
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    confidence: Literal["quoted", "derived", "assumed"]
    prior: str = ""
    kind: Kind = "number"
    choices: tuple[str, ...] = ()
