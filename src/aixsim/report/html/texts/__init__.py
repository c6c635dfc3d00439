"""Texts of reports, one TOML file a language with the same keys."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from markupsafe import Markup

LANGUAGES: Final = ("en", "ko")


@dataclass(frozen=True, eq=False)
class Texts:
    """The texts of one language.

    Attributes:
        language: ``en`` or ``ko``.
        held: tables of texts, nested.
    """

    language: str
    held: dict[str, Any]

    def __call__(self, key: str, **values: Any) -> Markup:
        """Returns a text with values in place of its names in braces; text of the values is escaped, markup is not.

        Args:
            key: with dots, such as ``brief.answer``.
            values: by name.

        Raises:
            KeyError: there is no such text, or it names a value that is not given.
        """
        # Texts are files of the package; they hold no markup.
        return Markup.escape(self.of(key)).format(**values)

    def of(self, key: str) -> Any:
        """Returns what stands at a key: a text, a list of texts or a table."""
        node: Any = self.held
        for part in key.split("."):
            node = node[part]
        return node

    def has(self, key: str) -> bool:
        """Returns whether there is such a text."""
        table, _, name = key.partition(".")
        return name in self.held.get(table, {})

    def name(self, text: str) -> str:
        """Returns the name of a province, sector, size class and the like in this language; others are returned as they are."""
        return str(self.held.get("names", {}).get(text, text))


@cache
def texts_of(language: str) -> Texts:
    """Returns the texts of a language of ``LANGUAGES``."""
    content = (files(__name__) / f"{language}.toml").read_text(encoding="utf-8")
    return Texts(language, tomllib.loads(content))
