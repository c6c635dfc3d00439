"""Korean texts of figures. What has no translation, such as names of a config, stays as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from aixsim.config.setting_names import setting_name
from aixsim.report.html.texts import texts_of
from aixsim.world.classification import SIZES

_MONTHS: Final = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_MONTH: Final = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{4}})")
_ANY: Final = r"(?:(?![.]\s+[A-Z]| · ).)+?"
"""What a placeholder of no kind takes: no more than a sentence."""
_NUMBER: Final = r"[<>]?[+\N{MINUS SIGN}-]?\d[\d,.]*"
_BOUNDARIES: Final = (r"\n", r" · ", r"(?<=[.])\s+(?=[A-Z\d])", r"; ", r",? {2,}", r", ")
"""Between texts that are translated one by one, if the whole has no translation; from the largest part to the smallest."""


def korean(text: str) -> str:
    """Returns a text of a figure in Korean: that of the whole, else those of its lines, sentences and parts of a list."""
    return _korean(_MONTH.sub(lambda found: f"{found[2]}년 {_MONTHS.index(found[1]) + 1}월", text))


@lru_cache(maxsize=4096)
def _korean(text: str) -> str:
    words = text.strip()
    if not re.search("[A-Za-z]", words):
        return text
    before, after = text[: text.index(words)], text[text.index(words) + len(words) :]
    if (name := _names().get(words.lower())) is not None:
        return before + name + after
    for pattern, translation in _patterns():
        if found := pattern.fullmatch(words):
            return before + translation.format_map({key: _part(key, value) for key, value in found.groupdict().items()}) + after
    for boundary in _BOUNDARIES:
        if len(parts := re.split(f"({boundary})", words)) > 1:
            return before + "".join(map(_korean, parts)) + after
    return text


def _part(placeholder: str, text: str) -> str:
    """Returns the Korean text of what a placeholder took; the name of a lever alone could also be one of a config."""
    if placeholder.startswith("month"):
        return re.sub(r"(\d{4})-0?(\d+)", r"\1년 \2월", text)
    return _levers().get(text.lower(), text) if placeholder.startswith("lever") else _korean(text).lstrip()


def _translations() -> dict[str, str]:
    """Returns the translations of ``korean.toml`` by English text with placeholders."""
    tables = tomllib.loads((files(__package__) / "korean.toml").read_text(encoding="utf-8"))
    return {english: translation for table in tables.values() for english, translation in table.items()}


@cache
def _names() -> dict[str, str]:
    """Returns the Korean texts without placeholders by English text in small letters, with the names that the report uses."""
    known = {**texts_of("ko").of("names"), **_settings(), **_translations()}
    return {english.lower(): translation for english, translation in known.items() if "{" not in english}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Returns expressions for the texts with placeholders, those with most words of their own first, with their translations."""
    setting, lever = _one_of(_settings()), _one_of(_levers())
    kinds = {
        "number": _NUMBER,
        "negative": r"[\N{MINUS SIGN}-]\d[\d,.]*",
        "year": r"\d{4}",
        "month": r"\d{4}년 \d+월|\d{4}-\d\d",
        "chance": rf"{_NUMBER} %(?: \[[^\]]+\]| \([^)]+\))?|none",
        "programme": rf"(?!(?:{lever})\b)[^,:;]+?",
        "config": r"\S+",
        "run": r"[0-9a-f]{12}",
        "setting": setting,
        "size": _one_of(SIZES),
        "lever": lever,
        "level": rf"(?:{setting}) (?:\d{{4}} )?{_NUMBER}|{_NUMBER} (?:{lever})",
        "note": r"(?: \([^()]+\))?",
    }
    found = []
    for english, translation in _translations().items():
        own, *rest = re.split(r"\{(\w+)\}", english)
        if rest:
            expression = re.escape(own)
            for name, more in zip(rest[::2], rest[1::2], strict=True):
                expression += f"(?P<{name}>{kinds.get(name.rstrip('0123456789'), _ANY)}){re.escape(more)}"
            pattern = re.compile(expression, re.DOTALL | re.IGNORECASE)
            found.append((len(own) + sum(map(len, rest[1::2])), pattern, translation))
    return [(pattern, translation) for _, pattern, translation in sorted(found, key=lambda one: -one[0])]


@cache
def _settings() -> dict[str, str]:
    """Returns the names of settings as figures write them, without programme and unit."""
    known = {}
    for key, name in _keys().items():
        english = setting_name(key, with_programme=False, with_unit=False)
        known[english] = known[english.replace(":", "")] = name.partition(": ")[2] if key.startswith("programme.") else name
    return known


@cache
def _levers() -> dict[str, str]:
    """Returns the names of levers and mechanisms as figures write them."""
    own = {key: name for key, name in _keys().items() if key.startswith(("levers.", "mechanisms."))}
    return {key.split(".")[1].replace("_", " "): name.partition(": ")[0] for key, name in own.items()}


def _keys() -> dict[str, str]:
    """Returns the names of settings in the report by key."""

    def flat(node: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
        for key, value in node.items():
            yield from flat(value, f"{before}{key}.") if isinstance(value, dict) else [(before + key, value)]

    return dict(flat(texts_of("ko").of("settings")))


def _one_of(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
