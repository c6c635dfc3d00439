"""Figures of runs, sweeps, comparisons, calibrations, backtests and self-checks."""
