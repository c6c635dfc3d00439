"""The bounds within which settings of levers are varied when packages of levers are searched."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aixsim.config.study import Study
from aixsim.config.validation import nearest
from aixsim.errors import UserError
from aixsim.model.keys import parse_key
from aixsim.model.levers.parks import PLACES
from aixsim.model.parameters import Parameter
from aixsim.random.distributions import Distribution

DEFAULTS: Final = {
    "levers.budget.budget_factor": (0.5, 3.0, "a choice of this search: half to three times the money of the programmes"),
    "levers.budget.grant_factor": (0.5, 2.0, "a choice of this search: half to twice the grant of the programmes"),
    "levers.parks.number": (0.0, float(len(PLACES)), "none to all places of industrial_parks.csv"),
}
"""Settings that are varied if none is named: those whose money is counted, with the reason for their bounds."""
Between = Mapping[str, tuple[float, float] | None]
_NUMBER: Final = r"(-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?)"
_EXAMPLE: Final = "levers.parks.number=0..26"
_IN_BN: Final = {"bn": 1.0, "tn": 1000.0}


@dataclass(frozen=True, slots=True)
class Bound:
    """A setting of a lever and its bounds.

    Attributes:
        key: in the config, ``levers.NAME.SETTING``.
        low, high: of what is tried.
        is_whole: whether it takes whole numbers only.
        unit, meaning: of the setting.
        origin: where the bounds come from.
    """

    key: str
    low: float
    high: float
    is_whole: bool
    unit: str
    meaning: str
    origin: str

    @property
    def lever(self) -> str:
        """Name of the lever."""
        return str(parse_key(self.key)[1])

    @property
    def name(self) -> str:
        """Name of the setting."""
        return str(parse_key(self.key)[2])

    def setting(self, place: float) -> float | int:
        """Returns the value at a place from 0 to 1, to four digits, as a config takes it."""
        value = self.low + place * (self.high - self.low)
        return round(value) if self.is_whole else min(max(float(f"{value:.4g}"), self.low), self.high)

    def place(self, value: float) -> float:
        """Returns the place of a value."""
        return (value - self.low) / (self.high - self.low)


def bounds_of(study: Study, between: Between | None = None) -> list[Bound]:
    """Returns the settings that are varied, with their bounds.

    Args:
        study: that is searched.
        between: lowest and highest value by config key; None for the documented range of the setting. By default those of ``DEFAULTS``
            that the study can use.

    Raises:
        UserError: a key is no setting of a lever, is uncertain in the config, or has no bounds; or nothing is left to vary.
    """
    if between:
        return [_bound(study, key, ends) for key, ends in between.items()]
    usable = {"budget": bool(study.programme), "parks": "parks" in study.settings["levers"]}
    found = [
        Bound(key, low, high, parameter.kind == "integer", parameter.unit, parameter.meaning, origin)
        for key, (low, high, origin) in DEFAULTS.items()
        if usable[str(parse_key(key)[1])] and not _is_uncertain(study, key)
        for parameter in [_parameter(study, key)]
    ]
    if not found:
        raise UserError(f"{study.name}: it has no programme and no parks, so no lever is varied; give --between {_EXAMPLE}")
    return found


def _bound(study: Study, key: str, ends: tuple[float, float] | None) -> Bound:
    parameter = _parameter(study, key)
    if _is_uncertain(study, key):
        remedy = f"state a number with --set {key}=NUMBER, or leave it out"
        raise UserError(f"--between {key}: is an uncertain number of the config and no decision; {remedy}")
    origin = "stated (--between)"
    if ends is None:
        ends, origin = _documented(key, parameter), "documented range of the setting"
    low, high = ends
    if not (math.isfinite(low) and math.isfinite(high) and parameter.low <= low < high <= parameter.high):
        allowed = f"{parameter.low:g} to {parameter.high:g}, the lower end first"
        raise UserError(f"--between {key}={low:g}..{high:g}: allowed: {allowed}")
    is_whole = parameter.kind == "integer"
    if is_whole and (low != round(low) or high != round(high)):
        raise UserError(f"--between {key}={low:g}..{high:g}: the setting takes whole numbers; give whole numbers")
    return Bound(key, low, high, is_whole, parameter.unit, parameter.meaning, origin)


def _parameter(study: Study, key: str) -> Parameter:
    """Returns the parameter of a lever's setting."""
    try:
        group, lever, name = map(str, parse_key(key))
    except ValueError:
        group, lever, name = "", "", ""
    if group != "levers":
        raise UserError(f"--between {key}: is no setting of a lever; give a key such as {_EXAMPLE} (aixsim describe levers lists them)")
    levers = study.registry.levers
    if lever not in levers:
        near = f"; did you mean {hint!r}?" if (hint := nearest(lever, list(levers))) else ""
        raise UserError(f"--between {key}: there is no lever {lever!r}: {', '.join(levers)}{near}")
    numbers = {item.name: item for item in levers[lever].parameters.declared if item.kind in ("number", "integer", "by_year")}
    if name not in numbers:
        near = f"; did you mean {hint!r}?" if (hint := nearest(name, list(numbers))) else ""
        raise UserError(f"--between {key}: the lever has no number {name!r}: {', '.join(numbers)}{near}")
    return numbers[name]


def _is_uncertain(study: Study, key: str) -> bool:
    _, lever, name = map(str, parse_key(key))
    value = study.settings["levers"].get(lever, {}).get(name)
    return any(isinstance(one, Distribution) for one in (value.values() if isinstance(value, Mapping) else [value]))


def _documented(key: str, parameter: Parameter) -> tuple[float, float]:
    ends = re.fullmatch(rf"{_NUMBER} to {_NUMBER}", parameter.prior)
    if ends is None:
        raise UserError(f"--between {key}: no range is documented for it; give bounds, as in {key}=LOW..HIGH")
    low, high = (float(end.replace(",", "")) for end in ends.groups())
    return low, high


def between_of(texts: Sequence[str]) -> dict[str, tuple[float, float] | None]:
    """Returns the bounds in texts such as ``levers.parks.number=0..26``, or a key alone for its documented range.

    Raises:
        UserError: a text is not of that form, or a key is given twice.
    """
    found: dict[str, tuple[float, float] | None] = {}
    for text in texts:
        key, equals, ends = (part.strip() for part in text.partition("="))
        if key in found:
            raise UserError(f"--between {text}: {key} is given twice; give every setting once")
        numbers = re.fullmatch(rf"{_NUMBER}\s*\.\.\s*{_NUMBER}", ends)
        if equals and numbers is None:
            raise UserError(f"--between {text}: is not of the form KEY=LOW..HIGH; give bounds as in {_EXAMPLE}")
        found[key] = None if numbers is None else (float(numbers[1].replace(",", "")), float(numbers[2].replace(",", "")))
    return found


def krw_bn_of(text: str) -> float:
    """Returns the amount in a text such as ``KRW 1,500 bn`` or ``1.5 tn``, in KRW bn.

    Raises:
        UserError: it is no such amount, or not above 0.
    """
    found = re.fullmatch(rf"\s*(?:KRW\s*)?{_NUMBER}\s*(bn|tn)\s*", text, re.IGNORECASE)
    amount = float(found[1].replace(",", "")) * _IN_BN[found[2].lower()] if found else 0.0
    if not (found and 0.0 < amount < math.inf):
        raise UserError(f"--at-most {text!r}: is no amount of money; give it in bn or tn, such as 'KRW 1500 bn' or '1.5 tn'")
    return amount
