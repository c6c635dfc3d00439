"""Results as web pages, each a file of its own that loads nothing from elsewhere."""
