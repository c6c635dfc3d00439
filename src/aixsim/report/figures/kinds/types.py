"""AI factories by type of firm."""

from __future__ import annotations

from aixsim.report.figures.group_panels import group_figure
from aixsim.world.classification import AGENT_TYPES

FIGURE = group_figure(
    "types",
    "agent_type",
    AGENT_TYPES,
    "type of firm",
    columns=3,
    size=(10.0, 4.6),
    caveat=" Supplier: an SME or mid-size firm that sells to a large firm directly. SME: all others.",
)
