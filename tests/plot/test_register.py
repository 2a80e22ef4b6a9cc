"""Each headline of the register's charts says what the numbers drawn say."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.plot import rows
from mappa.plot.exhibit import Exhibit
from mappa.plot.register import charts
from mappa.register.answers.build import build
from mappa.register.answers.record import Estimate, RegisterRecord


@pytest.fixture(scope="module")
def record(data: Data) -> RegisterRecord:
    return build(data, "Cumbria", "2020-03-31")


def people(exhibit: Exhibit) -> pd.Series:
    return exhibit.data.set_index("Part")["People"]


def numbers(text: str) -> list[int]:
    return [int(m.replace(",", "")) for m in re.findall(r"\d[\d,]*", text)]


def test_kinds_sum_and_the_headline_names_most_of_them(record: RegisterRecord) -> None:
    drawn = charts.kinds(record)
    parts = people(drawn)
    total = parts.pop("Published change")
    assert total == pytest.approx(parts.sum(), abs=0.3) == pytest.approx(2141, abs=0.3)
    part, whole = numbers(drawn.headline)
    assert part == pytest.approx(parts["People registered indefinitely"], abs=1)
    assert whole > part > whole / 2
    assert whole == round(total)


@pytest.mark.parametrize("growth", [(-300.0, 700.0, -20.0), (1500.0, -900.0, -100.0)])
def test_kinds_are_called_most_of_a_rise_only_where_they_are(
    record: RegisterRecord, growth: tuple[float, float, float]
) -> None:
    kinds = tuple(
        Estimate(k.name, k.label, g, g, g - 50, g + 50)
        for k, g in zip(record.accounting.kinds, growth, strict=True)
    )
    accounting = dataclasses.replace(record.accounting, kinds=kinds)
    drawn = charts.kinds(dataclasses.replace(record, accounting=accounting))
    assert "Most" not in drawn.headline
    largest = max(growth, key=abs)
    assert numbers(drawn.headline)[0] == abs(largest)


def test_sentences_less_the_unknown_leave_the_published_change(record: RegisterRecord) -> None:
    drawn = charts.attribution(record)
    parts = people(drawn)
    implied, latent = numbers(drawn.headline)
    assert implied == pytest.approx(parts["Published sentences alone"], abs=1)
    assert parts.iloc[:6].sum() == pytest.approx(parts["Published sentences alone"], abs=0.4)
    assert latent == pytest.approx(-parts["Joining for each sentence, cause unknown"], abs=1)
    assert implied - latent + round(parts["Unexplained"]) == 2141
    assert "took off" in drawn.headline


def test_those_who_joined_less_those_who_left_are_the_change(record: RegisterRecord) -> None:
    drawn = charts.accounting(record)
    joined, left = numbers(drawn.headline)
    parts = people(drawn)
    assert joined - left + round(parts["Unexplained remainder"]) == 2141
    assert joined == pytest.approx(parts[parts > 0].sum() - parts["Published change"], abs=1)


def test_the_model_is_as_near_the_counts_as_the_headline_says(record: RegisterRecord) -> None:
    drawn = charts.stock(record)
    near, since = numbers(drawn.headline)
    known = drawn.data.dropna(subset="published")
    gap = (known["median"] / known["published"] - 1).abs()
    years = known["date"].map(lambda d: d.year)
    assert (gap[years >= since] <= near / 100).all()
    assert gap[years < since].iloc[-1] > near / 100
    far = known.assign(published=known["median"] * 1.5)
    assert charts._stock_headline(far) == "The model is 33.3% from the last count"
    assert str(years.iloc[0]) in charts._stock_headline(known.assign(published=known["median"]))


def test_the_effect_of_longer_sentences_is_the_largest_drawn(record: RegisterRecord) -> None:
    drawn = charts.impulse(record)
    _, size, years = numbers(drawn.headline)
    largest = drawn.data.loc[drawn.data["median"].abs().idxmax()]
    assert (size, years) == (round(-largest["median"]), largest["years"])
    assert "fewer" in drawn.headline


def test_shares_and_numbers_of_what_is_known(record: RegisterRecord) -> None:
    drawn = charts.contraction(record)
    informed, every = numbers(drawn.headline)
    assert informed == (drawn.data["Contraction"] >= 0.5).sum()
    assert every == len(drawn.data)
    share = charts.inputs(record).data["basis"].isin(["published", "derived"]).mean()
    assert numbers(charts.inputs(record).headline) == [round(100 * share)]


def test_a_waterfall_begins_each_bar_where_the_last_ends() -> None:
    steps = rows.steps_of(
        [("a", Estimate("a", "a", 10.4, 10, 8, 12)), ("b", Estimate("b", "b", -4.4, -4, -6, -2))],
        ("black", "black"),
    )
    total = rows.Step("sum", 6.0, 6, "black", total=True)
    bars = rows.waterfall([*steps, total]).axes[0].patches
    spans = [sorted(b.get_path().get_extents(b.get_patch_transform()).intervalx) for b in bars]
    assert np.allclose(spans, [(0, 10.4), (6.0, 10.4), (0, 6.0)])
    assert [s.printed for s in steps] == [10, -4]


@pytest.mark.parametrize("name", ["kinds", "attribution", "accounting", "stock", "impulse"])
def test_every_chart_has_a_layout_for_a_phone(record: RegisterRecord, name: str) -> None:
    parts = getattr(charts, name)(record).payload()
    assert parts["narrow"].startswith("<svg") and parts["narrow"] != parts["svg"]
