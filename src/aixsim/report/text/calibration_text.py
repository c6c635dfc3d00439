"""A calibration in the terminal: what the counts say about the numbers, and how well the model reproduces the counts."""

from __future__ import annotations

import textwrap
from typing import Any

_WIDTH = 78


def calibration_text(report: dict[str, Any]) -> str:
    """Returns the content of ``calibration.json`` in plain words."""
    sample = f", sample of {100 * report['scale']:g} % of firms" if report["scale"] < 1 else ""
    lines = [report["title"], "=" * min(len(report["title"]), _WIDTH)]
    lines += textwrap.wrap(
        f"{report['particles']:,} particles after {report['runs']:,} runs{sample}; effective sample size {report['ess']:,.0f};"
        f" {100 * report['acceptance']:.0f} % of the last moves accepted; seed {report['seed']}.",
        _WIDTH,
    )
    lines += ["", f"{'counted':<38}{'count':>10}   simulated, median and 90 % range"]
    lines += [f"{d['what']:<38}{d['counted']:>10,.0f}   {d['p50']:,.0f} [{d['p05']:,.0f} to {d['p95']:,.0f}]" for d in report["data"]]
    if report["held_out"]:
        lines += ["", f"{'held out: predicted, never fitted':<38}{'count':>10}   predicted, median and 80 % interval"]
        for one in report["held_out"]:
            low, high = one["intervals"]["80"]
            lines.append(f"{one['what']:<38}{_number(one['counted']):>10}   {_number(one['median'])} [{_number(low)} to {_number(high)}]")
    width = max(len(one["key"]) for one in report["parameters"]) + 2
    lines += ["", f"{'number':<{width}}{'prior, 90 % range':<24}posterior, median and 90 % range"]
    for one in report["parameters"]:
        prior, posterior = one["prior"], one["posterior"]
        before = f"{prior['p05']:.3g} to {prior['p95']:.3g}"
        after = f"{posterior['p50']:.3g} [{posterior['p05']:.3g} to {posterior['p95']:.3g}]"
        lines.append(f"{one['key']:<{width}}{before:<24}{after}")
    lines.append("")
    lines += textwrap.wrap(
        "Numbers whose range has not moved are as unknown as before: the counts say nothing about them. Agreement with the counts above is"
        " no evidence, since they were fitted; aixsim backtest shows what the model foresees.",
        _WIDTH,
    )
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    """Returns a share in percent and a count with its digits grouped."""
    return f"{100 * value:.1f} %" if value <= 1.0 else f"{value:,.0f}"
