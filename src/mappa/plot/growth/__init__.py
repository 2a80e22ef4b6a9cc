"""Charts of the growth question."""
