"""Results: tables, goals and comparisons of finished runs and sweeps."""
