"""Reports: text and figures for people."""
