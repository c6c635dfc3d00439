"""Parameters, declared once: what a number is, its unit, its range, and where it comes from, beside the number.

A class derived from ``Parameters`` declares one a line, typed::

    class Imitation(Parameters):
        rate: float = real(0.02, "1/month", 0.0, 5.0, "hazard when all peers have one", "assumed", "assumed", "0.005 to 0.08")

From the declaration follow the table of the config, the JSON schema, ``aixsim describe``, the ledger, the ODD, and the values of a
replicate: an instance of the class, whose attributes laws and levers read. The compiled kernel hands laws a record with the same
attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, ClassVar, Literal, Self, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

from aixsim.world.classification import SIZES

Kind = Literal["number", "integer", "by_size", "by_year", "years", "integers", "month", "names", "choice", "text"]
"""Shape of a value: one number, a whole number, one number for each size class, one number or a table by calendar year, a table by calendar
year, different whole numbers, a month "YYYY-MM", a list of names, one name of several, any text."""

Confidence = Literal["quoted", "derived", "assumed"]
BySize = tuple[float, ...]
"""One number for each of ``SIZES``."""
ByYear = float | Mapping[int, float]
"""One number, or a table by calendar year."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a section, mechanism, lever or programme.

    Attributes:
        kind: shape of the value.
        default: value when the config does not state it, as the config has it: for ``by_size`` a dict with a value for every size class.
        unit: unit inside the program, for example ``1/month``; ``1`` for pure numbers.
        low, high: allowed range, both ends included.
        meaning: one sentence.
        source: DOI, or ``file.csv`` of the packaged data, or ``assumed``.
        confidence: ``quoted``, ``derived`` or ``assumed``; anything assumed is an uncertainty with a range.
        prior: the documented range of what is not known, in words or as a distribution; empty for a lever's setting.
        choices: allowed names for ``names`` and ``choice``.
        required: the config must state it.
        certain: it cannot be a distribution.
        name: key in the config, that of the attribute.
    """

    kind: Kind
    default: Any
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    confidence: Confidence
    prior: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    certain: bool = False
    name: str = ""

    def drawn(self, value: Any) -> Any:
        """Returns a value of the config, its distributions drawn, as laws and levers read it."""
        match self.kind:
            case "number":
                return float(value)
            case "integer":
                return None if value is None else round(value)
            case "by_size":
                return tuple(float(value[size]) for size in SIZES)
            case "by_year":
                return value if isinstance(value, Mapping) else float(value)
            case "integers" | "names":
                return tuple(value)
            case _:
                return value


def real(
    default: float | Any, unit: str, low: float, high: float, meaning: str, source: str, confidence: Confidence, prior: str = ""
) -> Any:
    """Declares one number; its default may be a distribution."""
    return Parameter("number", default, unit, low, high, meaning, source, confidence, prior)


def fraction(default: float, meaning: str, source: str, confidence: Confidence, prior: str = "") -> Any:
    """Declares a pure number from 0 to 1: a share or a chance."""
    return real(default, "1", 0.0, 1.0, meaning, source, confidence, prior)


def integer(
    default: int | None,
    unit: str,
    low: int,
    high: int,
    meaning: str,
    source: str,
    confidence: Confidence,
    prior: str = "",
    *,
    certain: bool = False,
) -> Any:
    """Declares a whole number; without a default it may be absent."""
    return Parameter("integer", default, unit, low, high, meaning, source, confidence, prior, certain=certain)


def integers(unit: str, low: int, high: int, meaning: str, source: str, confidence: Confidence) -> Any:
    """Declares a list of different whole numbers, which the config must state."""
    return Parameter("integers", None, unit, low, high, meaning, source, confidence, required=True, certain=True)


def by_size(
    default: Mapping[str, float], unit: str, low: float, high: float, meaning: str, source: str, confidence: Confidence, prior: str = ""
) -> Any:
    """Declares one number for each size class."""
    return Parameter("by_size", dict(default), unit, low, high, meaning, source, confidence, prior)


def by_year(
    default: float | Mapping[int, float] | None,
    unit: str,
    low: float,
    high: float,
    meaning: str,
    source: str,
    confidence: Confidence,
    prior: str = "",
) -> Any:
    """Declares one number, or one by calendar year; without a default the config must state it."""
    return Parameter("by_year", default, unit, low, high, meaning, source, confidence, prior, required=default is None)


def each_year(unit: str, low: float, high: float, meaning: str, source: str, confidence: Confidence) -> Any:
    """Declares a number for each calendar year, which the config must state."""
    return Parameter("years", None, unit, low, high, meaning, source, confidence, required=True)


def month(default: str, meaning: str, source: str, confidence: Confidence) -> Any:
    """Declares a month ``"YYYY-MM"``."""
    return Parameter("month", default, "month", 0, 0, meaning, source, confidence, certain=True)


def names(default: list[str], choices: tuple[str, ...], meaning: str, source: str, confidence: Confidence) -> Any:
    """Declares a list of names."""
    return Parameter("names", default, "1", 0, 0, meaning, source, confidence, choices=choices, certain=True)


def choice(default: str, choices: tuple[str, ...], meaning: str, source: str, confidence: Confidence) -> Any:
    """Declares one name of several."""
    return Parameter("choice", default, "1", 0, 0, meaning, source, confidence, choices=choices, certain=True)


def text(default: str, meaning: str, source: str, confidence: Confidence) -> Any:
    """Declares a text."""
    return Parameter("text", default, "1", 0, 0, meaning, source, confidence, certain=True)


T = TypeVar("T")


class derived(cached_property[T]):  # noqa: N801 - used as a decorator
    """Marks a method of a ``Parameters`` class as a value that follows from the parameters; the kernel's record holds it beside them."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
