"""Formats of values in reports, by name, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aixsim.config.setting_names import setting_name
from aixsim.escapes import visible
from aixsim.model.calendar import parse_month
from aixsim.model.keys import parse_key
from aixsim.report.html.texts import Texts
from aixsim.report.text.number_format import signed
from aixsim.stats.intervals import outward, percent

_BARE: Final = "_bare"
"""Ending of the formats of interval ends, which have no unit."""


@dataclass(frozen=True)
class Formats:
    """Prints values in a language."""

    texts: Texts

    def __call__(self, form: str, value: Any) -> str:
        """Returns a value as text; None is the text for no value.

        Args:
            form: name of the format.
            value: as in a table.

        Raises:
            KeyError: there is no such format.
        """
        return self._text("none") if value is None else self._forms[form](value)

    @property
    def _forms(self) -> dict[str, Callable[[Any], str]]:
        return {
            "text": lambda value: visible(str(value)),
            "short": lambda value: visible(str(value)),
            "setting": self._setting,
            "plain": self._plain,
            "name": self._name,
            "label": self._name,
            "word": lambda value: str(self.texts.of(f"words.{value}")),
            "whole": lambda value: f"{value:,.0f}",
            "whole_bare": lambda value: f"{value:,.0f}",
            "one": lambda value: f"{value:,.1f}",
            "level": lambda value: self._unit(f"{100.0 * value:g} %"),
            "number": _number,
            "number_bare": _number,
            "bn": lambda value: f"{value:,.2f}",
            "bn_bare": lambda value: f"{value:,.2f}",
            "signed": signed,
            "signed_bare": signed,
            "points": lambda value: signed(100.0 * value),
            "points_bare": lambda value: signed(100.0 * value),
            "percent": lambda value: self._unit(percent(value)),
            "percent_bare": lambda value: percent(value).removesuffix(" %"),
            "bound_low": lambda value: self._unit(outward(value, up=False)),
            "bound_high": lambda value: self._unit(outward(value, up=True)),
            "month": self._month,
            "year": lambda value: str(value)[:4],
            "hash": str,
        }

    def _name(self, value: Any) -> str:
        return visible(self.texts.name(str(value)))

    def _plain(self, value: Any) -> str:
        return f"{value:.6g}" if isinstance(value, float) else visible(str(value))

    def _setting(self, value: Any) -> str:
        """Returns the name of a setting of the model, with its year or class; without a text, as in figures."""
        group, *parts = map(str, parse_key(str(value)))
        path = parts[1:] if group == "programme" else parts  # without the name of the programme
        node: Any = self.texts.held.get("settings", {}).get(group, {})
        while path and isinstance(node, Mapping) and path[0] in node:
            node = node[path.pop(0)]
        if not isinstance(node, str):
            return visible(setting_name(str(value), with_unit=False))
        return " ".join([node, *(visible(self.texts.name(part)) for part in path)])

    def _unit(self, text: str) -> str:
        """Returns a percentage with the space before the sign that the language has."""
        return text.replace(" %", self._text("percent"))

    def _month(self, value: Any) -> str:
        year, month = parse_month(str(value)[:7])
        return self._text("month").format(year=year, month=self._text("months").split()[month - 1])

    def _text(self, name: str) -> str:
        return str(self.texts.of(f"phrases.{name}"))


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
