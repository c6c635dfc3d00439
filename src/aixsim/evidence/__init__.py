"""Evidence: calibration to observed counts, backtests, updates, and the ledger of assumptions."""
