"""Writes the data dictionary: every packaged table, its columns and its sources (``make docs``)."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Final

from aixsim.data.packaged import rows
from aixsim.report.text.markdown import markdown_table

PAGE: Final = Path("docs/reference/data.md")
MEANINGS: Final = {
    "adoption_barriers": "what keeps firms from adopting AI, by survey",
    "ai_adoption_rates": "share of firms that use AI, by country, year, survey and group",
    "ai_factory_budgets": "announced and passed budgets of the AI factory programme and of what goes with it",
    "ai_factory_effects": "effects on productivity, cost and quality that cases plan or report",
    "ai_factory_plan_and_delivery": "planned and delivered projects a year, months of the calls",
    "ai_factory_programme_by_year": "lead projects counted or planned a year, applications, money",
    "ai_factory_targets_history": "targets of the government over time, AI factories and their predecessors",
    "ax_parks": "the thirteen AX demonstration parks: province, money, period",
    "backtest_summary": "forecasts of smart factories by this model beside simple ones; computed here",
    "behaviour_parameters": "estimates of diffusion, durations, success and effects in the literature",
    "establishments_by_sector_10plus": "establishments with ten or more workers, by sector",
    "industrial_complexes": "industrial complexes and their tenants, by type and region",
    "industrial_parks": "large industrial parks: specialised sectors, tenants, selection for AX",
    "manufacturing_totals": "establishments, workers and firms in manufacturing by size",
    "max_alliance_size": "members of the M.AX Alliance",
    "mss_ai_smart_factory_plan_2026": "plan of the SME ministry for 2026, by track",
    "national_complex_operating_firms_by_sector": "operating firms in national complexes, by sector",
    "national_growth_fund": "the National Growth Fund by item",
    "network_targets": "published figures that population and network are compared with",
    "pole_structure": "registered factories and output of the five poles and three special zones",
    "population_assumptions": "what the tables of the population lack: values with ranges",
    "region_other_figures": "further figures of provinces, for comparison",
    "region_specialisation": "sectors over-represented in a province",
    "region_structure": "registered factories and output of the 17 provinces",
    "sector_structure": "establishments with ten or more workers, by division of KSIC",
    "smart_factory_adoption_by_size_2024": "share of firms with a smart factory, by size class",
    "smart_factory_budgets": "money for smart factories, by year and item",
    "smart_factory_by_park_2022": "smart factories in eight industrial parks",
    "smart_factory_by_region": "smart factories by region",
    "smart_factory_by_sector": "smart factories by sector",
    "smart_factory_collaborative": "smart factories that large firms pay for together with the state",
    "smart_factory_cumulative": "smart factories counted since 2014, and the targets",
    "smart_factory_dropout_and_demand": "closures, failures and demand among supported firms",
    "smart_factory_levels": "levels of smart factories",
    "smart_factory_targets": "targets for smart factories, and when each was known",
    "smart_factory_unit_support": "how much the state, a large firm and the firm itself pay for a smart factory",
    "sources": "the sources: publisher, title, date, address",
    "supply_network_facts": "published figures about supplier relations",
}
"""What each table holds."""
COMMON: Final = {
    "source_id": "sources of the row, in `sources.csv`",
    "confidence": "quoted in source, derived, assumed, or from general knowledge",
    "note": "remark",
}
"""Columns that mean the same in every table."""
_HEAD = """\
# Data

Written by `make docs` from the packaged tables (`src/aixsim/data`). Units are part of the names of
columns: `krw_bn` is KRW billion, `krw_tn` KRW trillion, `pct` percent. Every row names its sources
and how sure it is. An empty cell is not known. `aixsim describe --ledger -o ledger.html` shows what
the model makes of each number.

"""


def tables() -> list[str]:
    """Returns the names of the packaged tables, without their ending."""
    return sorted(path.name.removesuffix(".csv") for path in files("aixsim.data").iterdir() if path.name.endswith(".csv"))


def data_page() -> str:
    """Returns the page.

    Raises:
        KeyError: a table without a meaning.
    """
    common = markdown_table(("column", "in every table"), [(f"`{name}`", text) for name, text in COMMON.items()])
    parts = [_HEAD + "\n".join(common)]
    for name in tables():
        table = rows(f"{name}.csv")
        cells = [(f"`{column}`", *_content([row[column] or "" for row in table])) for column in table[0] if column not in COMMON]
        known = Counter((row.get("confidence") or "").partition(":")[0] for row in table if row.get("confidence"))
        grades = "; ".join(f"{grade}: {count}" for grade, count in known.most_common())
        count = f"{len(table)} row{'s' if len(table) != 1 else ''}" + (f" ({grades})" if grades else "")
        body = "\n".join(markdown_table(("column", "kind", "from, to or examples", "known"), cells))
        parts.append(f"## `{name}.csv`\n\n{MEANINGS[name][0].upper()}{MEANINGS[name][1:]}. {count}.\n\n{body}")
    return "\n\n".join(parts) + "\n"


def _content(cells: list[str]) -> tuple[str, str, str]:
    """Returns kind, range or examples, and how many cells are known."""
    known = [cell for cell in cells if cell]
    share = "all" if len(known) == len(cells) else f"{len(known)} of {len(cells)}"
    try:
        numbers = [float(cell) for cell in known]
    except ValueError:
        examples = list(dict.fromkeys(known))
        shown = "; ".join(text if len(text) <= 40 else f"{text[:37]}..." for text in examples[:3])
        return "text", shown.replace("|", "/") + ("; ..." if len(examples) > 3 else ""), share
    return ("number", f"{min(numbers):g} to {max(numbers):g}", share) if numbers else ("empty", "", share)


if __name__ == "__main__":
    PAGE.write_text(data_page(), encoding="utf-8")
