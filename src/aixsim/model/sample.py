"""What a sample of the nation has a part of: whole things, in expectation as many as its share."""

from __future__ import annotations

import math

from aixsim.random.distributions import agent_of
from aixsim.random.draws import Purpose, uniform


def start_of(seed: int, replicate: int, name: str) -> float:
    """Returns the number in (0, 1) that decides by lot for what a sample has a part of, addressed by a name."""
    return uniform(seed, replicate, Purpose.SAMPLE_LOT, agent_of(name))


def part_of(number: float, seed: int, replicate: int, name: str) -> int:
    """Returns a whole number next to ``number``, which it is in expectation; a whole number is itself."""
    return math.floor(number + start_of(seed, replicate, name))
