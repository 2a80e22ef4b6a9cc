"""What a force is compared with: sums of areas, distances, likeness."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.data.stock import Stock
from mappa.errors import UnknownName
from mappa.rates import comparators, forces
from mappa.rates.comparators import Comparator, choose

AS_OF = "2020-03-31"


@pytest.fixture(scope="module")
def stock(data: Data) -> Stock:
    return data.on(AS_OF)


def ruled(data: Data, rule: str, areas: str = "", number: float = np.nan) -> Stock:
    """Return the stock of the date with one comparator of *rule*, called own."""
    row = {"comparator": "own", "label": "its own", "rule": rule, "areas": areas, "number": number}
    table = pd.DataFrame([row | {"how_chosen": "by hand"}])
    changed = dataclasses.replace(data, comparators=table, digest=f"{rule}{areas}{number}")
    return changed.on(AS_OF)


def summed(stock: Stock, areas: list[str]) -> tuple[float, float]:
    return float(stock.counts[areas].sum()), float(stock.people[areas].sum())


def test_the_table_names_the_comparators(data: Data) -> None:
    assert comparators.names(data) == [
        "rest", "outside_london", "neighbours", "similar", "typical", "nation",
    ]  # fmt: skip
    with pytest.raises(UnknownName, match="comparator") as caught:
        choose(data.on(AS_OF), "Cumbria", "neighbour")
    assert "neighbours" in str(caught.value)
    assert "neighbour" in str(caught.value)


def test_the_rest_is_the_nation_less_the_force(stock: Stock) -> None:
    found = choose(stock, "Cumbria", "rest")
    assert (found.name, found.label) == ("rest", "the rest of England and Wales")
    assert found.how_chosen.startswith("Every area but the force itself")
    assert (found.count, found.people) == (62_435 - 594, 52_252_671 - 449_975)
    assert found.rate == pytest.approx(61_841 / 51_802_696)
    assert found.areas == tuple(a for a in stock.data.names if a != "Cumbria")
    assert found.known


def test_the_rest_needs_the_forces_own_count(data: Data) -> None:
    found = choose(data.on(AS_OF), "Surrey", "rest")
    assert found.status == "no count of Surrey is published here for the date"
    assert (found.known, found.rate, found.areas) == (False, None, ())
    without = choose(ruled(data, "all_but", "Kent;Surrey"), "Essex", "own")
    unknown = [a for a in ("Essex", "Kent", "Surrey") if a not in data.on(AS_OF).counts]
    assert without.status == f"no count of {' and '.join(unknown)} is published here for the date"
    assert (without.name, without.label, without.how_chosen) == ("own", "its own", "by hand")


def test_all_but_leaves_out_the_force_and_the_named(data: Data) -> None:
    stock = ruled(data, "all_but", "London; Norfolk ;")
    found = choose(stock, "Cumbria", "own")
    gone = ["Cumbria", "London", "Norfolk"]
    assert set(found.areas) == set(data.names) - set(gone)
    count, people = summed(stock, gone)
    assert found.count == stock.national_count - count
    assert found.people == stock.national_people - people


def test_the_nation_is_taken_as_known(stock: Stock) -> None:
    found = choose(stock, "Cumbria", "nation")
    assert found.rate == found.modelled_rate == pytest.approx(62_435 / 52_252_671)
    assert (found.log_se, found.areas) == (0.0, tuple(stock.data.names))
    assert (found.count, found.people) == (None, None)
    assert (found.name, found.known) == ("nation", True)


def test_a_list_is_the_sum_of_those_with_a_count(data: Data) -> None:
    stock = ruled(data, "list", "Norfolk;Cumbria;Surrey;Lancashire")
    found = choose(stock, "Cumbria", "own")
    assert found.areas == ("Norfolk", "Lancashire")
    assert found.without_count == ("Surrey",)
    assert (found.count, found.people) == summed(stock, ["Norfolk", "Lancashire"])
    assert (found.name, found.status) == ("own", "")
    none = choose(ruled(data, "list", "Surrey"), "Cumbria", "own")
    assert none.status == "none of its own has a count on the date"
    assert (none.without_count, none.count, none.known) == (("Surrey",), None, False)


def test_areas_that_a_reader_names(stock: Stock) -> None:
    """By any name that the tables know; the force itself is left out."""
    found = choose(stock, "Cumbria", ["Norfolk", "Cumbria", "Lancashire Constabulary"])
    assert found.areas == ("Norfolk", "Lancashire")
    assert (found.count, found.people) == summed(stock, ["Norfolk", "Lancashire"])
    assert (found.name, found.how_chosen) == ("chosen", "areas named by the reader")
    assert found.label == "Norfolk and Lancashire"


@pytest.mark.parametrize(
    ("areas", "label"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (list("ABCDEFGH"), "A, B, C, D, E, F, G and H"),
        (list("ABCDEFGHI"), "9 areas together"),
    ],
)
def test_the_label_of_named_areas(areas: list[str], label: str) -> None:
    found = comparators.listed(areas)
    assert found == Comparator("chosen", label, "areas named by the reader")


def test_the_nearest_are_taken_by_distance_counted_or_not(data: Data) -> None:
    stock = ruled(data, "nearest", number=6)
    near = comparators.distances(data, "Cumbria").index[:6]
    found = choose(stock, "Cumbria", "own")
    assert {*found.areas, *found.without_count} == set(near)
    assert found.areas == tuple(a for a in near if a in stock.counts)
    assert (found.count, found.people) == summed(stock, list(found.areas))
    assert found.name == "own"


def test_the_similar_are_the_most_alike_with_a_count(data: Data) -> None:
    stock = ruled(data, "similar", number=3)
    alike = comparators.dissimilarity(data, "Cumbria", stock.mid_year).index
    found = choose(stock, "Cumbria", "own")
    assert list(found.areas) == [a for a in alike if a in stock.counts][:3]
    assert found.without_count == ()
    assert found.count == summed(stock, list(found.areas))[0]


def test_the_typical_force_is_fitted_without_the_force(stock: Stock) -> None:
    found, among = choose(stock, "Cumbria", "typical"), forces.forces(stock)
    assert among is not None
    fit = forces.typical_without(among, "Cumbria")
    assert (found.rate, found.log_se) == (fit.rate, fit.se)
    assert found.areas == tuple(a for a in among.areas if a != "Cumbria")
    assert found.without_count == among.pool.areas
    other = choose(stock, "Surrey", "typical")
    assert other.without_count == tuple(a for a in among.pool.areas if a != "Surrey")
    assert len(other.areas) == len(found.areas) + 1


def test_no_typical_force_of_fewer_than_five(data: Data) -> None:
    figures = data.area_figures
    kept = figures["area"].isin(["Cumbria", "Norfolk", "Kent", "Essex"])
    few = dataclasses.replace(data, area_figures=figures[kept], digest="few")
    found = choose(few.on(AS_OF), "Cumbria", "typical")
    assert found.status == "fewer than 5 areas have a count on the date"
    assert not found.known


def test_a_rate_is_modelled_or_counted_or_not_known() -> None:
    bare = Comparator("", "", "")
    assert (bare.rate, bare.known) == (None, False)
    cases: tuple[tuple[dict[str, Any], float | None], ...] = (
        ({"count": 3.0, "people": 6.0}, 0.5),
        ({"count": 3.0, "people": 0.0}, None),
        ({"count": None, "people": 6.0}, None),
        ({"modelled_rate": 0.25, "count": 3.0, "people": 6.0}, 0.25),
    )
    for changes, rate in cases:
        found = dataclasses.replace(bare, **changes)
        assert (found.rate, found.known) == (rate, rate is not None)
    assert not dataclasses.replace(bare, count=3.0, people=6.0, status="why").known


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


def banded(data: Data) -> Data:
    """Return the data with four areas of two age bands in 2010 and in 2015."""
    shares = {
        2010: {"Cumbria": (50, 50), "Kent": (60, 40), "Essex": (40, 60), "Surrey": (90, 10)},
        2015: {"Cumbria": (50, 50), "Kent": (90, 10), "Essex": (40, 60), "Surrey": (60, 40)},
    }
    rows = [
        (area, year, sex, band, people)
        for year, areas in shares.items()
        for area, bands in areas.items()
        for sex, more in (("M", 1), ("F", 3))
        for band, people in zip(("0-9", "10+"), np.multiply(bands, more), strict=True)
    ]
    columns = ["area", "mid_year", "sex", "age_band", "population"]
    bands = pd.DataFrame(rows, columns=columns)
    return dataclasses.replace(data, population_age_bands=bands, digest="banded")


@pytest.mark.parametrize(
    ("mid_year", "nearest"),
    [(2000, "Kent"), (2010, "Kent"), (2014, "Kent"), (2015, "Surrey"), (2030, "Surrey")],
)
def test_likeness_is_duncans_index_of_the_year_before(
    data: Data, mid_year: int, nearest: str
) -> None:
    """A tenth of the people would have to move to be as old as the others; in Essex too."""
    found = comparators.dissimilarity(banded(data), "Cumbria", mid_year)
    assert set(found.index[:2]) == {nearest, "Essex"}
    assert found[nearest] == found["Essex"] == pytest.approx(0.1)
    assert found.iloc[-1] == pytest.approx(0.4)
    assert found.name == "dissimilarity"
    assert "Cumbria" not in found.index
