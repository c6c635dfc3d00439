"""Statistics: intervals, scores and samplers that know nothing of the model."""
