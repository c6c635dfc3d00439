"""The kernel: the schedule over arrays, compiled."""
