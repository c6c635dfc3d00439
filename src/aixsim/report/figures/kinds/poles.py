"""AI factories by pole and special zone."""

from __future__ import annotations

from aixsim.report.figures.group_panels import group_figure
from aixsim.report.figures.tiles import UNTESTED
from aixsim.world.classification import POLES

FIGURE = group_figure("poles", "pole", POLES, "pole or special zone", columns=4, size=(10.0, 6.0), caveat=UNTESTED)
