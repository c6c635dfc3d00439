"""Every number of a config that may be uncertain, by key: what columns of an ensemble and factors may be called."""

from __future__ import annotations

from collections.abc import Iterator

from aixsim.config.observations import DISPERSION
from aixsim.config.study import Study
from aixsim.model.catalogue import entries
from aixsim.model.keys import dotted
from aixsim.model.parameters import Parameter
from aixsim.model.programmes import declared_of
from aixsim.world.classification import SIZES

OBSERVATION = "observation."
"""Prefix of numbers that belong to the law of the counts and not to the model, such as ``observation.dispersion``."""


def numbers_of(study: Study) -> dict[str, Parameter]:
    """Returns the parameter behind every number that the config states or could state, by its key."""
    years = tuple(map(str, study.horizon.years))
    found = {f"{OBSERVATION}{DISPERSION.name}": DISPERSION}
    for entry in entries(study.registry):
        for parameter in entry.parameters:
            found |= {f"{entry.key}.{end}": parameter for end in _ends(parameter, years)}
    for name, table in study.settings["programme"].items():
        for parameter in declared_of(table["kind"]):
            found |= {f"{dotted(('programme', name))}.{end}": parameter for end in _ends(parameter, years)}
    return found


def _ends(parameter: Parameter, years: tuple[str, ...]) -> Iterator[str]:
    if parameter.kind in ("number", "integer", "by_year") and not parameter.certain:
        yield parameter.name
    if parameter.kind == "by_size":
        yield from (f"{parameter.name}.{size}" for size in SIZES)
    if parameter.kind in ("by_year", "years"):
        yield from (f"{parameter.name}.{year}" for year in years)