@dataclass(frozen=True)
class Parameters:
    """Values of what a class declares, of one replicate. Immutable; ``dataclasses.replace`` makes others.

    Attributes:
        declared: the parameters, in their order.
    """

    declared: ClassVar[tuple[Parameter, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Collects the declarations and makes the class a frozen dataclass."""
        own = {name: item for name, item in vars(cls).items() if isinstance(item, Parameter)}
        for name in own:
            if name not in cls.__annotations__:
                raise TypeError(f"{cls.__name__}.{name} has no type: write {name}: float = ... or what it is")
            delattr(cls, name)
        cls.declared = (*cls.declared, *(replace(item, name=name) for name, item in own.items()))
        dataclass(frozen=True, kw_only=True)(cls)

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Self:
        """Returns the values of a config's table, its distributions drawn."""
        return cls(**{item.name: item.drawn(settings[item.name]) for item in cls.declared})

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Returns the value of every parameter that no config states, as a config has it."""
        return {item.name: item.default for item in cls.declared}

    @classmethod
    def title(cls) -> str:
        """Returns the first line of the class's documentation."""
        return (cls.__doc__ or "").strip().partition("\n")[0].rstrip(".")

    @classmethod
    @cache
    def columns(cls) -> tuple[tuple[str, type[Any], int], ...]:
        """Returns what a record of the values holds: name, type, and how many there are (1 for a single value).

        These are numbers, numbers by size class, and what is derived from parameters; names, texts and tables by year stay outside.
        """
        found: list[tuple[str, type[Any], int]] = []
        for item in cls.declared:
            if item.kind in ("number", "integer") and item.default is not None:
                found.append((item.name, float if item.kind == "number" else int, 1))
            elif item.kind == "by_size":
                found.append((item.name, float, len(SIZES)))
        for name, item in vars(cls).items():
            if isinstance(item, derived):
                kind = get_type_hints(item.func)["return"]
                several = get_args(kind) if get_origin(kind) is tuple else ()
                found.append((name, several[0] if several else kind, len(several) or 1))
        return tuple(found)
