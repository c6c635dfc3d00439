"""Values of settings: numbers, numbers by size class, distributions in their place, months and names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from aixsim.config.validation import NotAllowed, nearest
from aixsim.model.calendar import parse_month
from aixsim.model.parameters import Parameter
from aixsim.random.distributions import PARAMETERS_OF, Distribution
from aixsim.world.classification import SIZES

SIGMAS = 6.0
"""A normal or log-normal must stay within the allowed range up to so many standard deviations: one draw in 500 million lies beyond."""


def read(parameter: Parameter, raw: Any) -> Any:
    """Returns the value of a setting as the program uses it.

    Raises:
        NotAllowed: the parameter does not take it.
    """
    if raw is None and parameter.default is None:
        return None
    if parameter.certain and isinstance(raw, Mapping):
        raise NotAllowed("found a table", f"{_what(parameter)}, the same in every replicate")
    match parameter.kind:
        case "number":
            return _number(parameter, raw)
        case "years":
            return by_year(parameter, raw)
        case "integers":
            return _integers(parameter, raw)
        case "integer":
            return _integer(parameter, raw)
        case "by_size":
            return _by_size(parameter, raw)
        case "by_year":
            return by_year(parameter, raw) if isinstance(raw, Mapping) and "dist" not in raw else _number(parameter, raw)
        case "month":
            return month(raw)
        case "text":
            return _text(raw)
        case "choice":
            return name(raw, parameter.choices)
        case "names":
            return names(raw, parameter.choices)


def annotated(parameter: Parameter) -> Any:
    """Returns the pydantic type of a setting."""
    return Annotated[Any, PlainValidator(lambda raw: read(parameter, raw)), PlainSerializer(plain), WithJsonSchema(json_schema(parameter))]


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


def by_year(parameter: Parameter, raw: Any) -> dict[int, float | Distribution]:
    """Returns a table by calendar year.

    Raises:
        NotAllowed: anything else, an empty one, or a value that the parameter does not take.
    """
    if not isinstance(raw, Mapping) or "dist" in raw or not raw:
        raise NotAllowed(f"found {raw!r}", "a table by year, such as { 2026 = 145.0 }")
    out = {}
    for year, value in raw.items():
        if not (str(year).isdigit() and len(str(year)) == 4):
            raise NotAllowed(f"found the year {year!r}", "calendar years of four digits")
        out[int(year)] = _number(parameter, value)
    return out


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or not raw:
        raise NotAllowed(f"found {raw!r}", "a name in quotes")
    return raw


def _what(parameter: Parameter) -> str:
    match parameter.kind:
        case "month":
            return "a month in quotes"
        case "text" | "choice":
            return "a name in quotes"
        case "names":
            return "a list of names"
        case "integers":
            return f"a list of different whole numbers from {parameter.low:g} to {parameter.high:g} ({parameter.unit})"
    what = "a whole number" if parameter.kind == "integer" else "a number"
    return f"{what} from {parameter.low:g} to {parameter.high:g} ({parameter.unit})"


def _range(parameter: Parameter) -> str:
    return _what(parameter) + ("" if parameter.certain else ", or a distribution over that range")


def _number(parameter: Parameter, raw: Any) -> float | Distribution:
    if isinstance(raw, Distribution):
        return raw
    if isinstance(raw, Mapping):
        return _distribution(parameter, raw)
    number = finite(raw, _range(parameter))
    if not parameter.low <= number <= parameter.high:
        raise NotAllowed(f"found {raw!r}", _range(parameter))
    return number


def _integer(parameter: Parameter, raw: Any) -> int | Distribution:
    value = _number(parameter, raw)
    if isinstance(value, Distribution):
        return value
    if value != int(value):
        raise NotAllowed(f"found {raw!r}", _range(parameter))
    return int(value)


def _integers(parameter: Parameter, raw: Any) -> list[int]:
    if not isinstance(raw, list) or not raw or len(set(map(str, raw))) != len(raw) or any(isinstance(item, Mapping) for item in raw):
        raise NotAllowed(f"found {raw!r}", _what(parameter))
    return [_integer(parameter, item) for item in raw]  # type: ignore[misc]  # no distributions, as above


def _by_size(parameter: Parameter, raw: Any) -> dict[str, float | Distribution]:
    if not isinstance(raw, Mapping) or "dist" in raw:
        return dict.fromkeys(SIZES, _number(parameter, raw))
    for key in raw:
        if key not in SIZES:
            raise NotAllowed(f"found the size class {key!r}", ", ".join(SIZES), nearest(key, SIZES))
    return {size: _number(parameter, raw.get(size, parameter.default[size])) for size in SIZES}


def _distribution(parameter: Parameter, raw: Mapping[str, Any]) -> Distribution:
    if "dist" not in raw:
        raise NotAllowed(f"found a table without dist: {dict(raw)!r}", _range(parameter))
    law = distribution(raw)
    if law.dist == "choice":
        if not all(parameter.low <= item <= parameter.high for item in law.values):
            raise NotAllowed(f"found {list(law.values)!r}", _range(parameter))
        return law
    low, high = _support(law.dist, law.values)
    if low < parameter.low or high > parameter.high:
        raise NotAllowed(f"{law.dist} reaches from {low:.4g} to {high:.4g}", _range(parameter))
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


def json_schema(parameter: Parameter) -> dict[str, Any]:
    """Returns the JSON schema of a setting."""
    text = f"{parameter.meaning} [{parameter.unit}]. Source: {parameter.source} ({parameter.confidence})."
    match parameter.kind:
        case "month":
            return {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$", "description": text}
        case "text":
            return {"type": "string", "minLength": 1, "description": text}
        case "choice":
            return {"enum": list(parameter.choices), "description": text}
        case "names":
            return {"type": "array", "items": {"enum": list(parameter.choices)}, "uniqueItems": True, "description": text}
    whole = parameter.kind in ("integer", "integers")
    number: dict[str, Any] = {"type": "integer" if whole else "number", "minimum": parameter.low, "maximum": parameter.high}
    if parameter.kind == "integers":
        return {"type": "array", "items": number, "uniqueItems": True, "description": text}
    if parameter.certain:
        return {**number, "description": text}
    either = [number, DISTRIBUTION_SCHEMA]
    if parameter.kind == "years":
        return {**years_schema({"anyOf": either}), "description": text}
    if parameter.kind == "by_year":
        return {"anyOf": [*either, years_schema({"anyOf": either})], "description": text}
    if parameter.kind == "by_size":
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
