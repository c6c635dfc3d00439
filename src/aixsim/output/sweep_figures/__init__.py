"""Figures of sweeps."""

from __future__ import annotations

from pathlib import Path

from aixsim.analysis.sweeps import Sweep


def draw_sweep_figures(sweep: Sweep, folder: Path) -> None:
    """Draws."""
