"""Figures: the tables of the study, their schema, their selection and their checks."""

from mappa.figures.load import Figures, load

__all__ = ["Figures", "load"]
