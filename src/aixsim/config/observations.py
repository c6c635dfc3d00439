"""The tables of a config for observed data: observations, announcements, calibration, ensemble."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from aixsim.config.parameter_tables import Table
from aixsim.config.validation import NotAllowed, finite
from aixsim.config.values import Month, annotated, by_year, json_schema, plain, years_schema
from aixsim.model.levers.parks import PLACES
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.parameters import Parameters, real
from aixsim.model.programmes import Programme
from aixsim.random.distributions import Distribution
from aixsim.world.classification import SIZES


class CountingLaw(Parameters):
    """Observation model: the distribution of observed counts."""

    dispersion: float = real(
        Distribution("loguniform", (0.01, 0.16)),
        "1",
        1e-6,
        4.0,
        "over-dispersion of a counted number: its variance is mean + dispersion * mean^2, so that 0.01 is an error of 10 %",
        "assumed; a tenth of the counts is disputed (smart_factory_cumulative.csv, smart_factory_dropout_and_demand.csv)",
        "assumed",
        "loguniform, an error of 10 to 40 %",
    )
    policy_error: float = real(
        0.4,
        "1/sqrt(year)",
        0.0,
        3.0,
        "standard deviation of the logarithm by which a budget that has not been passed deviates from its plan after one year",
        "smart_factory_budgets.csv: yearly changes of the logarithm 0.8, 0.2, 0.9 and 0.2 from 2016 to 2020, of mean 0.5",
        "assumed",
        "0.2 to 0.8",
    )


DISPERSION, POLICY_ERROR = CountingLaw.declared
OBSERVATION: Final = "observation."
"""Prefix of the parameters of the observation model, such as ``observation.dispersion``."""
_BUDGET, _GRANT = (next(item for item in Programme.declared if item.name == name) for name in ("budget_krw_bn", "grant_krw_bn"))
OF_PROGRAMMES: Final = ("applicants", "mean_grant_krw_m")
"""What is observed of a programme in a calendar year, beside the outcomes."""
Number = Annotated[Any, PlainValidator(lambda raw: finite(raw, "a finite number")), WithJsonSchema({"type": "number"})]


class Observed(Table):
    """An observed count or share.

    ``launched`` and the other outcomes are cumulative national counts at the end of the month; ``applicants`` are those of a programme,
    or of all of them, in the calendar year up to the month, and ``mean_grant_krw_m`` is the money that its grants took in that year over
    their number, in KRW m; with ``size`` or ``park`` the value is the share of its firms that have
    launched. ``relative_error`` is an additional error, for a value that is not a plain count.
    """

    month: Month
    outcome: Literal[(*OUTCOMES, *OF_PROGRAMMES)]  # type: ignore[valid-type]  # one list of outcomes, here too
    value: Number
    known_from: Month | None = None
    verified: bool = True
    held_out: bool = False
    relative_error: Annotated[Number, Field(ge=0, le=2)] = 0.0
    size: Literal[SIZES] | None = None  # type: ignore[valid-type]  # as above
    park: Literal[PLACES] | None = None  # type: ignore[valid-type]  # as above
    programme: Annotated[str, Field(min_length=1)] | None = None
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _is_possible(self) -> Observed:
        highest = 1.0 if self.is_share else 1e9
        if not 0.0 <= self.value <= highest:
            what = "a share from 0 to 1, with size or park" if self.is_share else f"0 to {highest:g}"
            raise NotAllowed(f"found value = {self.value:g}", what)
        if self.size is not None and self.park is not None:
            raise NotAllowed("found both size and park", "one of them, or none")
        if self.is_share and self.outcome != "launched":
            raise NotAllowed(f"found outcome = {self.outcome!r} with size or park", "outcome = 'launched'")
        return self

    @property
    def is_share(self) -> bool:
        """Whether the value is a share of the firms of a size class or park."""
        return self.size is not None or self.park is not None

    @property
    def group(self) -> str:
        """``size`` or ``park`` of a share, else empty."""
        return "size" if self.size is not None else "park" if self.park is not None else ""

    @property
    def public(self) -> str:
        """Month from which it was public; by default its own month, because year-end counts are announced within weeks."""
        return self.known_from or self.month


class Announcement(Table):
    """An announced plan: the later budgets that a forecast made after ``known_from`` may use.

    An announcement replaces all earlier ones, so it states all years. The budget of the year after ``known_from`` is taken as passed;
    those of later years are plans, from which actual budgets deviate by ``policy_error``.
    """

    known_from: Month
    programme: Annotated[str, Field(min_length=1)]
    budget_krw_bn: annotated(_BUDGET)  # type: ignore[valid-type]  # made from a declaration
    grant_krw_bn: Annotated[
        Any, PlainValidator(lambda raw: by_year(_GRANT, raw)), PlainSerializer(plain), WithJsonSchema(years_schema(json_schema(_GRANT)))
    ] = None
    source: Annotated[str, Field(min_length=1)]


class Calibration(Table):
    """Settings of ``aixsim calibrate`` and ``aixsim backtest``."""

    particles: Annotated[int, Field(ge=16, le=1_000_000)] = 1000
    moves: Annotated[int, Field(ge=1, le=1000)] = 3
    dispersion: annotated(DISPERSION) = DISPERSION.default  # type: ignore[valid-type]  # as above
    policy_error: Annotated[Number, Field(ge=POLICY_ERROR.low, le=POLICY_ERROR.high)] = POLICY_ERROR.default


class Uncertainty(Table):
    """Ensemble that replaces the distributions of uncertain parameters."""

    ensemble: Annotated[str, Field(min_length=1)] | None = None
