"""What replicates say of one number or lever at a time: rows of a tornado, and its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from aixsim.answers.answer import Row
from aixsim.config.documented_ranges import DocumentedRange
from aixsim.config.setting_names import setting_name
from aixsim.errors import UserError
from aixsim.stats.root_finding import Chance, Curve, whole_percent

LEAST: Final = 10
"""Replicates of a value below which nothing is said of it."""
OPEN: Final = "not decided: the interval at an end contains it"
SWITCHED: Final = "crossed by switching the lever off"
_NAMED: Final = 3
_SURE: Final = 0.05


@dataclass(frozen=True)
class Swing:
    """A number or lever.

    Attributes:
        key: in the config.
        law: range of a number; None for a lever, whose ends are off, and as in the config.
        reached: by place in the range and replicate: 1 or 0.
        plain: of the config, by replicate.
        confidence: of intervals.
    """

    key: str
    law: DocumentedRange | None
    reached: Mapping[float, Mapping[int, float]]
    plain: Mapping[int, float]
    confidence: float

    @cached_property
    def curve(self) -> Curve:
        """The replicates that finished at every place and in the config."""
        places = sorted(self.reached)
        common = sorted(self.plain.keys() & set.intersection(*(set(self.reached[place]) for place in places)))
        if len(common) < LEAST:
            raise UserError(f"{self.key}: only {len(common)} replicates finished at all its values; aixsim status says why others failed")
        rows = np.array([[self.reached[place][r] for r in common] for place in places])
        paired, base = np.array([self.plain[r] for r in common]), np.array(list(self.plain.values()))
        return Curve(np.array(places), rows, paired, base, self.confidence)

    @property
    def name(self) -> str:
        """For readers."""
        return (
            setting_name(self.key, with_unit=False) if self.law is not None else f"{self.key.partition('.')[2].replace('_', ' ')} (lever)"
        )

    @property
    def discordant(self) -> tuple[int, int]:
        """Number of pairs that reach the goal only at the high end, and only at the low end."""
        change = self.curve.reached[-1] - self.curve.reached[0]
        return int((change > 0).sum()), int((change < 0).sum())


def swing_row(swing: Swing, p_value: float) -> dict[str, Any]:
    """Returns the ends of a number or lever, the probability at each, and their difference."""
    law, curve, found = swing.law, swing.curve, swing.curve.chances()
    row: dict[str, Any] = {"key": swing.key, "name": swing.name, "kind": "lever" if law is None else "number"}
    row |= {"low": None, "high": None, "unit": "", "ends": "off, and as in the config"} if law is None else {}
    if law is not None:
        row |= {"low": float(law.setting(0.0)), "high": float(law.setting(1.0)), "unit": law.unit, "ends": law.ends}
    for side, chance in (("low", found[0]), ("high", found[-1])):
        row |= {f"p_{side}": chance.estimate, f"p_{side}_from": chance.low, f"p_{side}_to": chance.high}
    change = curve.change()
    row |= {"difference": change.estimate, "difference_from": change.low, "difference_to": change.high}
    return row | {"p_value": p_value, "n": curve.reached.shape[1], "meaning": law.meaning if law is not None else ""}


def switching_row(swing: Swing, level: float) -> dict[str, Any]:
    """Returns where a number crosses a level, or why it does not."""
    curve, law = swing.curve, swing.law
    row = {"key": swing.key, "name": swing.name, "level": level}
    empty = dict.fromkeys(("value", "low", "high", "reached"))
    rest = {"values_run": len(curve.places), "n": curve.reached.shape[1]}
    found, ends = curve.crossing(level), curve.chances()
    sides = [end.low <= level <= end.high for end in (ends[0], ends[-1])]
    if found is None:
        return row | empty | {"reason": OPEN if any(sides) else "none within the range"} | rest
    if law is None:
        return row | empty | {"reason": OPEN if any(sides) else SWITCHED} | rest
    if found.low is None and found.high is None:
        return row | empty | {"reason": OPEN} | rest
    low, high = (None if end is None else law.value(end) for end in (found.low, found.high))
    side = "from it on" if found.rises else "up to it"
    return row | {"value": law.value(found.at), "low": low, "high": high, "reached": side, "reason": None} | rest


def sentence(base: Row, rows: Sequence[Row], crossed: Sequence[Row], levels: Sequence[float]) -> str:
    """Returns the answer: the probability, what matters most, and where the levels are crossed."""
    said = [f"{base['goal']} is reached with a probability of {Chance(base['p'], base['p_from'], base['p_to']).short}."]
    sure = [row for row in rows if row["p_value"] < _SURE]
    if sure:
        first = sure[0]
        low, high = ("off", "on") if first["low"] is None else map(number, (first["low"], first["high"]))
        ends = f"{whole_percent(first['p_low'])} % at {low}, {whole_percent(first['p_high'])} % at {high}"
        said.append(f"Of {len(rows)} numbers and levers {len(sure)} alone change it significantly, most of all {first['name']}: {ends}.")
    else:
        said.append(f"None of {len(rows)} numbers and levers alone changes it significantly.")
    nowhere = []
    for level in levels:
        at = [row for row in crossed if row["level"] == level and row["reason"] in (None, SWITCHED)]
        named = [row["name"] if row["value"] is None else f"{row['name']} at {place(row)}" for row in at]
        more = f" and {len(at) - _NAMED} more" if len(at) > _NAMED else ""
        if at:
            said.append(f"It crosses {100 * level:g} % by {'; '.join(named[:_NAMED])}{more}.")
        else:
            nowhere.append(f"{100 * level:g} %")
    return " ".join([*said, *([f"None alone takes it across {' or '.join(nowhere)}."] if nowhere else [])])


def place(row: Row) -> str:
    """Returns a switching value with its interval as text."""
    low, high = ("beyond" if row[end] is None else number(row[end]) for end in ("low", "high"))
    return f"{number(row['value'])} [{low}, {high}]"


def number(value: float) -> str:
    """Returns a value of a setting to three digits; large ones in whole numbers."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
