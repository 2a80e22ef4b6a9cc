"""Sentences and tables of the register question."""
