"""Rules between tables of a config."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aixsim.config.ensembles import EnsembleError, broken_columns, ensemble_path, read_ensemble, unused_columns
from aixsim.config.lines import Path as Key
from aixsim.config.models import MOST_FIRMS_COMPLETE, Config
from aixsim.config.observations import OF_PROGRAMMES
from aixsim.config.rule_tables import rule_faults
from aixsim.config.shipped import find_file
from aixsim.config.validation import NotAllowed, nearest
from aixsim.errors import shortened
from aixsim.model.levers.parks import PARK_MONEY
from aixsim.model.programmes import TERMS, Programme
from aixsim.model.registry import Registry

Faults = Iterator[tuple[Key, NotAllowed]]


def relations(config: Config, registry: Registry, folder: Path) -> Faults:
    """Yields every violated rule with its key.

    Args:
        config: a config whose tables are valid by themselves.
        registry: the mechanisms and levers that it may name.
        folder: to which paths in the config are relative.
    """
    yield from _names(config)
    yield from _dates(config)
    yield from _money(config)
    yield from _levers(config, registry)
    yield from _network(config)
    yield from rule_faults(config.rule, config.settings["levers"], config.horizon.months)
    yield from _files(config, folder)
    yield from _observations(config)
    yield from _ensemble(config, registry, folder)


def _names(config: Config) -> Faults:
    for table, items in (("programme", config.programme), ("goal", config.goal), ("expect", config.expect), ("rule", config.rule)):
        first: dict[str, str] = {}
        for position, name in enumerate(item.name for item in items):
            same = first.get(_plain(name))
            first.setdefault(_plain(name), name)
            if same == name:
                yield (table, position, "name"), NotAllowed(f"found {name!r} twice", "every name once")
            elif same is not None:
                allowed = "names that differ in more than capitals and spaces; the same name changes the table of the base"
                yield (table, position, "name"), NotAllowed(f"found {name!r} and {same!r}", allowed, same)


def _plain(name: str) -> str:
    """Returns a name without what eyes overlook: capitals, spaces, and other codes for the same letters, such as of Hangul."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _dates(config: Config) -> Faults:
    horizon = config.horizon.months
    goals = [(("goal", position, "by"), goal.by) for position, goal in enumerate(config.goal)]
    expects = [(("expect", position, "by"), expect.by) for position, expect in enumerate(config.expect)]
    observed = [(("observed", position, "month"), item.month) for position, item in enumerate(config.observed)]
    for key, month in (*goals, *expects, *observed):
        if not 0 <= horizon.index(month) < horizon.n_months:
            yield key, NotAllowed(f"found {month!r}", f"a month of the horizon, {horizon.start} to {horizon.end}")


def _money(config: Config) -> Faults:
    first, last = config.horizon.months.years[0], config.horizon.months.years[-1]
    for position, table in enumerate(config.programme):
        for parameter in Programme.declared:
            # Grants of the last years also need the budgets, and so the delivery, of the years in which their instalments are due.
            end = last + (table.instalments - 1 if parameter.name in ("budget_krw_bn", "delivery_shift") else 0)
            yield from _years(("programme", position, parameter.name), getattr(table, parameter.name), first, end)
        if table.delivered_from is not None and not first <= table.delivered_from <= last:
            allowed = f"a year of the horizon, {first} to {last}"
            yield ("programme", position, "delivered_from"), NotAllowed(f"found {table.delivered_from}", allowed)
        lowest, highest = table.lowest_grant_krw_bn, table.highest_grant_krw_bn
        if isinstance(lowest, float | int) and isinstance(highest, float | int) and lowest > highest:
            allowed = f"at most highest_grant_krw_bn, {highest:g}"
            yield ("programme", position, "lowest_grant_krw_bn"), NotAllowed(f"found {lowest:g}", allowed)
        for key, (_, kind) in TERMS.items():
            if getattr(table, key) is not None and table.kind != kind:
                yield (
                    ("programme", position, key),
                    NotAllowed(f"found {key} with kind = {table.kind!r}", f"{key} only with kind = {kind!r}"),
                )
        if _plain(table.name) == _plain(PARK_MONEY):
            yield ("programme", position, "name"), NotAllowed(f"found {table.name!r}", "another name: the parks' funding line has this one")
    if config.settings["funding"]["mode"] == "open" and config.programme:
        yield ("funding", "mode"), NotAllowed("found 'open' with programmes", "'programmes', or no [[programme]]")


