"""Trends of the yearly increase against R."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from mappa.growth import trend

PEERS = Path(__file__).parents[1] / "rates" / "peer_cases.csv"
with PEERS.open(encoding="utf-8", newline="") as file:
    CASES = [c for c in csv.DictReader(file) if c["case"].startswith("trend_")]


@pytest.mark.parametrize("case", CASES, ids=[c["case"] for c in CASES])
def test_a_peers_trend(case: dict[str, str]) -> None:
    """Version 1.1.0 gave the AR(1) slope of the Nile an error of 5.25 where R has 4.52."""
    expected, tolerance = json.loads(case["expected values"]), json.loads(case["tolerance"])
    model = "ar1" if "ar1" in case["case"] else "hac"
    row = trend._fit(model, "people", pd.Series(json.loads(case["inputs"])["y"], dtype=float))
    t = stats.t.ppf(0.975, row.years - (3 if model == "ar1" else 2))
    error = (row.high - row.low) / 2 / t
    found = {"slope": row.slope, "se": error, "rho": row.autocorrelation}
    for name, value in expected.items():
        allowed = tolerance.get(name, tolerance.get("*"))
        assert found[name] == pytest.approx(value, **allowed), name
