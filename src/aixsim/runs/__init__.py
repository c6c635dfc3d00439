"""Runs: replicates carried out, stored and resumed."""
