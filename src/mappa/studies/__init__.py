"""Studies: one object a notebook opens for each question."""
