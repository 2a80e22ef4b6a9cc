"""Charts of forecasts and seals."""
