"""Values of settings: numbers, numbers by size class, distributions in their place, months and names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from aixsim.config.validation import NotAllowed, nearest
from aixsim.model.calendar import parse_month
from aixsim.model.parameters import Card
from aixsim.random.distributions import PARAMETERS_OF, Distribution
from aixsim.world.classification import SIZES

SIGMAS = 6.0
"""A normal or log-normal must stay within the allowed range up to so many standard deviations: one draw in 500 million lies beyond."""


def read(card: Card, raw: Any) -> Any:
    """Returns the value of a setting as the program uses it.

    Raises:
        NotAllowed: the card does not take it.
    """
    match card.kind:
        case "number":
            return _number(card, raw)
        case "integer":
            return _integer(card, raw)
        case "by_size":
            return _by_size(card, raw)
        case "by_year":
            return by_year(card, raw) if isinstance(raw, Mapping) and "dist" not in raw else _number(card, raw)
        case "month":
            return month(raw)
        case "text":
            return _text(raw)
        case "choice":
            return name(raw, card.choices)
        case "names":
            return names(raw, card.choices)


def annotated(card: Card) -> Any:
    """Returns the pydantic type of a setting."""
    return Annotated[Any, PlainValidator(lambda raw: read(card, raw)), PlainSerializer(plain), WithJsonSchema(json_schema(card))]


def plain(value: Any) -> Any:
    """Returns a value as TOML and JSON hold it: distributions as tables."""
    if isinstance(value, Distribution):
        if value.dist == "choice":
            return {"dist": "choice", "values": list(value.values)}
        return {"dist": value.dist, **dict(zip(PARAMETERS_OF[value.dist], value.values, strict=True))}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def finite(raw: Any, allowed: str) -> float:
    """Returns a finite number.

    Raises:
        NotAllowed: anything else; true and false are no numbers.
    """
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise NotAllowed(f"found {raw!r}", allowed)
    try:
        number = float(raw)
    except OverflowError:
        raise NotAllowed(f"found a number of {len(str(raw))} digits", allowed) from None
    if not math.isfinite(number):
        raise NotAllowed(f"found {raw!r}", allowed)
    return number


def month(raw: Any) -> str:
    """Returns a month "YYYY-MM"."""
    try:
        parse_month(raw if isinstance(raw, str) else "")
    except ValueError:
        raise NotAllowed(f"found {raw!r}", 'a month in quotes, such as "2026-03"') from None
    return str(raw)


def name(raw: Any, choices: tuple[str, ...]) -> str:
    """Returns one of the names."""
    if raw not in choices:
        raise NotAllowed(f"found {raw!r}", ", ".join(choices), nearest(raw, choices))
    return str(raw)


def names(raw: Any, choices: tuple[str, ...]) -> list[str]:
    """Returns a list of different names."""
    if not isinstance(raw, list) or not raw or len(set(map(str, raw))) != len(raw):
        raise NotAllowed(f"found {raw!r}", f"a list of different names out of {', '.join(choices)}")
    return [name(item, choices) for item in raw]


def by_year(card: Card, raw: Any) -> dict[int, float | Distribution]:
    """Returns a table by calendar year.

    Raises:
        NotAllowed: anything else, an empty one, or a value that the card does not take.
    """
    if not isinstance(raw, Mapping) or "dist" in raw or not raw:
        raise NotAllowed(f"found {raw!r}", "a table by year, such as { 2026 = 145.0 }")
    out = {}
    for year, value in raw.items():
        if not (str(year).isdigit() and len(str(year)) == 4):
            raise NotAllowed(f"found the year {year!r}", "calendar years of four digits")
        out[int(year)] = _number(card, value)
    return out


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or not raw:
        raise NotAllowed(f"found {raw!r}", "a name in quotes")
    return raw


def _range(card: Card) -> str:
    what = "a whole number" if card.kind == "integer" else "a number"
    return f"{what} from {card.low:g} to {card.high:g} ({card.unit}), or a distribution over that range"


def _number(card: Card, raw: Any) -> float | Distribution:
    if isinstance(raw, Distribution):
        return raw
    if isinstance(raw, Mapping):
        return _distribution(card, raw)
    number = finite(raw, _range(card))
    if not card.low <= number <= card.high:
        raise NotAllowed(f"found {raw!r}", _range(card))
    return number


def _integer(card: Card, raw: Any) -> int | Distribution:
    value = _number(card, raw)
    if isinstance(value, Distribution):
        return value
    if value != int(value):
        raise NotAllowed(f"found {raw!r}", _range(card))
    return int(value)


def _by_size(card: Card, raw: Any) -> dict[str, float | Distribution]:
    if not isinstance(raw, Mapping) or "dist" in raw:
        return dict.fromkeys(SIZES, _number(card, raw))
    for key in raw:
        if key not in SIZES:
            raise NotAllowed(f"found the size class {key!r}", ", ".join(SIZES), nearest(key, SIZES))
    return {size: _number(card, raw.get(size, card.default[size])) for size in SIZES}


def _distribution(card: Card, raw: Mapping[str, Any]) -> Distribution:
    if "dist" not in raw:
        raise NotAllowed(f"found a table without dist: {dict(raw)!r}", _range(card))
    law = distribution(raw)
    if law.dist == "choice":
        if not all(card.low <= item <= card.high for item in law.values):
            raise NotAllowed(f"found {list(law.values)!r}", _range(card))
        return law
    low, high = _support(law.dist, law.values)
    if low < card.low or high > card.high:
        raise NotAllowed(f"{law.dist} reaches from {low:.4g} to {high:.4g}", _range(card))
    return law


def distribution(raw: Mapping[str, Any]) -> Distribution:
    """Returns the distribution that a table with ``dist`` describes.

    Raises:
        NotAllowed: there is no such distribution, or its parameters do not make one.
    """
    law = name(raw["dist"], tuple(PARAMETERS_OF))
    wanted = PARAMETERS_OF[law]
    for key in raw:
        if key not in (*wanted, "dist"):
            raise NotAllowed(f"{law} has no parameter {key!r}", ", ".join(wanted), nearest(key, wanted))
    for key in wanted:
        if key not in raw:
            raise NotAllowed(f"{law} lacks its parameter {key!r}", ", ".join(wanted))
    if law == "choice":
        values = raw["values"]
        if not isinstance(values, list) or not values:
            raise NotAllowed(f"found {values!r}", "a list of numbers for values")
        return Distribution("choice", tuple(finite(item, "numbers") for item in values))
    v = tuple(finite(raw[key], f"a finite number for {key}") for key in wanted)
    _check_shape(law, v)
    return Distribution(law, v)


def _check_shape(law: str, v: tuple[float, ...]) -> None:
    right = {
        "uniform": lambda: v[0] < v[1],
        "loguniform": lambda: 0.0 < v[0] < v[1],
        "normal": lambda: v[1] > 0.0,
        "lognormal": lambda: v[0] > 0.0 and v[1] > 0.0,
        "triangular": lambda: v[0] <= v[1] <= v[2] and v[0] < v[2],
        "pert": lambda: v[0] <= v[1] <= v[2] and v[0] < v[2],
        "beta": lambda: v[0] > 0.0 and v[1] > 0.0,
    }
    rule = {
        "uniform": "low < high",
        "loguniform": "0 < low < high",
        "normal": "sd > 0",
        "lognormal": "median > 0 and sigma > 0",
        "triangular": "low <= mode <= high and low < high",
        "pert": "low <= mode <= high and low < high",
        "beta": "a > 0 and b > 0",
    }
    if not right[law]():
        raise NotAllowed(f"{law} with {dict(zip(PARAMETERS_OF[law], v, strict=True))}", rule[law])


def _support(law: str, v: tuple[float, ...]) -> tuple[float, float]:
    if law == "normal":
        return v[0] - SIGMAS * v[1], v[0] + SIGMAS * v[1]
    if law == "lognormal":
        return v[0] * math.exp(-SIGMAS * v[1]), v[0] * math.exp(min(SIGMAS * v[1], 700.0))
    return (0.0, 1.0) if law == "beta" else (v[0], v[-1])


def json_schema(card: Card) -> dict[str, Any]:
    """Returns the JSON schema of a setting."""
    text = f"{card.meaning} [{card.unit}]. Source: {card.source} ({card.confidence})."
    match card.kind:
        case "month":
            return {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$", "description": text}
        case "text":
            return {"type": "string", "minLength": 1, "description": text}
        case "choice":
            return {"enum": list(card.choices), "description": text}
        case "names":
            return {"type": "array", "items": {"enum": list(card.choices)}, "uniqueItems": True, "description": text}
    number: dict[str, Any] = {"type": "integer" if card.kind == "integer" else "number", "minimum": card.low, "maximum": card.high}
    either = [number, DISTRIBUTION_SCHEMA]
    if card.kind == "by_year":
        return {"anyOf": [*either, years_schema({"anyOf": either})], "description": text}
    if card.kind == "by_size":
        by_size = {"type": "object", "properties": {size: {"anyOf": either} for size in SIZES}, "additionalProperties": False}
        return {"anyOf": [*either, by_size], "description": text}
    return {"anyOf": either, "description": text}


def years_schema(value: dict[str, Any]) -> dict[str, Any]:
    """Returns the JSON schema of a table by calendar year."""
    return {"type": "object", "patternProperties": {r"^\d{4}$": value}, "additionalProperties": False}


DISTRIBUTION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A number that is not known, drawn once per replicate.",
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "dist": {"const": law},
                **{key: {"type": "array", "items": {"type": "number"}} if key == "values" else {"type": "number"} for key in wanted},
            },
            "required": ["dist", *wanted],
            "additionalProperties": False,
        }
        for law, wanted in PARAMETERS_OF.items()
    ],
}
