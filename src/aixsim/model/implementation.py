"""Implementation and survival: how long a project takes, whether it reaches production, how long it lasts."""

from __future__ import annotations

import math
from typing import Final

from aixsim.model.parameters import BySize, Parameters, by_size, derived, fraction, integer, real
from aixsim.world.classification import ROUTES

OWN: Final = ROUTES.index("own")
"""Route of projects that firms pay themselves."""


class Implementation(Parameters):
    """Implementation and survival."""

    median_months: BySize = by_size(
        {"micro": 10.0, "small": 12.0, "medium": 15.0, "mid-size": 20.0, "large": 30.0},
        "month",
        0.0,
        240.0,
        "median duration from the start of the work to productive use; 0: in the same month",
        "behaviour_parameters.csv: 10 to 20 months for early use cases, 6 later; one year for small sites, four in the 2024 cohort",
        "assumed",
        "half to twice: duration_factor",
    )
    duration_factor: float = real(
        1.0,
        "1",
        0.01,
        100.0,
        "what the median durations of all size classes are multiplied by, which are wrong together",
        "assumed; behaviour_parameters.csv: 10 to 20 months for early use cases, 6 later",
        "assumed",
        "loguniform, 0.5 to 2",
    )
    sigma: float = real(0.4, "1", 0.0, 3.0, "standard deviation of the logarithm of the duration", "assumed", "assumed", "0.2 to 0.7")
    success: BySize = by_size(
        {"micro": 0.75, "small": 0.78, "medium": 0.80, "mid-size": 0.85, "large": 0.90},
        "1",
        0.0,
        1.0,
        "chance that a publicly supported project reaches production",
        "assumed; behaviour_parameters.csv: 30 to 40 % of pilots do not scale, supported lead projects are selected",
        "assumed",
        "0.4 to 0.95: success_shift",
    )
    success_shift: float = real(
        0.0,
        "1",
        -20.0,
        20.0,
        "what is added to the log-odds of success of all size classes, which are wrong together",
        "assumed; behaviour_parameters.csv: 30 % scale their pilots, 29 % have AI at scale; supported lead projects are selected",
        "assumed",
        "-1.8 to 1.6, which takes 0.8 to 0.40 and 0.95",
    )
    own_success: float = fraction(
        0.9, "the same chance of a project that the firm pays itself, as a share of it", "assumed", "assumed", "0.7 to 1"
    )
    abandonment_per_year: float = real(
        0.03,
        "1/year",
        0.0,
        1.0,
        "share of operating factories abandoned in a year",
        "smart_factory_dropout_and_demand.csv: firms that closed, 0.85 % a year, a lower bound; software unused by 16.9 %",
        "assumed",
        "0.0085 to 0.06",
    )
    pause_months: int = integer(
        12, "month", 1, 600, "months after which a failed or withdrawn firm may decide again", "assumed", "assumed", "6 to 24"
    )

    @derived
    def abandonment(self) -> float:
        """Chance per month that an operating factory is abandoned."""
        return 1.0 - math.pow(1.0 - self.abandonment_per_year, 1.0 / 12.0)


def duration_months(z: float, size: int, factor: float, p: Implementation) -> int:
    """Returns the log-normal duration in whole months, at least 1 unless the median is 0.

    Args:
        z: standard normal variate of the project.
        size: class of the firm.
        factor: what parks or regulation-free zones multiply the duration by.
        p: of the section.
    """
    median = p.median_months[size] * p.duration_factor
    if median <= 0.0:
        return 0
    months = int(median * factor * math.exp(p.sigma * z) + 0.5)
    return max(months, 1)


def duration_factor(in_open_park: bool, park_factor: float, zone_activity: float, zone_factor: float) -> float:
    """Returns what an open park and a regulation-free zone multiply the duration of a project by.

    Args:
        in_open_park: whether the firm sits in a park that is open when the work starts.
        park_factor, zone_factor: of an open park and of a fully active zone.
        zone_activity: of the firm's zone when the work starts, in 0..1.
    """
    factor = 1.0 - zone_activity * (1.0 - zone_factor)
    if in_open_park:
        factor *= park_factor
    return factor


def success_chance(route: int, size: int, p: Implementation) -> float:
    """Returns the chance that a project reaches production, by the route of its money and the size class of the firm."""
    chance = p.success[size]
    if p.success_shift != 0.0 and chance < 1.0:
        odds = chance / (1.0 - chance) * math.exp(p.success_shift)
        chance = odds / (1.0 + odds)
    if route == OWN:
        return chance * p.own_success
    return chance


def lifetime_months(u: float, p: Implementation) -> int:
    """Returns the geometric number of months that an operating factory lasts, at least 1; a large number for hazard 0.

    Args:
        u: uniform variate of the project in (0, 1).
        p: of the section.
    """
    if p.abandonment <= 0.0:
        return 1_000_000
    if p.abandonment >= 1.0:
        return 1
    months = math.log(u) / math.log(1.0 - p.abandonment)
    return int(min(months, 1_000_000.0)) + 1
