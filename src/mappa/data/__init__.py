"""Figures: the tables of the study, their schema, their selection and their checks."""

from mappa.data.load import Data, load

__all__ = ["Data", "load"]
