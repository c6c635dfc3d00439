"""Every number of a config that may be uncertain, by key: what columns of an ensemble and factors may be called."""

from __future__ import annotations

from collections.abc import Iterator

from aixsim.config.observations import DISPERSION
from aixsim.config.programme import BUDGET, GRANT, cards_of
from aixsim.config.study import Study
from aixsim.model.catalogue import entries
from aixsim.model.keys import dotted
from aixsim.model.parameters import Card
from aixsim.world.classification import SIZES

OBSERVATION = "observation."
"""Prefix of numbers that belong to the law of the counts and not to the model, such as ``observation.dispersion``."""


def numbers_of(study: Study) -> dict[str, Card]:
    """Returns the card of every number that the config states or could state, by its key."""
    years = tuple(map(str, study.horizon.years))
    found = {f"{OBSERVATION}{DISPERSION.name}": DISPERSION}
    for entry in entries(study.registry):
        for card in entry.cards:
            found |= {f"{entry.key}.{end}": card for end in _ends(card, years)}
    for name, table in study.settings["programme"].items():
        for card in cards_of(table["kind"]):
            ends = [f"{card.name}.{year}" for year in years] if card in (BUDGET, GRANT) else []
            found |= {f"{dotted(('programme', name))}.{end}": card for end in [*ends, *_ends(card, years)]}
    return found


def _ends(card: Card, years: tuple[str, ...]) -> Iterator[str]:
    if card.kind in ("number", "integer", "by_year"):
        yield card.name
    if card.kind == "by_size":
        yield from (f"{card.name}.{size}" for size in SIZES)
    if card.kind == "by_year":
        yield from (f"{card.name}.{year}" for year in years)
