"""Sweeps: many points, many replicates, one folder that survives whatever happens in the night."""
