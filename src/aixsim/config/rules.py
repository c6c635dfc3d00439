"""Rules between tables of a config: what each table alone cannot know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aixsim.config.ensembles import EnsembleError, broken_columns, ensemble_path
from aixsim.config.lines import Path as Key
from aixsim.config.models import MOST_FIRMS_COMPLETE, Expect, Goal
from aixsim.config.observations import broken_rules
from aixsim.config.study import Study
from aixsim.config.uncertain_numbers import numbers_of
from aixsim.config.validation import NotAllowed, nearest
from aixsim.model.levers.parks import PARK_MONEY
from aixsim.model.programmes import TERMS


def relations(study: Study) -> Iterator[tuple[Key, NotAllowed]]:
    """Yields every broken rule with the key it is about."""
    yield from _names(study)
    yield from _deadlines(study)
    yield from _money(study)
    yield from _levers(study)
    yield from _network(study)
    yield from _files(study)
    yield from broken_rules(study.horizon, list(study.settings["programme"]), study.observed, study.announcements)
    yield from _ensemble(study)


def _names(study: Study) -> Iterator[tuple[Key, NotAllowed]]:
    for table, items in (("programme", study.table.programme), ("goal", study.goals), ("expect", study.expects)):  # type: ignore[attr-defined]
        names = [item.name for item in items]
        first: dict[str, str] = {}
        for position, name in enumerate(names):
            same = first.get(_plain(name))
            first.setdefault(_plain(name), name)
            if same == name:
                yield (table, position, "name"), NotAllowed(f"found {name!r} twice", "every name once")
            elif same is not None:
                allowed = "names that differ in more than capitals and spaces; the same name changes the table of the base"
                yield (table, position, "name"), NotAllowed(f"found {name!r} beside {same!r}", allowed, same)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _deadlines(study: Study) -> Iterator[tuple[Key, NotAllowed]]:
    horizon = study.horizon
    dated: list[tuple[str, Sequence[Goal | Expect]]] = [("goal", study.goals), ("expect", study.expects)]
    for table, items in dated:
        for position, item in enumerate(items):
            if not 0 <= horizon.index(item.by) < horizon.n_months:
                yield (table, position, "by"), NotAllowed(f"found {item.by!r}", f"a month of the horizon, {horizon.start} to {horizon.end}")


def _money(study: Study) -> Iterator[tuple[Key, NotAllowed]]:
    years = study.horizon.years
    allowed = f"years of the horizon, {years[0]} to {years[-1]}"
    for position, (name, table) in enumerate(study.settings["programme"].items()):
        for key in ("budget_krw_bn", "grant_krw_bn"):
            if isinstance(table[key], dict):
                for year in table[key]:
                    if year not in years:
                        yield ("programme", position, key, str(year)), NotAllowed(f"found the year {year}", allowed)
        if table["delivered_from"] is not None and table["delivered_from"] not in years:
            yield ("programme", position, "delivered_from"), NotAllowed(f"found {table['delivered_from']}", allowed)
        for key, (_, kind) in TERMS.items():
            if table[key] is not None and table["kind"] != kind:
                yield (
                    ("programme", position, key),
                    NotAllowed(f"found {key} with kind = {table['kind']!r}", f"{key} with kind = {kind!r} alone"),
                )
        if _plain(name) == _plain(PARK_MONEY):
            yield ("programme", position, "name"), NotAllowed(f"found {name!r}", "another name: this one is that of the parks' money")
    if study.settings["funding"]["mode"] == "open" and study.settings["programme"]:
        yield ("funding", "mode"), NotAllowed("found 'open' with programmes", "'programmes', or no [[programme]]")


def _levers(study: Study) -> Iterator[tuple[Key, NotAllowed]]:
    programmes = list(study.settings["programme"])
    for name, settings in study.settings["levers"].items():
        if {"start", "stop"} <= settings.keys() and study.horizon.index(settings["stop"]) < study.horizon.index(settings["start"]):
            yield (
                ("levers", name, "stop"),
                NotAllowed(f"found {settings['stop']!r}", f"a month that is not before the start, {settings['start']!r}"),
            )
        value = settings.get("programme", "all")
        if value not in ("all", *programmes):
            yield ("levers", name, "programme"), NotAllowed(f"found {value!r}", ", ".join(["all", *programmes]), nearest(value, programmes))


def _network(study: Study) -> Iterator[tuple[Key, NotAllowed]]:
    kind, population = study.network.kind, study.population
    if kind == "supply" and population.kind != "korea-2023":
        yield (
            ("network", "kind"),
            NotAllowed("found 'supply'", "'supply' with population kind 'korea-2023'; otherwise none, complete, star, ring or file"),
        )
    if kind == "complete" and (population.firms or 10**9) > MOST_FIRMS_COMPLETE:
        yield (
            ("network", "kind"),
            NotAllowed(
                "found 'complete'",
                f"a complete network with at most {MOST_FIRMS_COMPLETE:,} homogeneous firms; peers are the same at any size",
            ),
        )


def _files(study: Study) -> Iterator[tuple[Key, NotAllowed]]:
    for table in ("population", "network"):
        name = getattr(study.table, table).file
        if name is None:
            continue
        home, target = study.folder.resolve(), (study.folder / name).resolve()
        if not target.is_relative_to(home):
            yield (table, "file"), NotAllowed(f"found {name!r}", "a path below the config's folder")
        elif not target.is_file():
            yield (table, "file"), NotAllowed(f"found {name!r}, which does not exist", "a CSV file below the config's folder")


def _ensemble(study: Study) -> Iterator[tuple[Key, NotAllowed]]:
    """Every column of an ensemble must be a number of the model; where a config states one number, or no such table, that holds."""
    if study.ensemble is None:
        return
    key = ("uncertainty", "ensemble")
    try:
        faults = list(broken_columns(ensemble_path(study.folder, study.ensemble), numbers_of(study)))
    except NotAllowed as fault:
        faults = [fault]
    except EnsembleError as error:
        faults = [NotAllowed(f"found {study.ensemble!r}, which {error.reason}", "a Parquet file that aixsim calibrate has written")]
    yield from ((key, fault) for fault in faults)
