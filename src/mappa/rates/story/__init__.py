"""Story check: printed claims recomputed from the tables."""