def _years(key: Key, value: Any, first: int, last: int) -> Faults:
    """Yields the years of a table by year that no replicate would read."""
    for year in value if isinstance(value, dict) else ():
        if isinstance(year, int) and not first <= year <= last:
            yield (*key, str(year)), NotAllowed(f"found the year {year}", f"years that replicates read, {first} to {last}")


def _levers(config: Config, registry: Registry) -> Faults:
    horizon, programmes = config.horizon.months, [table.name for table in config.programme]
    for name, settings in config.settings["levers"].items():
        for parameter in registry.levers[name].parameters.declared:
            if settings[parameter.name] != parameter.default:
                yield from _years(("levers", name, parameter.name), settings[parameter.name], horizon.years[0], horizon.years[-1])
        if {"start", "stop"} <= settings.keys() and horizon.index(settings["stop"]) < horizon.index(settings["start"]):
            allowed = f"a month that is not before the start, {settings['start']!r}"
            yield ("levers", name, "stop"), NotAllowed(f"found {settings['stop']!r}", allowed)
        value = settings.get("programme", "all")
        if value not in ("all", *programmes):
            yield ("levers", name, "programme"), NotAllowed(f"found {value!r}", ", ".join(["all", *programmes]), nearest(value, programmes))


def _network(config: Config) -> Faults:
    kind, population = config.network.kind, config.population
    if kind == "supply" and population.kind != "korea-2023":
        allowed = "'supply' with population kind 'korea-2023'; otherwise none, complete, star, ring or file"
        yield ("network", "kind"), NotAllowed("found 'supply'", allowed)
    if kind == "complete" and (population.firms or 10**9) > MOST_FIRMS_COMPLETE:
        allowed = f"a complete network with at most {MOST_FIRMS_COMPLETE:,} homogeneous firms; peers are the same at any size"
        yield ("network", "kind"), NotAllowed("found 'complete'", allowed)


def _files(config: Config, folder: Path) -> Faults:
    for table, name in (("population", config.population.file), ("network", config.network.file)):
        if name is None:
            continue
        try:
            if not find_file(folder, name).is_file():
                yield (table, "file"), NotAllowed(f"found {name!r}, which does not exist", "a CSV file below the config's folder")
        except NotAllowed as fault:
            yield (table, "file"), fault


def _observations(config: Config) -> Faults:
    programmes = [table.name for table in config.programme]
    for position, item in enumerate(config.observed):
        if item.programme is not None and (item.outcome not in OF_PROGRAMMES or item.programme not in programmes):
            allowed = f"with outcome = {' or '.join(map(repr, OF_PROGRAMMES))} one of {', '.join(programmes)}, else none"
            yield ("observed", position, "programme"), NotAllowed(f"found {item.programme!r}", allowed, nearest(item.programme, programmes))
    for position, plan in enumerate(config.announcement):
        if plan.programme not in programmes:
            allowed = ", ".join(programmes) or "a [[programme]]"
            yield (
                ("announcement", position, "programme"),
                NotAllowed(f"found {plan.programme!r}", allowed, nearest(plan.programme, programmes)),
            )


def _ensemble(config: Config, registry: Registry, folder: Path) -> Faults:
    """Every column of an ensemble must be a parameter of the model; a fixed value or a missing table in the config takes precedence."""
    name = config.uncertainty.ensemble
    if name is None:
        return
    try:
        faults = list(broken_columns(path := ensemble_path(folder, name), config, registry))
        if not faults and len(unused := unused_columns(held := read_ensemble(path), config.settings)) == len(held.keys):
            found = f"{path}: none of its numbers is uncertain in this config: {shortened(', '.join(unused))}"
            faults = [NotAllowed(found, "an ensemble of numbers that this config states as distributions, or none")]
    except NotAllowed as fault:
        faults = [fault]
    except EnsembleError as error:
        faults = [NotAllowed(f"found {name!r}, which {error.reason}", "a Parquet file that aixsim calibrate has written")]
    yield from ((("uncertainty", "ensemble"), fault) for fault in faults)
