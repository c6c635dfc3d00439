"""Studies: many replicates, stored so that nothing finished is lost."""
