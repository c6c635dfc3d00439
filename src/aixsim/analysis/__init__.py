"""What results say: probabilities, intervals, curves, comparisons."""
