"""What a mechanism or a lever must be to be used at all, and what its cards must say to be complete: one sentence a fault."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from aixsim.model.lever import Lever
from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Card, Kind
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
    if not isinstance(item.cards, tuple) or not all(isinstance(card, Card) for card in item.cards):
        yield "cards is a tuple of Card: a comma behind a single one"
        return
    names = [card.name for card in item.cards]
    if len(set(names)) < len(names):
        yield "two cards have the same name"
    for card in item.cards:
        yield from (f"card {card.name!r}: {fault}" for fault in _card_faults(card))
    if isinstance(item, Lever):
        if not callable(item.apply):
            yield "apply is a function of scenario, settings and problem"
        if not isinstance(item.neutral, Mapping):
            yield "neutral is a dict of settings"
            return
        unknown = sorted(str(key) for key in item.neutral if key not in names)
        if unknown:
            yield f"neutral sets {', '.join(unknown)}, of which there is no card"
        return
    if not callable(item.hazard):
        yield "hazard is a function of what is sensed and of the parameters"
    if item.senses not in senses():
        yield f"senses is {item.senses!r} instead of one of {', '.join(senses())}"
    for card in item.cards:
        if card.kind not in ("number", "integer"):
            yield f"card {card.name!r}: a parameter of a law is one number, not {card.kind!r}"


def _card_faults(card: Card) -> Iterator[str]:
    if not (isinstance(card.name, str) and card.name.isidentifier()):
        yield "its name is no key of a config"
    if card.kind not in get_args(Kind):
        yield f"kind is {card.kind!r} instead of one of {', '.join(get_args(Kind))}"
    if not (_is_number(card.low) and _is_number(card.high) and card.low <= card.high):
        yield f"its range is from {card.low!r} to {card.high!r}: two finite numbers, the lower first"
        return
    if card.kind in ("number", "integer", "by_size", "by_year"):
        values = card.default.values() if isinstance(card.default, dict) else (card.default,)
        for value in values:
            if not (_is_number(value) and card.low <= value <= card.high):
                yield f"its default {value!r} is no number from {card.low:g} to {card.high:g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def gaps(item: Mechanism | Lever) -> Iterator[str]:
    """Yields what the cards leave out: unit, meaning, source, confidence; of an assumed parameter of a law also its documented range."""
    for card in item.cards:
        for part in ("unit", "meaning", "source"):
            if not str(getattr(card, part)).strip():
                yield f"{card.name} has no {part}"
        if card.confidence not in ("quoted", "derived", "assumed"):
            yield f"{card.name} is {card.confidence!r} instead of quoted, derived or assumed"
        if isinstance(item, Mechanism) and card.confidence == "assumed" and not card.prior:
            yield f"{card.name} is assumed and has no prior"


def sensed_values(mechanism: Mechanism) -> list[float]:
    """Returns what a law is tried with."""
    return [0.0] if mechanism.senses == "nothing" else [step / STEPS for step in range(STEPS + 1)]


def parameter_sets(cards: Iterable[Card]) -> list[tuple[float, ...]]:
    """Returns parameters to try a law with: the defaults, the ends of each range alone and of all together, and some between."""
    cards = tuple(cards)
    defaults = [float(card.default) for card in cards]
    sets = [defaults, [float(card.low) for card in cards], [float(card.high) for card in cards]]
    for place, card in enumerate(cards):
        sets += [[*defaults[:place], float(end), *defaults[place + 1 :]] for end in (card.low, card.high)]
    for k in range(1, _INSIDE + 1):
        # Multiples of irrational numbers, less their whole part, spread over each range without a pattern between ranges.
        shares = [math.fmod(k * math.sqrt(2.0 + place), 1.0) for place in range(len(cards))]
        sets.append([card.low + share * (card.high - card.low) for card, share in zip(cards, shares, strict=True)])
    return list(dict.fromkeys(map(tuple, sets)))


def hazard_faults(mechanism: Mechanism) -> Iterator[str]:
    """Yields where a law raises, or is negative or no finite number, inside the ranges of its cards."""
    for parameters in parameter_sets(mechanism.cards):
        for sensed in sensed_values(mechanism):
            try:
                hazard = mechanism.hazard(sensed, *parameters)
            except Exception as error:  # noqa: BLE001 - whatever somebody else's law raises is told
                yield f"it raises {type(error).__name__} ({error}) at {where(mechanism, sensed, parameters)}"
                return
            if not _is_number(hazard) or hazard < 0.0:
                yield f"it is {hazard!r} at {where(mechanism, sensed, parameters)}"
                return


def falls(mechanism: Mechanism) -> Iterator[str]:
    """Yields where a law falls in what is sensed."""
    values = sensed_values(mechanism)
    for parameters in parameter_sets(mechanism.cards):
        hazards = [mechanism.hazard(sensed, *parameters) for sensed in values]
        for place in range(1, len(hazards)):
            # One that stays the same but for rounding does not fall.
            if hazards[place] < hazards[place - 1] * (1.0 - 1e-12):
                yield f"it falls from {hazards[place - 1]:.6g} to {hazards[place]:.6g} at {where(mechanism, values[place], parameters)}"
                return


def where(mechanism: Mechanism, sensed: float, parameters: Iterable[float]) -> str:
    """Returns the place of a law's value in words."""
    stated = [f"{card.name} = {value:g}" for card, value in zip(mechanism.cards, parameters, strict=True)]
    return ", ".join([f"{mechanism.senses} = {sensed:g}" if mechanism.senses != "nothing" else "any time", *stated])
