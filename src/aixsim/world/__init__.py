"""Firms and the ties between them."""
