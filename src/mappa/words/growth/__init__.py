"""Sentences and tables of the growth question."""
