"""Every number of a config that may be uncertain, by key: what columns of an ensemble and factors may be called."""

from __future__ import annotations

from collections.abc import Iterator

from aixsim.config.models import Config
from aixsim.config.observations import DISPERSION
from aixsim.model.catalogue import entries
from aixsim.model.keys import dotted
from aixsim.model.parameters import Parameter
from aixsim.model.programmes import declared_of
from aixsim.model.registry import Registry
from aixsim.world.classification import SIZES

OBSERVATION = "observation."
"""Prefix of numbers that belong to the law of the counts and not to the model, such as ``observation.dispersion``."""


def numbers_of(config: Config, registry: Registry) -> dict[str, Parameter]:
    """Returns the parameter behind every number that the config states or could state, by its key."""
    years = tuple(map(str, config.horizon.months.years))
    tables = [(entry.key, entry.parameters) for entry in entries(registry)]
    tables += [(dotted(("programme", table.name)), declared_of(table.kind)) for table in config.programme]
    found = {f"{OBSERVATION}{DISPERSION.name}": DISPERSION}
    for key, parameters in tables:
        found |= {f"{key}.{end}": parameter for parameter in parameters for end in _ends(parameter, years)}
    return found


def _ends(parameter: Parameter, years: tuple[str, ...]) -> Iterator[str]:
    if parameter.kind in ("number", "integer", "by_year") and not parameter.certain:
        yield parameter.name
    if parameter.kind == "by_size":
        yield from (f"{parameter.name}.{size}" for size in SIZES)
    if parameter.kind in ("by_year", "years"):
        yield from (f"{parameter.name}.{year}" for year in years)
