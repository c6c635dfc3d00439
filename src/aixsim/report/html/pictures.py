"""The project's figures as SVG inside a page: text stays text, and there are no style attributes, which the page forbids."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from aixsim.escapes import visible
from aixsim.report.figures.font_families import FAMILY
from aixsim.report.figures.picture import Picture

_METADATA: Final = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_STYLE: Final = re.compile(r' style="([^"]*)"')
_SHEET: Final = re.compile(r"\s*<defs>\s*<style type=\"text/css\">(.*?)</style>\s*</defs>", re.DOTALL)
_ID: Final = re.compile(r'(\bid="|url\(#|href="#)')
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_TEXT: Final = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)


@dataclass
class Pictures:
    """Figures of one page; style attributes become classes of ``css``.

    Attributes:
        classes: names of the classes by style.
        letters: all that are printed in figures.
        drawn: number of figures so far.
    """

    classes: dict[str, str] = field(default_factory=dict)
    letters: set[str] = field(default_factory=set)
    drawn: int = 0

    def inline(self, drawn: Picture) -> Markup:
        """Returns a figure as an ``svg`` element with its title and alternative text for screen readers."""
        svg = drawn.svg_in_page()
        svg = _COMMENT.sub("", _SHEET.sub("", _METADATA.sub("", svg[svg.index("<svg") :])))
        size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
        self.drawn += 1
        prefix = f"f{self.drawn}-"
        svg = _ID.sub(lambda found: found[1] + prefix, svg)
        svg = _STYLE.sub(lambda found: f' class="{self._class(found[1])}"', svg)
        self.letters.update("".join(_TEXT.findall(svg)))
        inside = svg[svg.index(">") + 1 :]
        box = "" if size is None else f"0 0 {size[1]} {size[2]}"
        label = Markup('<title id="{0}t">{1}</title><desc id="{0}d">{2}</desc>').format(prefix, visible(drawn.title), visible(drawn.alt))
        start = Markup(
            '<svg class="figure" role="img" viewBox="{1}" aria-labelledby="{0}t {0}d" xmlns:xlink="http://www.w3.org/1999/xlink">'
        )
        return start.format(prefix, box) + label + Markup(inside)  # noqa: S704 - drawn by matplotlib, which escapes the text of names

    def css(self) -> str:
        """Returns the classes of all figures so far, and the letters of their font that are used."""
        rules = "\n".join(f".{name}{{{style}}}" for style, name in self.classes.items())
        common = "svg.figure *{stroke-linejoin:round;stroke-linecap:butt}"
        return "\n".join((*(_face(weight, self.letters) for weight in ("normal", "bold")), common, rules)) if self.classes else ""

    def _class(self, style: str) -> str:
        return self.classes.setdefault(style.replace("&quot;", '"'), f"s{len(self.classes)}")


def _face(weight: str, letters: Iterable[str]) -> str:
    """Returns the CSS of the font of figures with only some letters."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from matplotlib import font_manager

    properties = font_manager.FontProperties(family=FAMILY, weight=weight)
    with TTFont(font_manager.findfont(properties)) as font:
        options = Options()
        options.layout_features, options.name_IDs, options.notdef_outline = [], [1, 2], True
        options.hinting = False
        options.drop_tables = [*options.drop_tables, "FFTM"]
        subsetter = Subsetter(options)
        subsetter.populate(text="".join(sorted(letters)) + " ")
        subsetter.subset(font)
        font.flavor = "woff"
        content = io.BytesIO()
        font.save(content)
    held = base64.b64encode(content.getvalue()).decode("ascii")
    return f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};src:url(data:font/woff;base64,{held}) format("woff")}}'
