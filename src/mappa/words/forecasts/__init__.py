"""Sentences and tables of forecasts and seals."""
