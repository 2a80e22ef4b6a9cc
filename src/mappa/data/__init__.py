"""Data: the tables of the study, their schema, their selection and their checks."""

from mappa.data.load import Data, load
from mappa.data.stock import DEFAULT_DENOMINATOR, DENOMINATORS, Stock

__all__ = ["DEFAULT_DENOMINATOR", "DENOMINATORS", "Data", "Stock", "load"]
