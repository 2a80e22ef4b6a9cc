"""What a notebook calls: the forecast from a date, how such forecasts did, and their scores."""

from mappa.forecasts.backtest import rolling_origins
from mappa.forecasts.benchmarks import combine
from mappa.forecasts.benchmarks import national_series as series
from mappa.forecasts.scores import seal_scores
from mappa.forecasts.scoring import crps_quantiles as crps
from mappa.forecasts.scoring import interval_score
from mappa.forecasts.view import forecast
from mappa.forecasts.vintage import published_later
