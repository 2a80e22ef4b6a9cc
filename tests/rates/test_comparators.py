"""What a force is compared with: sums of areas, distances, likeness."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.rates import comparators


def sphere(data: Data, places: dict[str, tuple[float, float]]) -> Data:
    """Return the data with areas at other places (latitude, longitude)."""
    areas = data.areas.copy()
    for name, (lat, lon) in places.items():
        areas.loc[areas["area"] == name, ["centroid_lat", "centroid_lon"]] = lat, lon
    return dataclasses.replace(data, areas=areas, digest=f"{data.digest}-moved")


def test_distances_are_arcs_of_a_great_circle(data: Data) -> None:
    """On a sphere of 6,371 km: a degree of a meridian is 111.19 km, at 60 degrees north a degree
    of a parallel spans 2 asin(cos 60 sin 0.5), and a quarter of the globe is 10,007.5 km.
    """
    places = {"Cumbria": (60.0, 0.0), "Surrey": (61.0, 0.0), "Kent": (60.0, 1.0)}
    found = comparators.distances(sphere(data, places | {"Essex": (-30.0, 0.0)}), "Cumbria")
    degree = np.pi / 180
    assert found["Surrey"] == pytest.approx(6371 * degree)
    assert found["Kent"] == pytest.approx(6371 * 2 * np.arcsin(0.5 * np.sin(0.5 * degree)))
    assert found["Essex"] == pytest.approx(6371 * np.pi / 2)
    assert isinstance(found, pd.Series) and "Cumbria" not in found.index
    assert found.is_monotonic_increasing
