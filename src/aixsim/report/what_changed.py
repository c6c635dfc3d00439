"""The page docs/explanation/what-changed-in-the-model.md, from the tables of the two experiments about the model's second version."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from aixsim.report.text.markdown import markdown_table

PAGE: Final = Path("docs/explanation/what-changed-in-the-model.md")
STEPS: Final = Path("experiments/2026-12-law-by-law/steps.csv")
EFFECTS: Final = Path("experiments/2026-12-effect-of-ties/effects.csv")
MONEY: Final = Path("experiments/2026-12-effect-of-ties/money.csv")
Rows = Sequence[Mapping[str, str]]
_HEAD: Final = """\
# What changed in the model

Written by `make docs` from the tables of
[experiments/2026-12-law-by-law](../../experiments/2026-12-law-by-law/README.md) and
[experiments/2026-12-effect-of-ties](../../experiments/2026-12-effect-of-ties/README.md), which also
say what was expected and how to run them again.

In the first version of the model money alone determined the number of launches: it equalled budget
over grant in every replicate, with ties or without. In the second version a firm must bring its own
part of the cost, leads pay for members, known solutions spare cost, time and risk, vendors and
engineers are limited, and under-funded projects fail more often. Unknown parameters are drawn from
distributions.

Both experiments were run before the months for which a smart factory takes engineers and the cost
of large firms' projects were drawn as well, which changed the probability of 500 operating from
21.3 to 21.1 %.

"""
_STEPS: Final = """\
## From the old result to the new one, law by law

The plan, the whole country, {replicates} replicates with the same seed in every row. The last two
columns are the paired change of the mean count from the row above, with the 95 % error of the
simulation.

"""
_EFFECTS: Final = """\
## What ties, models and levers add

The mean count with everything minus the mean count without ties, without collaboration models
(*models*) or without one lever, in percent of the former, with the 95 % error; {replicates} paired
replicates. *Changed* is the share of replicates in which any count differs.

"""
_MONEY: Final = """\
## Money alone compared with the model

*Money alone* is budget over grant, as a spreadsheet computes it. R squared is the share of the
variance of the model's count between replicates that it explains (0.99999 in the first version, for
launched).

"""


def page(steps: Rows, effects: Rows, money: Rows) -> str:
    """Returns the page.

    Args:
        steps: rows of ``STEPS``, in the order in which laws were switched on.
        effects, money: rows of ``EFFECTS`` and ``MONEY``.
    """
    parts = [_HEAD, _STEPS.format(replicates=steps[0]["replicates"]), *_steps(steps)]
    parts += [_EFFECTS.format(replicates=effects[0]["replicates"]), *_effects(effects), _MONEY, *_money(money)]
    return "".join(parts).rstrip() + "\n"


def _percent(share: str) -> str:
    return f"{100 * float(share):.0f}"


def _with_error(row: Mapping[str, str], name: str, digits: int) -> str:
    return f"{float(row[name]):+.{digits}f} ± {1.96 * float(row[f'{name}_se']):.{digits}f}"


def _steps(rows: Rows) -> list[str]:
    header = ("step", "500 launched, %", "median [90 %]", "500 operating, %", "median [90 %]", "launched", "operating")
    cells = []
    for position, row in enumerate(rows):
        one: list[str] = [row["step"]]
        for name in ("launched", "operating"):
            one += [_percent(row[f"{name}_probability"]), f"{row[f'{name}_p50']} [{row[f'{name}_p05']} to {row[f'{name}_p95']}]"]
        changes = [
            _with_error({name: row[f"{name}_change"], f"{name}_se": row[f"{name}_change_se"]}, name, 0)
            for name in ("launched", "operating")
        ]
        cells.append((*one, *(changes if position else ("", ""))))
    return ["\n".join(markdown_table(header, cells)), "\n\n"]


def _effects(rows: Rows) -> list[str]:
    header = ("context", "without", "changed, %", "launched, %", "operating, %")
    cells = [
        (
            row["context"],
            row["off"].replace("_", " "),
            _percent(row["changed"]),
            _with_error(row, "launched", 1),
            _with_error(row, "operating", 1),
        )
        for row in rows
    ]
    return ["\n".join(markdown_table(header, cells)), "\n\n"]


def _money(rows: Rows) -> list[str]:
    header = ("context", "ties", "goal", "model, %", "median", "money alone, %", "median", "R squared")
    cells = [
        (
            row["context"], row["ties"], row["goal"], _percent(row["probability"]), f"{float(row['median']):.0f}",
            _percent(row["money_alone_probability"]), f"{float(row['money_alone_median']):.0f}", f"{float(row['r_squared']):.2f}",
        )
        for row in rows
    ]  # fmt: skip
    return ["\n".join(markdown_table(header, cells)), "\n"]


def read(path: Path) -> list[dict[str, str]]:
    """Returns the rows of a CSV file."""
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    PAGE.write_text(page(read(STEPS), read(EFFECTS), read(MONEY)), encoding="utf-8")
