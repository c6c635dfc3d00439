"""What a government can do: one file a lever. A new file that defines ``LEVER`` is a new lever."""
