"""Results as web pages; each is a single file without external resources."""
