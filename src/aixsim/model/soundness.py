"""What a mechanism or a lever must be to be used at all, and what its parameters must say to be complete: one sentence a fault."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from aixsim.model.lever import Lever
from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameter, Parameters
from aixsim.model.senses import senses

STEPS = 64
"""What is sensed is tried at so many steps from 0 to 1."""
_INSIDE = 16


def faults(item: Mechanism | Lever) -> Iterator[str]:
    """Yields why a mechanism or lever cannot be used."""
    if not (isinstance(item.name, str) and item.name.isidentifier()):
        yield f"its name is {item.name!r}, which is no key of a config: letters, digits and _"
    if not all(isinstance(text, str) for text in (item.title, item.source)):
        yield "title and source are texts"
    if not (isinstance(item.parameters, type) and issubclass(item.parameters, Parameters)):
        yield "parameters is a class derived from Parameters"
        return
    names = [parameter.name for parameter in item.parameters.declared]
    for parameter in item.parameters.declared:
        yield from (f"parameter {parameter.name!r}: {fault}" for fault in _parameter_faults(parameter))
    if isinstance(item, Lever):
        if not callable(item.apply):
            yield "apply is a function of scenario, p and problem"
        if not isinstance(item.neutral, Mapping):
            yield "neutral is a dict of settings"
            return
        unknown = sorted(str(key) for key in item.neutral if key not in names)
        if unknown:
            yield f"neutral sets {', '.join(unknown)}, which are not among its parameters"
        return
    if not callable(item.hazard):
        yield "hazard is a function of what is sensed and of p"
    if item.senses not in senses():
        yield f"senses is {item.senses!r} instead of one of {', '.join(senses())}"
    for parameter in item.parameters.declared:
        if parameter.kind not in ("number", "integer"):
            yield f"parameter {parameter.name!r}: a parameter of a law is one number, not {parameter.kind!r}"


def _parameter_faults(parameter: Parameter) -> Iterator[str]:
    if not (_is_number(parameter.low) and _is_number(parameter.high) and parameter.low <= parameter.high):
        yield f"its range is from {parameter.low!r} to {parameter.high!r}: two finite numbers, the lower first"
        return
    if parameter.kind in ("number", "integer", "by_size", "by_year"):
        values = parameter.default.values() if isinstance(parameter.default, dict) else (parameter.default,)
        for value in values:
            if not (_is_number(value) and parameter.low <= value <= parameter.high):
                yield f"its default {value!r} is no number from {parameter.low:g} to {parameter.high:g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def gaps(item: Mechanism | Lever) -> Iterator[str]:
    """Yields what parameters leave out: unit, meaning, source, confidence; of an assumed parameter of a law also its documented range."""
    for parameter in item.parameters.declared:
        for part in ("unit", "meaning", "source"):
            if not str(getattr(parameter, part)).strip():
                yield f"{parameter.name} has no {part}"
        if parameter.confidence not in ("quoted", "derived", "assumed"):
            yield f"{parameter.name} is {parameter.confidence!r} instead of quoted, derived or assumed"
        if isinstance(item, Mechanism) and parameter.confidence == "assumed" and not parameter.prior:
            yield f"{parameter.name} is assumed and has no prior"


def sensed_values(mechanism: Mechanism) -> list[float]:
    """Returns what a law is tried with."""
    return [0.0] if mechanism.senses == "nothing" else [step / STEPS for step in range(STEPS + 1)]


def parameter_sets(mechanism: Mechanism) -> list[Parameters]:
    """Returns values to try a law with: the defaults, the ends of each range alone and of all together, and some between."""
    declared = mechanism.parameters.declared
    defaults = [float(parameter.default) for parameter in declared]
    sets = [defaults, [float(parameter.low) for parameter in declared], [float(parameter.high) for parameter in declared]]
    for place, parameter in enumerate(declared):
        sets += [[*defaults[:place], float(end), *defaults[place + 1 :]] for end in (parameter.low, parameter.high)]
    for k in range(1, _INSIDE + 1):
        # Multiples of irrational numbers, less their whole part, spread over each range without a pattern between ranges.
        shares = [math.fmod(k * math.sqrt(2.0 + place), 1.0) for place in range(len(declared))]
        sets.append([item.low + share * (item.high - item.low) for item, share in zip(declared, shares, strict=True)])
    names = [parameter.name for parameter in declared]
    return [mechanism.parameters.read(dict(zip(names, values, strict=True))) for values in dict.fromkeys(map(tuple, sets))]


def hazard_faults(mechanism: Mechanism) -> Iterator[str]:
    """Yields where a law raises, is negative, no finite number, or not the same when asked again, inside its parameters' ranges."""
    for p in parameter_sets(mechanism):
        for sensed in sensed_values(mechanism):
            try:
                hazard, again = mechanism.hazard(sensed, p), mechanism.hazard(sensed, p)
            except Exception as error:  # noqa: BLE001 - whatever somebody else's law raises is told
                yield f"it raises {type(error).__name__} ({error}) at {where(mechanism, sensed, p)}"
                return
            if not _is_number(hazard) or hazard < 0.0:
                yield f"it is {hazard!r} at {where(mechanism, sensed, p)}"
                return
            if hazard != again:
                yield f"it is {hazard!r} and then {again!r} at {where(mechanism, sensed, p)}"
                return


def falls(mechanism: Mechanism) -> Iterator[str]:
    """Yields where a law falls in what is sensed."""
    values = sensed_values(mechanism)
    for p in parameter_sets(mechanism):
        hazards = [mechanism.hazard(sensed, p) for sensed in values]
        for place in range(1, len(hazards)):
            # One that stays the same but for rounding does not fall.
            if hazards[place] < hazards[place - 1] * (1.0 - 1e-12):
                yield f"it falls from {hazards[place - 1]:.6g} to {hazards[place]:.6g} at {where(mechanism, values[place], p)}"
                return


def where(mechanism: Mechanism, sensed: float, p: Parameters) -> str:
    """Returns the place of a law's value in words."""
    stated = [f"{parameter.name} = {getattr(p, parameter.name):g}" for parameter in p.declared]
    return ", ".join([f"{mechanism.senses} = {sensed:g}" if mechanism.senses != "nothing" else "any time", *stated])
