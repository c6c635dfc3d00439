"""The packaged tables, each row with its source and confidence, and how to read them."""
