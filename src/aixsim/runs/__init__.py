"""Runs: execution and storage of replicates."""
