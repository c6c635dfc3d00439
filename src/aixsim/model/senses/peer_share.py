"""Peer share: what firms see of their own sector and province; computed by the engines."""

from __future__ import annotations

from aixsim.model.sense import Sense

SENSE = Sense("peer_share", "share of visible AI factories among firms of the same sector and province")
