"""Results: tables of finished runs and what they say."""
