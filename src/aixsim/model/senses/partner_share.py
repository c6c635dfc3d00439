"""Partner share: what a firm sees of those it is tied to; computed by the engines."""

from __future__ import annotations

from aixsim.model.sense import Sense

SENSE = Sense("partner_share", "weighted share of visible customers, suppliers and sibling sites", level="tie")
