"""Data: the tables of the study, their schema, their selection and their checks."""

from mappa.data.load import DEFAULT_DENOMINATOR, DENOMINATORS, Data, Stock, load

__all__ = ["DEFAULT_DENOMINATOR", "DENOMINATORS", "Data", "Stock", "load"]
