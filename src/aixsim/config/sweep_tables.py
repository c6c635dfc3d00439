"""The tables of a study file for ``aixsim sweep``, as pydantic models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from aixsim.config.designs import SAMPLED
from aixsim.config.distribution_tables import DISTRIBUTION_SCHEMA, distribution
from aixsim.config.models import MOST_REPLICATES, Number, Seed, Whole
from aixsim.config.parameter_tables import Table
from aixsim.config.validation import NotAllowed, finite
from aixsim.model.outcomes import OUTCOMES
from aixsim.random.distributions import Distribution

MOST_POINTS = 100_000
_FACTOR = "a list, { low, high, step }, { low, high, points }, or a distribution such as { dist = 'uniform', low = 0.1, high = 0.3 }"


class DesignTable(Table):
    """Design of the points."""

    kind: Literal["factorial", "latin-hypercube", "sobol-sequence", "sobol", "morris", "one-at-a-time", "table"] = "factorial"
    points: Annotated[Whole, Field(ge=1, le=MOST_POINTS)] | None = None
    trajectories: Annotated[Whole, Field(ge=1, le=10_000)] | None = None
    seed: Annotated[Whole, Field(ge=0, lt=2**32)] = 1
    file: str | None = None

    @model_validator(mode="after")
    def _fits_kind(self) -> DesignTable:
        for key, kinds in (("points", ("sobol", "sobol-sequence", "latin-hypercube")), ("trajectories", ("morris",)), ("file", ("table",))):
            if (self.kind in kinds) != (getattr(self, key) is not None):
                found = "without" if self.kind in kinds else "with"
                raise NotAllowed(f"found kind = {self.kind!r} {found} {key}", f"{key} with kind = {' or '.join(kinds)}, and only there")
        if "seed" in self.model_fields_set and self.kind not in SAMPLED:
            raise NotAllowed(f"found kind = {self.kind!r} with seed", f"seed with kind = {' or '.join(SAMPLED)}: nothing else is drawn")
        return self

    @property
    def size(self) -> int:
        """Points, base points or trajectories; 0 where the levels of the factors say it."""
        return (self.points or self.trajectories or 0) if self.kind in SAMPLED else 0


class DecisionTable(Table):
    """Decision at every point: whether a goal is reached with at least this probability."""

    goal: str | None = None
    probability: Annotated[Number, Field(gt=0, lt=1)] = 0.8


class KeepTable(Table):
    """What is stored for every replicate."""

    outcomes: Annotated[list[Literal[OUTCOMES]], Field(min_length=1)] | None = None  # type: ignore[valid-type]  # one list, here too
    parameters: bool = False
    money: bool = False


class SweepMonteCarlo(Table):
    """Number of replicates of each point, and seed."""

    replicates: Annotated[Whole, Field(ge=1, le=MOST_REPLICATES)]
    most_replicates: Annotated[Whole, Field(ge=1, le=MOST_REPLICATES)] | None = None
    seed: Seed
    confidence: Annotated[Number, Field(ge=0.5, le=0.9999)] = 0.95
    common_random_numbers: bool = True
    seconds_per_replicate: Annotated[Number, Field(gt=0)] = 600.0

    @model_validator(mode="after")
    def _ordered(self) -> SweepMonteCarlo:
        if self.most_replicates is not None and self.most_replicates < self.replicates:
            raise NotAllowed(f"found most_replicates = {self.most_replicates}", f"at least replicates = {self.replicates}")
        return self


def factor(raw: Any) -> tuple[Any, ...] | Distribution:
    """Returns the levels or the distribution of a factor.

    Raises:
        NotAllowed: the value is neither.
    """
    if isinstance(raw, list):
        if not raw or any(raw[:k].count(value) for k, value in enumerate(raw)):
            raise NotAllowed(f"found {raw!r}", "a list of different values, at least one")
        return tuple(raw)
    if isinstance(raw, dict) and "dist" in raw:
        return distribution(raw)
    if isinstance(raw, dict) and set(raw) == {"low", "high", "step"}:
        return _range(*(finite(raw[key], f"a finite number for {key}") for key in ("low", "high", "step")), raw=raw)
    if isinstance(raw, dict) and {"low", "high", "points"} <= set(raw) <= {"low", "high", "points", "scale"}:
        return _grid(finite(raw["low"], "a number"), finite(raw["high"], "a number"), raw["points"], raw.get("scale", "linear"))
    raise NotAllowed(f"found {raw!r}", _FACTOR)


def _range(low: float, high: float, step: float, *, raw: dict[str, Any]) -> tuple[Any, ...]:
    if not (low < high and step > 0 and (high - low) / step < MOST_POINTS):
        raise NotAllowed(f"found {raw!r}", f"low < high and step > 0, at most {MOST_POINTS:,} steps")
    # 1e-9: (0.3 - 0.1) / 0.1 is a little less than 2.
    n = int((high - low) / step + 1e-9) + 1
    whole = all(isinstance(raw[key], int) for key in raw)
    values = [low + k * step for k in range(n)]
    return tuple(round(value) for value in values) if whole else tuple(float(f"{value:.12g}") for value in values)


def _grid(low: float, high: float, points: Any, scale: Any) -> tuple[float, ...]:
    if not isinstance(points, int) or isinstance(points, bool) or not 2 <= points <= MOST_POINTS or low >= high:
        raise NotAllowed(f"found low = {low:g}, high = {high:g}, points = {points!r}", "low < high and 2 points or more")
    if scale == "log" and low > 0:
        return tuple(float(f"{low * (high / low) ** (k / (points - 1)):.12g}") for k in range(points))
    if scale != "linear":
        raise NotAllowed(f"found scale = {scale!r}", "'linear', or 'log' with low > 0")
    return tuple(float(f"{low + (high - low) * k / (points - 1):.12g}") for k in range(points))


Factor = Annotated[
    Any,
    BeforeValidator(factor),
    WithJsonSchema({"anyOf": [{"type": "array", "minItems": 1}, {"type": "object", "required": ["low", "high"]}, DISTRIBUTION_SCHEMA]}),
]


def _at_least_one(policies: dict[str, str]) -> dict[str, str]:
    if not policies:
        raise NotAllowed("found no policy", 'name = "path of a config"')
    return policies


class SweepTable(Table):
    """A study file: configs, factors and replicates."""

    title: Annotated[str, Field(min_length=1)] | None = None
    base: str | None = None
    policies: Annotated[dict[str, str], AfterValidator(_at_least_one)] | None = None
    set: dict[str, Any] = Field(default={})
    design: DesignTable = DesignTable()
    factors: dict[str, Factor] = Field(default={})
    decision: DecisionTable = DecisionTable()
    keep: KeepTable = KeepTable()
    monte_carlo: SweepMonteCarlo

    @model_validator(mode="after")
    def _whole(self) -> SweepTable:
        if (self.base is None) == (self.policies is None):
            raise NotAllowed("found " + ("neither base nor policies" if self.base is None else "both base and policies"), "one of them")
        if self.design.kind in SAMPLED and not self.factors:
            raise NotAllowed(f"found kind = {self.design.kind!r} without factors", "at least one of [factors]")
        if self.design.kind == "table" and any(not key.startswith(("goal.", "goal[")) for key in self.factors):
            raise NotAllowed("found [factors] with kind = 'table'", "the factors in the columns of the file; goals alone in [factors]")
        if both := [key for key in self.factors if key in self.set]:
            raise NotAllowed(f"found {both[0]!r} in [set] and in [factors]", "one of them")
        return self
