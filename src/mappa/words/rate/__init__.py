"""Sentences and tables of the rate question."""
