"""Text of a calibration: priors and posteriors of parameters, and fit of the counts."""

from __future__ import annotations

from typing import Any

from aixsim.report.text.text_layout import Block, page, table, title


def calibration_text(report: dict[str, Any], width: int | None = None) -> str:
    """Returns the content of ``calibration.json`` as text, ``width`` columns wide."""
    sample = f", sample of {100 * report['scale']:g} % of firms" if report["scale"] < 1 else ""
    blocks: list[Block] = [
        [
            *title(report["title"]),
            f"{report['particles']:,} particles after {report['runs']:,} runs{sample}; effective sample size {report['ess']:,.0f};"
            f" {100 * report['acceptance']:.0f} % of the last moves accepted; seed {report['seed']}.",
        ],
        [table(("fitted", "count", "simulated, median and 90 % range"), map(_fitted, report["data"]), right=[1])],
    ]
    if report["held_out"]:
        header = ("held out: predicted, not fitted", "count", "predicted, median and 80 % interval")
        blocks.append([table(header, map(_held_out, report["held_out"]), right=[1])])
    header = ("parameter", "prior, 90 % range", "posterior, median and 90 % range")
    blocks.append([table(header, map(_parameter, report["parameters"]))])
    blocks.append(
        [
            "A parameter whose range has not changed is as uncertain as before: the counts do not inform it. Agreement with the fitted"
            " counts is no evidence of predictive skill; aixsim backtest measures that.",
        ]
    )
    return page(blocks, width)


def _fitted(d: dict[str, Any]) -> tuple[str, str, str]:
    return d["what"], f"{d['counted']:,.0f}", f"{d['p50']:,.0f} [{d['p05']:,.0f} to {d['p95']:,.0f}]"


def _held_out(d: dict[str, Any]) -> tuple[str, str, str]:
    low, high = d["intervals"]["80"]
    return d["what"], _number(d["counted"]), f"{_number(d['median'])} [{_number(low)} to {_number(high)}]"


def _parameter(d: dict[str, Any]) -> tuple[str, str, str]:
    prior, posterior = d["prior"], d["posterior"]
    after = f"{posterior['p50']:.3g} [{posterior['p05']:.3g} to {posterior['p95']:.3g}]"
    return d["key"], f"{prior['p05']:.3g} to {prior['p95']:.3g}", after


def _number(value: float) -> str:
    """Returns a share in percent and a count with its digits grouped."""
    return f"{100 * value:.1f} %" if value <= 1.0 else f"{value:,.0f}"
