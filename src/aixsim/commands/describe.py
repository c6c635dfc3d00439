"""``aixsim describe``: every parameter with unit, range, source and confidence."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.catalogue import Entry, entries
from aixsim.config import PROGRAMME_CARDS
from aixsim.core.errors import UserError
from aixsim.core.parameters import Card
from aixsim.core.plugins import activate, read_plugin


def describe(name: str | None, plugins: Sequence[Path]) -> int:
    """Prints the list of everything, what plugins offer included, or one entry with its cards; returns the exit code."""
    activate(tuple(read_plugin(file, str(file)) for file in plugins))
    known = [*entries(), Entry("programme", "array of tables", "Public support lines: [[programme]]", "", "", PROGRAMME_CARDS)]
    if name is None:
        width = max(len(entry.key) for entry in known)
        for entry in known:
            sys.stdout.write(f"{entry.key:<{width}}  {entry.title} ({len(entry.cards)} settings)\n")
        sys.stdout.write("\naixsim describe NAME shows one of them with unit, range, source and confidence of every setting.\n")
        return 0
    table, _, key = name.rpartition(".")
    for entry in known:
        if name in (entry.key, entry.key.rpartition(".")[2]):
            _print(entry, entry.cards)
            return 0
        if table in (entry.key, entry.key.rpartition(".")[2]) and any(card.name == key for card in entry.cards):
            _print(entry, tuple(card for card in entry.cards if card.name == key))
            return 0
    close = difflib.get_close_matches(name, [entry.key for entry in known] + [entry.key.rpartition(".")[2] for entry in known], 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise UserError(f"there is nothing called {name!r}{hint}; aixsim describe lists everything")


def _print(entry: Entry, cards: tuple[Card, ...]) -> None:
    out = sys.stdout
    out.write(f"[{entry.key}]  {entry.title}\n")
    for label, text in (("law", entry.law), ("source", entry.source)):
        if text:
            out.write(f"  {label}: {text}\n")
    for card in cards:
        bounds = "" if card.low == card.high else f", {card.low:g} to {card.high:g}"
        out.write(f"\n  {card.name} = {_value(card)}  [{card.unit}{bounds}]\n")
        out.write(f"    {card.meaning}\n    source: {card.source} ({card.confidence})\n")
        if card.prior:
            out.write(f"    not known; documented range: {card.prior}\n")
        if card.choices:
            out.write(f"    allowed: {', '.join(card.choices)}\n")


def _value(card: Card) -> str:
    if isinstance(card.default, dict):
        return "{ " + ", ".join(f"{name} = {value:g}" for name, value in card.default.items()) + " }"
    return str(card.default)
