"""Evidence: what was counted weighs what is uncertain, and past forecasts are scored."""
