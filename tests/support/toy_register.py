"""A small register whose every factor has a closed form: a constant death rate, simple lengths."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mappa.register.arrays import Array
from mappa.register.inputs.build import Inputs, Points
from mappa.register.inputs.parameters import ParameterTable, Version
from mappa.register.law.terms import Terms
from mappa.register.stockflow.cohorts import DISPOSALS, Drivers
from mappa.register.stockflow.lengths import Lengths
from mappa.register.stockflow.stock import RegisterModel

#: Yearly death rate at every age.
DEATHS = 0.02
TERMS = Terms(
    start=pd.Timestamp("2000-01-01"),
    change=pd.Timestamp("2003-01-01"),
    caution_before=5.0,
    caution=2.0,
    other=5.0,
    short=7.0,
    middle=10.0,
    long=np.inf,
    short_limit=6.0,
    threshold=30.0,
    young_factor=0.5,
    review_wait=6.0,
    review_start=pd.Timestamp("2008-01-01"),
)
#: Lengths of custody: half below 24 months, evenly in log length on either side.
LENGTHS = Lengths(np.log([6.0, 24.0, 96.0]), np.array([0.0, 0.5, 1.0]), 0.0)


def points(*pairs: tuple[float, float]) -> Points:
    """Return an input that is *pairs* of a decimal year and a value."""
    t, value = np.array(pairs, float).reshape(-1, 2).T
    return Points(t, value, *((("published",) * len(pairs),) * 3))


def toy_inputs(**changes: Points) -> Inputs:
    """Return the inputs of the small register up to the end of 2011, some of them changed."""
    series = {
        "sentenced": points((2000.0, 1000.0), (2010.0, 2000.0)),
        "custody": points((2000.0, 400.0), (2005.0, 650.0), (2010.0, 900.0)),
        "life": points((2000.0, 20.0), (2010.0, 90.0)),
        "suspended_share": points((2005.0, 0.2), (2009.0, 0.4)),
        "young_share": points((2005.0, 0.2)),
        "cautions": points((2000.0, 300.0), (2010.0, 100.0)),
        "caution_young_share": points((2005.0, 0.5)),
        "images": points((2000.0, 200.0), (2010.0, 400.0)),
        "images_custody": points((2000.0, 50.0), (2010.0, 100.0)),
        "images_suspended_share": points((2005.0, 0.3), (2009.0, 0.5)),
        "images_cautions": points((2000.0, 40.0), (2010.0, 80.0)),
        "length": points((2002.0, 24.0), (2005.0, 30.0), (2008.0, 36.0)),
        "length_parts": points((2000.0, 20.0), (2004.0, 30.0)),
        "served": points((2002.0, 0.4), (2008.0, 0.6)),
        "orders": points((2004.5, 0.5), (2008.5, 1.5)),
    }
    return Inputs(
        as_of=pd.Timestamp("2011-12-31"),
        terms=TERMS,
        series=series | changes,
        ages=np.array([30.0, 50.5]),
        age_weights=np.array([0.25, 0.75]),
        death_rate=np.full(100, DEATHS),
        band_edges=np.array([6.0, 12.0, 48.0]),
        band_counts=np.array([10.0, 20.0, 50.0, 20.0]),
        base_year=2005.0,
        initial_prisoners=100.0,
        orders_mean=2.0,
    )


def toy_values(**changes: float) -> dict[str, float]:
    """Return a value for each parameter, some of them changed."""
    values = {
        "kappa_other": 0.5,
        "kappa_custody": 0.8,
        "kappa_images": 0.9,
        "kappa_caution": 0.6,
        "scope_before": 0.7,
        "legacy_community": 300.0,
        "legacy_wait": 2.0,
        "legacy_prison_indefinite": 0.8,
        "legacy_community_indefinite": 0.35,
        "legacy_elapsed": 1.5,
        "suspended_middle": 0.75,
        "suspended_first": 0.1,
        "extension": 0.2,
        "extension_years": 4.0,
        "absent": 0.05,
        "excess_mortality": 1.5,
        "share_long": 0.45,
        "served_short": 0.5,
        "served_long": 0.6,
        "served_trend": 0.03,
        "review_rate": 0.1,
        "life_release": 0.06,
        "length_before": 0.02,
        "length_after": 0.01,
        "images_long": 0.1,
        "images_short": 0.3,
        "images_served": 0.6,
        "recalled": 0.08,
        "counted_from": 2004.0,
        "young_share": 0.2,
        "caution_young_share": 0.25,
        "walk_known": 0.06,
        "walk_thin": 0.1,
        "knot_years": 2.0,
    }
    return values | changes


def toy_drivers(size: int, **changes: Array) -> Drivers:
    """Return drivers that differ by disposal and cohort, some of them changed."""
    weights = np.arange(1.0, len(DISPOSALS) + 1)
    fields = {
        "total": np.linspace(1000.0, 2000.0, size),
        "latent": np.outer(np.linspace(0.9, 1.2, len(DISPOSALS)), np.ones(size)),
        "mix": np.outer(weights / weights.sum(), np.ones(size)),
        "life": np.linspace(0.02, 0.1, size),
        "threshold_length": np.linspace(-0.2, 0.3, size),
        "release_length": np.linspace(-0.1, 0.2, size),
        "served": np.linspace(0.5, 0.7, size),
    }
    return Drivers(**(fields | changes))


def toy_model(
    horizon: float = 0.0, inputs: Inputs | None = None, **changes: float
) -> RegisterModel:
    """Return the model of the small register; all coordinates at zero give its values."""
    values = toy_values(**changes)
    counted_from = values.pop("counted_from")
    priors = ParameterTable(
        names=tuple(values),
        transform=("natural",) * len(values),
        centre=np.array(list(values.values())),
        scale=np.ones(len(values)),
        fixed=values,
        frame=pd.DataFrame(),
        versions=(
            Version("toy", "", counted_from, True, True, ""),
            Version("plain", "", 1990.0, False, False, ""),
        ),
        version=0,
    )
    return RegisterModel(inputs or toy_inputs(), priors, horizon=horizon)
