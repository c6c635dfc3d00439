"""Random numbers: addressed draws and probability distributions."""
