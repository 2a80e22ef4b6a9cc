"""Forecasts of the stock: benchmarks, backtest, scores, seals."""
