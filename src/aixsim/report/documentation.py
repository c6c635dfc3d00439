"""Writes the parts of the documentation that the code knows: ``make docs``; a test holds them fresh."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aixsim.config import PROGRAMME_CARDS
from aixsim.data.tables import rows
from aixsim.model.catalogue import entries
from aixsim.model.outcomes import DECLARED
from aixsim.model.parameters import Card
from aixsim.model.registry import Registry
from aixsim.model.schedule import SCHEDULE
from aixsim.model.senses import senses
from aixsim.random.draws import Purpose
from aixsim.world.classification import POLE_OF_PROVINCE, POLES, ROUTES, SECTORS, SIZES

ODD = Path("docs/model/odd.md")


def schedule() -> str:
    """Returns the month as a numbered list."""
    return "\n".join(f"{number}. **{step.name}**: {step.does}" for number, step in enumerate(SCHEDULE, 1))


def laws() -> str:
    """Returns the mechanisms as a table."""
    lines = ["| mechanism | level | senses | hazard per month | source |", "|---|---|---|---|---|"]
    for law in Registry.of().mechanisms.values():
        lines.append(f"| {law.name}: {law.title} | {law.level} | {law.senses} | `{law.law}` | {law.source} |")
    return "\n".join(lines)


def sensed() -> str:
    """Returns the senses as a table."""
    lines = ["| sense | level | what it is |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {sense.name} | {sense.level} | {sense.meaning} |" for sense in senses().values())])


def parameters() -> str:
    """Returns a table of cards for everything that has any."""
    parts = [_cards(f"[{entry.key}]", entry.title, entry.cards) for entry in entries(Registry.of())]
    return "\n\n".join([*parts, _cards("[[programme]]", "Public support lines", PROGRAMME_CARDS)])


def categories() -> str:
    """Returns the categories that firms fall into."""
    poles = "; ".join(f"{pole}: {', '.join(p for p, of in POLE_OF_PROVINCE.items() if of == pole)}" for pole in POLES)
    return "\n".join(
        (
            f"- **Provinces by pole and special zone**: {poles}.",
            f"- **Sectors**: {', '.join(SECTORS)}.",
            f"- **Size classes**: {', '.join(SIZES)}.",
            f"- **Routes of money**: {', '.join(ROUTES)}.",
        )
    )


def outcomes() -> str:
    """Returns what is counted as a table."""
    lines = ["| outcome | counts | kind | events | routes |", "|---|---|---|---|---|"]
    for outcome in DECLARED:
        events = ", ".join(f"{event.name.lower().replace('_', ' ')} {change:+d}" for event, change in outcome.changes.items())
        routes = ("those in `counts`" if outcome.routes is None else ", ".join(outcome.routes)) if outcome.has_routes else ""
        only = "".join(f"; {group} {', '.join(levels)}" for group, levels in outcome.firms.items())
        kind = "stock" if outcome.is_stock else "cumulative"
        lines.append(f"| {outcome.name} | {outcome.title}{only} | {kind} | {events} | {routes} |")
    return "\n".join(lines)


def purposes() -> str:
    """Returns what random numbers are drawn for."""
    return ", ".join(f"{purpose.name.lower().replace('_', ' ')} ({purpose.value})" for purpose in Purpose)


def assumptions() -> str:
    """Returns the assumptions of the synthetic population as a table."""
    lines = ["| assumption | value | range | used for | note |", "|---|---|---|---|---|"]
    for row in rows("population_assumptions.csv"):
        lines.append(
            f"| {row['name']} | {row['value']} {row['unit']} | {row['low']} to {row['high']} | {row['used_for']} | {row['note']} |"
        )
    return "\n".join(lines)


PARTS: dict[str, Callable[[], str]] = {
    "schedule": schedule,
    "laws": laws,
    "senses": sensed,
    "parameters": parameters,
    "categories": categories,
    "outcomes": outcomes,
    "purposes": purposes,
    "assumptions": assumptions,
}


def fill(text: str) -> str:
    """Returns a document with every part between its ``generated`` marks written anew.

    Raises:
        ValueError: a mark is missing.
    """
    for name, part in PARTS.items():
        begin, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"the document needs {begin} and {end}, once each")
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{part()}\n{end}{rest.split(end)[1]}"
    return text


def _cards(key: str, title: str, cards: tuple[Card, ...]) -> str:
    lines = [
        f"#### `{key}` {title}",
        "",
        "| setting | default | unit | range | meaning | source | confidence |",
        "|---|---|---|---|---|---|---|",
    ]
    for card in cards:
        bounds = ", ".join(card.choices) if card.choices else "" if card.low == card.high else f"{card.low:g} to {card.high:g}"
        default = _default(card)
        known = f"{card.confidence}; range: {card.prior}" if card.prior else card.confidence
        lines.append(f"| {card.name} | {default} | {card.unit} | {bounds} | {card.meaning} | {card.source} | {known} |")
    return "\n".join(lines)


def _default(card: Card) -> str:
    if isinstance(card.default, dict):
        return ", ".join(f"{key} {value:g}" for key, value in card.default.items())
    if isinstance(card.default, list):
        return "all" if card.default == list(card.choices) else ", ".join(card.default)
    return str(card.default)


if __name__ == "__main__":
    ODD.write_text(fill(ODD.read_text(encoding="utf-8")), encoding="utf-8")
