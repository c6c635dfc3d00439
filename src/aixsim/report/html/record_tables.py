"""The tables of a report that a run shares with a sweep: assumptions, data, decisions, roles, quality, and what is needed to repeat it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from aixsim.config.variant import in_words
from aixsim.data.packaged import rows as packaged
from aixsim.escapes import visible
from aixsim.evidence.assumptions import GRADES, Line, ledger_of, study_of
from aixsim.evidence.track_record import TABLE, better, is_of_korea
from aixsim.report.html.sourced_values import DataTable
from aixsim.results.observed_counts import observed
from aixsim.runs.files import file_checksum

ROLES: Final = ("commissioner", "analyst", "assurer", "approver")
"""Roles of the Aqua Book (2025)."""
_PARALLEL: Final = (
    ("MSS", "mss_ai_smart_factory_plan_2026.csv", {"year": "2026", "track": "total"}, "planned_projects_count", "projects"),
    ("MSS", "ai_factory_targets_history.csv", {"target_metric": "ai_smart_factories_sme"}, "target_value", "factories"),
    ("MSS", "ai_factory_budgets.csv", {"item": "smart factory construction and diffusion (bill)"}, "budget_krw_bn", "KRW bn"),
    ("MSS", "ai_factory_budgets.csv", {"item": "smart factory: AI factory building part (bill)"}, "budget_krw_bn", "KRW bn"),
    ("10 ministries", "ai_factory_budgets.csv", {"item": "AX-Sprint 300 total, 10 ministries"}, "budget_krw_bn", "KRW bn"),
    ("MOTIR", "ai_factory_budgets.csv", {"item": "AX-Sprint 300, MOTIR part"}, "budget_krw_bn", "KRW bn"),
    ("MSS", "ai_factory_budgets.csv", {"item": "AI applied products fast commercialisation, 36 tasks"}, "budget_krw_bn", "KRW bn"),
)
"""Programmes of other ministries that may pay for the same: ministry, packaged table, its row, its column, and unit."""
Tables = dict[str, DataTable]
Row = dict[str, Any]


def record_tables(config: Mapping[str, Any], about: Mapping[str, Any], numbers: Sequence[Mapping[str, Any]] = ()) -> Tables:
    """Returns the tables by name; those without rows are left out.

    Args:
        config: resolved config; its table ``report`` holds what the analyst stated.
        about: provenance of the run or sweep.
        numbers: rows of the table ``numbers`` of its sensitivity, if there is one.
    """
    stated = config.get("report", {})
    model = {name: table for name, table in config.items() if name != "report"}
    lines = ledger_of(model)
    counted = about["observed"] if "observed" in about else observed(study_of(model)) if model else ()
    tables = {
        "roles": DataTable([{"role": role, "who": stated.get(role)} for role in ROLES], "config.toml"),
        "stated": DataTable([_stated(stated, about)], "config.toml, provenance.json"),
        "grades": _grades(lines),
        "assumptions": _assumptions(lines, stated, numbers),
        "data": _data(),
        "sources": DataTable([dict(row) for row in packaged("sources.csv")], "aixsim/data/sources.csv"),
        "decisions": _decisions(config, stated, about),
        "track_record": _track_record(counted),
        "backtest": DataTable([_typed(row) for row in packaged(TABLE)], f"aixsim/data/{TABLE}"),
        "parallel": _parallel(config),
        "facts": _facts(about),
        "files": DataTable([{"file": name, "sha256": digest} for name, digest in about.get("files", {}).items()], "provenance.json"),
    }
    return {name: table for name, table in tables.items() if table.rows}


def _track_record(counted: Iterable[Mapping[str, Any]]) -> DataTable:
    """Returns the record of the backtest; empty if the observed counts are not those of the AI factories of Korea."""
    won, combined, compared = better()
    return DataTable([{"won": won, "combined": combined, "compared": compared}] if is_of_korea(counted) else [], f"aixsim/data/{TABLE}")


def _stated(stated: Mapping[str, Any], about: Mapping[str, Any]) -> Row:
    """Returns what the analyst stated, and until when the report may be used: by default the next year end, when a new count is known."""
    written = str(about.get("written", ""))[:10]
    given = stated.get("use_until")
    year_end = dt.date(dt.date.fromisoformat(written).year, 12, 31).isoformat() if written else None
    row: Row = {"use_until": given or year_end, "is_stated": given is not None, "written": written or None}
    return row | {name: stated.get(name) for name in ("owner", "review", "purpose", "duplication")}


def _grades(lines: Sequence[Line]) -> DataTable:
    found = [line.grade for line in lines]
    counted: list[Row] = [{"grade": grade, "meaning": meaning, "parameters": found.count(grade)} for grade, meaning in GRADES.items()]
    assumed = sum(row["parameters"] for row in counted if row["grade"] in ("C", "D"))
    return DataTable([row | {"of": len(lines), "assumed": assumed} for row in counted], "aixsim describe --ledger")


def _assumptions(lines: Sequence[Line], stated: Mapping[str, Any], numbers: Sequence[Mapping[str, Any]]) -> DataTable:
    """Returns the ledger, with the largest share of the variance of a goal or its count that each number explains."""
    shares: dict[str, float] = {}
    for one in numbers:
        if one["matters"]:
            shares[one["number"]] = max(one["share"], shares.get(one["number"], 0.0))
    told = {one["number"] for one in numbers}
    rows = []
    for line in lines:
        row: Row = {"key": line.key, "value": line.value, "range": line.range, "unit": line.unit, "meaning": line.meaning}
        row |= {"source": line.source, "date": line.date, "grade": line.grade, "owner": stated.get("owner")}
        row |= {"sensitivity": shares.get(line.key, 0.0 if line.key in told else None), "review": stated.get("review")}
        rows.append(row)
    return DataTable(rows, "aixsim describe --ledger")


def _data() -> DataTable:
    """Returns the packaged tables with the number of rows, how many of them are quoted from a source, and the SHA-256."""
    rows = []
    for file in sorted((files("aixsim") / "data").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".csv"):
            held = packaged(file.name)
            quoted = sum(row["confidence"].startswith("quoted") for row in held) if "confidence" in held[0] else None
            digest = file_checksum(files("aixsim") / "data" / file.name)  # type: ignore[arg-type]  # the package is installed as files
            rows.append({"file": file.name, "rows": len(held), "quoted": quoted, "sha256": digest})
    return DataTable(rows, "aixsim/data")


def _decisions(config: Mapping[str, Any], stated: Mapping[str, Any], about: Mapping[str, Any]) -> DataTable:
    """Returns what was decided: what counts, the goals, every setting that differs from the base, and what the analyst stated."""
    rows: list[Row] = [{"decision": "counts", "chosen": ", ".join(config.get("counts", [])), "instead_of": None}]
    rows += [
        {"decision": f"goal: {goal['name']}", "chosen": f"{goal['at_least']:g} {goal['outcome']} by {goal['by']}", "instead_of": None}
        for goal in config.get("goal", [])
    ]
    differs = about.get("variant", {}).get("differs", {})
    rows += [{"decision": key, "chosen": in_words(after), "instead_of": in_words(before)} for key, (before, after) in differs.items()]
    rows += [{"decision": "stated by the analyst", "chosen": text, "instead_of": None} for text in stated.get("decisions", [])]
    return DataTable(rows, "config.toml, provenance.json")


def _parallel(config: Mapping[str, Any]) -> DataTable:
    """Returns programmes that may pay for the same; none for a config that is not about the firms of Korea."""
    if config.get("population", {}).get("kind", "korea-2023") != "korea-2023":
        return DataTable([], "")
    rows = []
    for ministry, table, where, column, unit in _PARALLEL:
        found = next(row for row in packaged(table) if all(row[key] == text for key, text in where.items()))
        what = where.get("item") or ("SME AI smart factories" if column == "target_value" else "SME AI smart factories, plan of 2026")
        years = found.get("year_or_period") or found.get("year") or found.get("target_year")
        rows.append(
            {
                "ministry": ministry,
                "programme": what,
                "period": years,
                "amount": float(found[column]),
                "unit": unit,
                "source_id": found["source_id"],
                "table": table,
            }
        )
    return DataTable(rows, "aixsim/data")


def _facts(about: Mapping[str, Any]) -> DataTable:
    """Returns what is needed to repeat it."""
    names = (
        "command",
        "run_id",
        "config",
        "seed",
        "scale",
        "n_firms",
        "replicates_done",
        "replicates_failed",
        "engine",
        "written",
        "results_sha256",
        "model_sha256",
        "data_sha256",
        "git_commit",
        "aixsim",
        "python",
    )
    rows = [{"fact": name, "value": visible(str(about[name]))} for name in names if about.get(name) is not None]
    rows += [{"fact": name, "value": version} for name, version in about.get("packages", {}).items()]
    return DataTable(rows, "provenance.json")


def _typed(row: Mapping[str, str]) -> Row:
    """Returns the cells of a packaged table as numbers where they are numbers."""
    return {key: _number(text) for key, text in row.items()}


def _number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text
