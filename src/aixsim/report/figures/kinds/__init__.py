"""Kinds of figures, one file each: a new file that defines ``FIGURE`` is a new kind."""
