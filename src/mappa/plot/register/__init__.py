"""Charts of the register question."""
