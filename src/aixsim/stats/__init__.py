"""Statistics: intervals, scores and samplers, independent of the model."""
