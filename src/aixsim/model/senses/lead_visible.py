"""Lead visible: whether a firm has the example of its collaboration model's lead; computed by the engines."""

from __future__ import annotations

from aixsim.model.sense import Sense

SENSE = Sense("lead_visible", "1 when the firm's collaboration model has started and its lead, another firm, is visible", level="tie")
