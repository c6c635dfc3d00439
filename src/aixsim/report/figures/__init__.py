"""Figures of runs, sweeps, comparisons, calibrations, back-tests and self-checks."""
