"""The table ``[[rule]]`` of a config: an adaptive policy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_validator

from aixsim.config.lines import Path as Key
from aixsim.config.parameter_tables import Table
from aixsim.config.validation import NotAllowed, finite
from aixsim.config.values import Month, annotated, plain
from aixsim.model.calendar import Horizon
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.policy_rules import BY_CALENDAR_YEAR, CHANGEABLE, ONLY_IF_PRESENT, Rule
from aixsim.model.registry import Registry

_Count = Annotated[float, BeforeValidator(lambda raw: finite(raw, "a count of the nation")), Field(ge=1)]


class When(Table):
    """When a rule acts: a count of the nation at the end of a month."""

    outcome: Literal[OUTCOMES]  # type: ignore[valid-type]  # one list of outcomes, here too
    by: Month
    at_least: _Count | None = None
    below: _Count | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> When:
        if self.at_least is None and self.below is None:
            raise NotAllowed("found neither at_least nor below", "at_least = COUNT, below = COUNT, or both")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise NotAllowed(f"found at_least = {self.at_least:g} and below = {self.below:g}", "at_least smaller than below")
        return self


def _fixed(value: Any) -> Any:
    if any(isinstance(item, Mapping) and "dist" in item for item in (plain(value), *_values(plain(value)))):
        raise NotAllowed("found a distribution", "one number, because a rule is a decision")
    return value


def _values(value: Any) -> Sequence[Any]:
    return list(value.values()) if isinstance(value, Mapping) else []


def _then() -> type[Table]:
    """Returns the model of ``then``: the settings that a rule can change, by lever."""
    levers: dict[str, Any] = {}
    for name, keys in CHANGEABLE.items():
        lever = Registry.of().levers[name]
        declared = {item.name: replace(item, certain=item.kind != "by_year") for item in lever.parameters.declared}
        fields: dict[str, Any] = {key: (Annotated[annotated(declared[key]), AfterValidator(_fixed)], None) for key in keys}
        levers[name] = (create_model(name, __base__=Table, __doc__=lever.title, **fields) | None, None)
    changed = create_model("Changed", __base__=Table, __doc__="Settings that change, by lever.", **levers)
    return create_model("Then", __base__=Table, __doc__="What a rule changes.", levers=(changed, ...))


class RuleTable(Table):
    """A rule: when a count is in a range by a month, settings of levers change from a later month on."""

    name: Annotated[str, Field(min_length=1)]
    when: When
    then: _then()  # type: ignore[valid-type]  # made from declarations
    start: Month

    @property
    def changed(self) -> dict[str, dict[str, Any]]:
        """Stated settings by lever."""
        tables = {name: table for name, table in self.then.levers if table is not None}
        return {name: {key: getattr(table, key) for key in table.model_fields_set} for name, table in tables.items()}

    def rule(self, in_sample: Callable[[float], int]) -> Rule:
        """Returns the rule as the model reads it; ``in_sample`` turns a national count into the smallest one of the sample."""
        at_least, below = (None if count is None else in_sample(count) for count in (self.when.at_least, self.when.below))
        return Rule(self.name, self.when.outcome, at_least, below, self.when.by, self.start, self.changed)


def rule_faults(rules: Sequence[RuleTable], levers: Collection[str], horizon: Horizon) -> Iterator[tuple[Key, NotAllowed]]:
    """Yields every rule whose months or levers do not fit, with its key.

    Args:
        rules: of a config.
        levers: names of its levers.
        horizon: its months.
    """
    for position, table in enumerate(rules):
        key: Key = ("rule", position)
        last = horizon.n_months - 1
        if not 0 <= horizon.index(table.when.by) < last:
            allowed = f"a month of the horizon but the last, {horizon.start} to {horizon.date(last - 1):%Y-%m}"
            yield (*key, "when", "by"), NotAllowed(f"found {table.when.by!r}", allowed)
        elif not horizon.index(table.when.by) < horizon.index(table.start) <= last:
            yield (*key, "start"), NotAllowed(f"found {table.start!r}", f"a month after {table.when.by}, at most {horizon.end}")
        if not table.changed or not all(table.changed.values()):
            yield (*key, "then"), NotAllowed("found a lever without a setting", "at least one setting of each lever")
        for lever, then in table.changed.items():
            if lever in ONLY_IF_PRESENT and lever not in levers:
                allowed = f"a config with [levers.{lever}]: a rule can change it, not begin it"
                yield (*key, "then", "levers", lever), NotAllowed(f"found {lever}, which the config lacks", allowed)
            for name, value in then.items():
                yield from _year_faults((*key, "then", "levers", lever, name), (lever, name), value, table.start, horizon)


def _year_faults(key: Key, setting: tuple[str, str], value: Any, start: str, horizon: Horizon) -> Iterator[tuple[Key, NotAllowed]]:
    if setting in BY_CALENDAR_YEAR and not start.endswith("-01"):
        found = f"found start = {start!r} with levers.{'.'.join(setting)}, which acts on whole calendar years"
        yield ("rule", key[1], "start"), NotAllowed(found, f"a January, such as {int(start[:4]) + 1}-01")
    first = int(start[:4])
    for year in value if isinstance(value, Mapping) else ():
        if not first <= year <= horizon.years[-1]:
            yield (*key, str(year)), NotAllowed(f"found the year {year}", f"years from the start on, {first} to {horizon.years[-1]}")
