"""The model: what determines a replicate's numbers besides firms and ties."""
