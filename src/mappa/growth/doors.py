"""What a notebook calls: plain frames or the tables in, numeric frames and small records out."""

from mappa.growth.change import compare, compound, periods, span, spans
from mappa.growth.control import control_chart
from mappa.growth.estimates import area_estimates, area_forecasts
from mappa.growth.measures import other_measures
from mappa.growth.national import contributions
from mappa.growth.record import answer
from mappa.growth.series import counts, known_rates
from mappa.growth.trends import increases, trend
from mappa.growth.validation import scores
from mappa.rates.change import growth_table, year_change
