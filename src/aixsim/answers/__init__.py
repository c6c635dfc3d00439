"""Answers to what is asked after the probability: what matters most, what it takes, which lever did it, and when it will be known."""
