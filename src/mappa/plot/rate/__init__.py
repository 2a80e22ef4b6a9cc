"""Charts of the rate question."""
