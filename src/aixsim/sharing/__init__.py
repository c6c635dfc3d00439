"""For others: exports, packs that reproduce, and why two results differ."""
