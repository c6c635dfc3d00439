"""Text of the cheapest package: the frontier, what one more factory costs, and what would have come anyway."""

from __future__ import annotations

from collections.abc import Sequence

from aixsim.answers.answer import Row
from aixsim.answers.package_tables import Reach
from aixsim.config.setting_names import setting_name
from aixsim.report.text.text_layout import Block, page, table, title


def reach_text(answer: Reach, width: int | None = None) -> str:
    """Returns the sentence and the tables, ``width`` columns wide."""
    packages = answer.tables["packages"].rows
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    ordered = sorted(packages, key=lambda row: row["public"])
    keys = [row["key"] for row in answer.tables["levers"].rows]
    names = [setting_name(key, with_unit=False) for key in keys]
    blocks.append([table(("  KRW bn", "probability", "verdict", *names), [_package(row, keys) for row in ordered])])
    marks = "> the answer; * the config; + on the frontier: no other package is both cheaper and more probable."
    blocks.append([f"Public money and probability, with intervals. {marks}"])
    goals = answer.tables["goals"].rows
    chosen = next(row for row in packages if row["chosen"])
    if any(row["goal"] == "all" for row in goals):
        rows = [(row["goal"], _chance(row)) for row in goals if row["package"] == chosen["package"]]
        blocks.append([table(("goal, under the answer", "probability"), rows)])
    if "cost" in answer.tables:
        cost = [
            (row["outcome"], row["payer"], _each(row), _ends(row, "factories", "{:+,.0f}"), f"{row['money']:+,.0f}")
            for row in answer.tables["cost"].rows
        ]
        blocks.append([table(("one more", "payer", "costs, KRW bn", "factories", "KRW bn"), cost)])
        about = "Answer minus config, paired; a negative cost with more factories means that they come with less money."
        more = [(row["quantity"], _value(row), row["unit"]) for row in answer.tables["additionality"].rows]
        blocks += [[about], [table(("additionality", "value", ""), more)]]
    levers = [(row["key"], f"{row['low']:g} to {row['high']:g}", row["money"], row["bounds"]) for row in answer.tables["levers"].rows]
    blocks.append([table(("varied", "within", "counted as", "bounds"), levers)])
    blocks.append([f"{answer.source[1]}.", *answer.notes])
    return page(blocks, width)


def _package(row: Row, keys: Sequence[str]) -> tuple[str, ...]:
    mark = (">" if row["chosen"] else "*" if row["package"] == 0 else " ") + ("+" if row["on_frontier"] else " ")
    verdict = row["verdict"] + ("" if row["within_money"] else ", too dear")
    settings = ["as is" if row[key] is None else f"{row[key]:.4g}" for key in keys]
    return (f"{mark} {row['public']:,.0f} [{row['public_low']:,.0f}, {row['public_high']:,.0f}]", _chance(row), verdict, *settings)


def _chance(row: Row) -> str:
    return f"{100 * row['probability']:.1f} % [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"


def _each(row: Row) -> str:
    return "not defined" if row["each"] is None else _ends(row, "each", "{:,.2f}")


def _ends(row: Row, name: str, form: str = "{:+,.1f}") -> str:
    estimate, low, high = (form.format(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    return f"{estimate} [{low}, {high}]"


def _value(row: Row) -> str:
    if row["value"] is None:
        return "not defined"
    if row["unit"].startswith("share"):
        return f"{100 * row['value']:.1f} % [{100 * row['value_low']:.1f}, {100 * row['value_high']:.1f}]"
    return _ends(row, "value", "{:,.2f}" if row["unit"] == "1" else "{:+,.1f}")
