"""Values of settings: numbers, numbers by size class, distributions, months and names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, PlainSerializer, PlainValidator, WithJsonSchema

from aixsim.config.distribution_tables import DISTRIBUTION_SCHEMA, distribution, support
from aixsim.config.validation import NotAllowed, finite, name, nearest
from aixsim.model.calendar import parse_month
from aixsim.model.parameters import Parameter
from aixsim.random.distributions import PARAMETERS_OF, Distribution
from aixsim.world.classification import SIZES


def read(parameter: Parameter, raw: Any) -> Any:
    """Returns the parsed value of a setting.

    Raises:
        NotAllowed: the value is invalid.
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
    """Returns a value for TOML and JSON: models and distributions as tables, without None."""
    if isinstance(value, Distribution):
        if value.dist == "choice":
            return {"dist": "choice", "values": list(value.values)}
        return {"dist": value.dist, **dict(zip(PARAMETERS_OF[value.dist], value.values, strict=True))}
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def month(raw: Any) -> str:
    """Returns a month "YYYY-MM"."""
    try:
        parse_month(raw if isinstance(raw, str) else "")
    except ValueError:
        raise NotAllowed(f"found {raw!r}", 'a month in quotes, such as "2026-03"') from None
    return str(raw)


Month = Annotated[str, AfterValidator(month)]


def names(raw: Any, choices: tuple[str, ...]) -> list[str]:
    """Returns a list of distinct names."""
    return [name(item, choices) for item in _different(raw, f"a list of different names out of {', '.join(choices)}")]


def _different(raw: Any, allowed: str) -> list[Any]:
    if not isinstance(raw, list) or not raw or len(set(map(str, raw))) != len(raw):
        raise NotAllowed(f"found {raw!r}", allowed)
    return raw


def by_year(parameter: Parameter, raw: Any) -> dict[int, float | Distribution]:
    """Returns a table by calendar year.

    Raises:
        NotAllowed: not a table, an empty one, or an invalid value.
    """
    if not isinstance(raw, Mapping) or "dist" in raw or not raw:
        raise NotAllowed(f"found {raw!r}", "a table by year, such as { 2026 = 145.0 }")
    out = {}
    for year, value in raw.items():
        if not (str(year).isascii() and str(year).isdigit() and len(str(year)) == 4):
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


def _integers(parameter: Parameter, raw: Any) -> list[int | Distribution]:
    items = _different(raw, _what(parameter))
    if any(isinstance(item, Mapping) for item in items):
        raise NotAllowed(f"found {raw!r}", _what(parameter))
    return [_integer(parameter, item) for item in items]


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
    low, high = support(law)
    if low < parameter.low or high > parameter.high:
        raise NotAllowed(f"{law.dist} reaches from {low:.4g} to {high:.4g}", _range(parameter))
    return law


def json_schema(parameter: Parameter) -> dict[str, Any]:
    """Returns the JSON schema of a setting."""
    text = f"{parameter.meaning} [{parameter.unit}]. Source: {parameter.source} ({parameter.confidence})."
    return {**_shape(parameter), "description": text}


def _shape(parameter: Parameter) -> dict[str, Any]:
    match parameter.kind:
        case "month":
            return {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}
        case "text":
            return {"type": "string", "minLength": 1}
        case "choice":
            return {"enum": list(parameter.choices)}
        case "names":
            return {"type": "array", "items": {"enum": list(parameter.choices)}, "uniqueItems": True}
    whole = parameter.kind in ("integer", "integers")
    number: dict[str, Any] = {"type": "integer" if whole else "number", "minimum": parameter.low, "maximum": parameter.high}
    if parameter.kind == "integers":
        return {"type": "array", "items": number, "uniqueItems": True}
    if parameter.certain:
        return number
    either = [number, DISTRIBUTION_SCHEMA]
    match parameter.kind:
        case "years":
            return years_schema({"anyOf": either})
        case "by_year":
            return {"anyOf": [*either, years_schema({"anyOf": either})]}
        case "by_size":
            by_size = {"type": "object", "properties": {size: {"anyOf": either} for size in SIZES}, "additionalProperties": False}
            return {"anyOf": [*either, by_size]}
        case _:
            return {"anyOf": either}


def years_schema(value: dict[str, Any]) -> dict[str, Any]:
    """Returns the JSON schema of a table by calendar year."""
    return {"type": "object", "patternProperties": {r"^\d{4}$": value}, "additionalProperties": False}
