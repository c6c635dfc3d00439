"""Fonts of figures, and the characters that they lack."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

FAMILY: Final = "aixsim Sans"
"""Family of all texts, shipped with the package, so that a figure is the same on every machine; DejaVu Sans has what it lacks."""
_FOLDER: Final = Path(__file__).parent / "fonts"
_KOREAN: Final = ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo")
"""Fonts with Hangul that systems have."""
_SHIPPED: Final = (("koreanize_matplotlib", "NanumGothic"),)
"""Packages with fonts, and the family of those that are used. They are not imported: that would change settings of matplotlib."""
IN_SVG: Final = (
    "'Noto Sans', 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, "
    "'Noto Sans CJK KR', 'Noto Sans KR', NanumGothic, 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif"
)
"""Families of SVG files, whose text is drawn with the fonts of the reader's machine."""
NO_KOREAN: Final = "no font with Hangul is installed, so Korean letters are drawn as ?; install aixsim[korean], or one of " + ", ".join(
    _KOREAN
)


@cache
def _register() -> None:
    """Makes the fonts that packages ship known to matplotlib, once."""
    for path in sorted(_FOLDER.glob("*.ttf")):
        font_manager.fontManager.addfont(path)
    for package, family in _SHIPPED:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder, "fonts").glob(f"{family}*.ttf")):
                if path.stem in (family, f"{family}Bold"):
                    font_manager.fontManager.addfont(path)
                    if path.stem.endswith("Bold"):  # its file calls itself semibold, of which matplotlib would warn
                        known = font_manager.fontManager.ttflist
                        known[-1] = replace(known[-1], weight=700)


def families() -> list[str]:
    """Returns the families of texts, in the order in which a character is looked for."""
    _register()
    installed = set(font_manager.get_font_names())
    return [FAMILY, "DejaVu Sans", *(name for name in _KOREAN if name in installed)]


@cache
def _letters(family: str) -> frozenset[int]:
    return frozenset(FT2Font(font_manager.findfont(family)).get_charmap())


def missing(texts: Iterable[str]) -> set[str]:
    """Returns the characters of texts that no family has; they would be drawn as boxes."""
    known = [_letters(family) for family in families()]
    return {letter for letter in set("".join(texts)) - {"\n"} if not any(ord(letter) in letters for letters in known)}


def has_hangul(text: str) -> bool:
    """Returns whether a text contains Hangul."""
    return any("\uac00" <= letter <= "\ud7a3" or "\u1100" <= letter <= "\u11ff" or "\u3130" <= letter <= "\u318f" for letter in text)
