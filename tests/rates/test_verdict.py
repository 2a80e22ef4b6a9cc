"""The verdict record: reference values, keys, comparators, the made-up country."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from mappa.data import Data, load
from mappa.data.stock import DENOMINATORS
from mappa.errors import MappaError
from mappa.rates import comparators, doors, forces, gap
from mappa.rates.assess import assess
from mappa.rates.methods import funnel, intervals
from mappa.rates.record import RateRecord

AS_OF = "2020-03-31"


@pytest.fixture(scope="module")
def cumbria(data: Data) -> RateRecord:
    return assess(data, "cumbria", AS_OF)


def keys(record: RateRecord) -> SimpleNamespace:
    """Return the record's flat keys, as its JSON has them."""
    return SimpleNamespace(**record.as_dict())


def test_reference_record(cumbria: RateRecord) -> None:
    r = keys(cumbria)
    assert (r.force, r.as_of, r.count, r.population) == ("Cumbria", AS_OF, 594, 449_975)
    assert [round(v, 2) for v in (r.rate, r.rate_low, r.rate_high)] == [132.01, 121.60, 143.06]
    assert round(r.national_rate, 3) == 119.487
    assert [round(v, 4) for v in (r.ratio, r.ratio_low, r.ratio_high)] == [1.1058, 1.02, 1.1988]
    assert [round(v) for v in (r.people_gap, r.people_gap_low, r.people_gap_high)] == [57, 11, 107]
    assert (r.gap_verdict, r.unusual_verdict, r.margin_verdict) == (
        "higher", "not unusual", "undecided",
    )  # fmt: skip
    assert (round(r.z_overdispersed, 2), round(r.tau, 4)) == (0.26, 0.1984)
    assert r.z_target == "the other counted areas"
    assert (round(r.unusual_p, 2), round(r.q_overdispersed, 2)) == (0.80, 0.95)
    assert [round(v, 3) for v in (r.tau_low, r.tau_high)] == [0.155, 0.273]
    assert "Paule-Mandel" in r.tau_method
    assert (round(r.prediction_low, 1), round(r.prediction_high, 1)) == (81.3, 192.7)
    assert round(r.equivalence_p, 2) == 0.55
    assert (r.probability_direction, round(r.probability_exceeds_margin, 2)) == ("above", 0.53)
    assert (r.rank, r.rank_of, r.rank_low, r.rank_high) == (11, 26, 7, 17)
    assert (r.rank_all, r.rank_all_of, r.rank_all_low, r.rank_all_high) == (16, 42, 9, 24)
    assert [round(v, 2) for v in (r.power_20, r.power_50)] == [0.13, 0.46]
    assert (round(r.minimal_detectable_ratio, 2), r.areas_unusual) == (1.12, 2)
    assert round(r.minimal_detectable_ratio_below, 2) == 0.88
    assert round(r.minimal_detectable_ratio_between, 2) == 1.76
    assert "population" in r.margin_reason


@pytest.mark.parametrize(
    ("force", "as_of", "low", "high", "verdict"),
    [
        ("Hertfordshire", "2020-03-31", 88.5, 184.8, "unusual"),
        ("London", "2020-03-31", 86.6, 187.6, "unusual"),
        ("Hertfordshire", "2021-03-31", None, None, "unusual"),
    ],
)
def test_who_is_unusual(
    data: Data, force: str, as_of: str, low: float, high: float, verdict: str
) -> None:
    r = keys(assess(data, force, as_of))
    assert r.unusual_verdict == verdict
    if low:
        assert (round(r.prediction_low, 1), round(r.prediction_high, 1)) == (low, high)


@pytest.mark.parametrize(
    ("force", "as_of"), [("Northumbria", "2013-03-31"), ("South Yorkshire", "2017-03-31")]
)
def test_people_and_ratio_are_of_one_mind(data: Data, force: str, as_of: str) -> None:
    """Version 1.1.0 said higher, with people from 0 down."""
    r = keys(assess(data, force, as_of))
    assert r.gap_verdict == "higher"
    assert r.people_gap_low > 0


def test_a_margin_chosen_now_is_not_called_fixed_beforehand(data: Data) -> None:
    assert assess(data, "Cumbria", AS_OF, margin=0.03).margin_reason == ""


def test_every_area_and_date_agrees_with_itself(data: Data) -> None:
    """P against limits, verdict against interval, people against ratio: all areas, all dates."""
    seen = 0
    for day in data.dates:
        found = forces.forces(data.on(day))
        for area in data.counts(day).index:
            record = assess(data, area, day)
            for row in record.methods:
                if row.p_value is None or row.lower is None or row.upper is None:
                    continue
                if row.statistic.startswith("ratio to the") and "zone" not in row.statistic:
                    if "funnel" in row.statistic:
                        assert (row.p_value < 0.05) == (not row.lower < row.value < row.upper)
                    else:
                        assert (row.p_value < 0.05) == (not row.lower < 1 < row.upper), row
            for choice in record.sensitivity:
                if not choice.verdict:
                    continue
                said = (choice.ratio_low > 1) - (choice.ratio_high < 1)
                assert (choice.p_value < 0.05) == bool(said), choice
                assert choice.verdict == ("not clearly different", "higher", "lower")[said]
            r = keys(record)
            assert (r.people_gap_low > 0) == (r.ratio_low > 1) == (r.gap_verdict == "higher")
            assert (r.people_gap_high < 0) == (r.ratio_high < 1) == (r.gap_verdict == "lower")
            assert (r.ratio_p < 0.05) == (r.gap_verdict in {"higher", "lower"})
            assert (r.gap_verdict == "similar") <= (r.margin_verdict == "within")
            if found is None:
                assert r.unusual_verdict is r.prediction_low is None
                continue
            inside = r.prediction_low < r.rate < r.prediction_high
            wide = found.predicted.limits(0.998)
            i = found.areas.index(area)
            far = not wide[0][i] * 1e5 < r.rate < wide[1][i] * 1e5
            assert (r.unusual_verdict == "not unusual") == inside == (r.unusual_p >= 0.05)
            assert (r.unusual_verdict == "very unusual") == far == (r.unusual_p < 0.002)
            cut = stats.t.ppf(0.975, len(found.areas) - 3)
            assert (abs(r.z_overdispersed) > cut) == (not inside)
            seen += 1
    assert seen >= 157  # March 2010 to March 2024: no area has a count for 2025


def test_the_charts_dots_and_lines_agree_with_the_records(data: Data) -> None:
    """Each point is outside a line of chance exactly when its Garwood interval says so."""
    points = 0
    for day in data.dates:
        for denominator in DENOMINATORS:
            national = float(data.national("rso_count")[day])
            people = data.people(day, denominator)
            counts = data.counts(day)
            expected = (national * people / people.sum())[counts.index]
            for level in (0.95, 0.998):
                low, high = funnel.chance_limits(expected, level)
                for x, e, below, above in zip(counts, expected, low, high, strict=True):
                    garwood = intervals.exact_limits(x, level)
                    assert (x < below, x > above) == (garwood[1] < e, garwood[0] > e)
                    points += 1
            table = doors.placed(data.on(day, denominator))
            found = forces.forces(data.on(day, denominator))
            if found is not None:
                assert list(table.loc[list(found.areas), "verdict"]) == list(found.flags["verdict"])
    assert points >= 942  # 157 counts, three populations, two levels; 750 until March 2021


def test_every_key_is_documented_and_plain(cumbria: RateRecord) -> None:
    table = {row["key"]: row for row in cumbria.key_table()}
    told = json.loads(json.dumps(cumbria.as_dict(), allow_nan=False))
    assert list(told) == list(table)
    assert all(row["meaning"] for row in table.values())
    for name in ("z_overdispersed", "tau_method", "tau", "prediction_low", "prediction_high",
                 "probability_exceeds_margin", "equivalence_p", "rank_of", "people_gap_low",
                 "gap_verdict", "unusual_verdict", "margin_verdict", "methods",
                 "sensitivity"):  # fmt: skip
        assert name in told
    for row in told["methods"]:
        assert row["method"], row
        assert row["source"], row


def test_comparisons_of_reference(cumbria: RateRecord) -> None:
    told = {(c.comparator, c.denominator): c for c in cumbria.sensitivity}
    for name, denominator, ratio, p in (
        ("rest", "aged 10 and over", 1.106, 0.015),
        ("outside_london", "aged 10 and over", 1.052, 0.22),
        ("neighbours", "aged 10 and over", 0.904, 0.019),
        ("nation", "men aged 18 and over", 1.096, 0.029),
        ("nation", "all ages", 1.131, 0.003),
    ):
        row = told[name, denominator]
        assert round(row.ratio or 0, 3) == ratio
        assert row.p_value == pytest.approx(p, abs=0.005)
        assert row.ratio == pytest.approx(rate_by(cumbria, row) / (row.comparator_rate or 0))
    assert len(told) == len(cumbria.sensitivity) == cumbria.sensitivity_total == 18
    assert cumbria.sensitivity_tally == {"higher": 6, "not clearly different": 9, "lower": 3}
    assert {c.comparator for c in told.values() if c.verdict == "lower"} == {"neighbours"}


def rate_by(record: RateRecord, choice: gap.Choice) -> float:
    """Return the area's own rate by another denominator."""
    people = load().people(record.as_of, choice.denominator)[record.force]
    return float(1e5 * (record.count or 0) / people)


def test_two_groups_of_the_same_areas_are_one(data: Data) -> None:
    """For London the rest and England and Wales outside London are the same areas."""
    london = assess(data, "London", "2020-03-31")
    told = {(c.comparator, c.denominator): c for c in london.sensitivity}
    assert london.sensitivity_total == 15 and london.sensitivity_tally["lower"] == 15
    for denominator in DENOMINATORS:
        twin = told["outside_london", denominator]
        assert twin.verdict == "" and twin.ratio is None
        assert twin.status == "the same areas as the rest of England and Wales"
        assert twin.comparator_rate == told["rest", denominator].comparator_rate


def test_without_a_count_the_comparison_groups_have_their_own_rates(data: Data) -> None:
    kent = assess(data, "Kent", AS_OF)
    told = {c.comparator: c for c in kent.sensitivity if c.denominator == "aged 10 and over"}
    assert round(told["nation"].comparator_rate or 0, 1) == 119.5
    assert told["rest"].comparator_rate is None and "no count of Kent" in told["rest"].status
    assert {c.verdict for c in kent.sensitivity} == {""} and kent.sensitivity_tally == {}


def test_how_many_areas_are_further_from_the_national_rate(data: Data, cumbria: RateRecord) -> None:
    rates = 1e5 * data.counts(AS_OF) / data.people(AS_OF)
    far = abs(np.log(rates.dropna() / cumbria.national_rate))
    assert cumbria.unusual and cumbria.unusual.areas_further == (far > far["Cumbria"]).sum() == 14


def test_the_rule_of_neighbours_gives_the_four(data: Data) -> None:
    found = comparators.choose(data.on(AS_OF), "Cumbria", "neighbours")
    assert set(found.areas) == {"Lancashire", "Durham", "Northumbria", "North Yorkshire"}
    assert round(found.rate * 1e5, 1) == 146.0
    similar = comparators.choose(data.on(AS_OF), "Cumbria", "similar")
    assert "Devon and Cornwall" in similar.areas and len(similar.areas) == 6
    outside = comparators.choose(data.on(AS_OF), "Cumbria", "outside_london")
    assert round(outside.rate * 1e5, 1) == 125.4


def test_a_comparator_says_what_it_lacks(data: Data) -> None:
    norfolk = comparators.choose(data.on(AS_OF), "Norfolk", "neighbours")
    assert set(norfolk.without_count) == {"Cambridgeshire", "Lincolnshire"}
    late = comparators.choose(data.on("2021-03-31"), "Norfolk", "outside_london")
    assert not late.known and "London" in late.status
    record = assess(data, "Norfolk", "2021-03-31", comparator="outside_london")
    assert record.gap is None and record.against.comparator_status == late.status
    assert record.count and record.ranks


@pytest.mark.parametrize(
    ("kwargs", "status", "says"),
    [
        ({"force": "Cumbira"}, 2, "Cumbria"),
        ({"as_of": "2020-04-01"}, 2, "2020-03-31"),
        ({"comparator": "neighbors"}, 2, "neighbours"),
        ({"denominator": "men"}, 2, "aged 10 and over"),
        ({"margin": 0}, 2, "margin"),
        ({"confidence": 1.0}, 2, "confidence"),
    ],
)
def test_mistakes_are_one_sentence(
    data: Data, kwargs: dict[str, Any], status: int, says: str
) -> None:
    asked = {"force": "Cumbria", "as_of": AS_OF, **kwargs}
    with pytest.raises(MappaError) as caught:
        assess(data, **asked)
    assert caught.value.exit_status == status
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("comparator", ["rest", "neighbours", "similar", "typical", "nation"])
def test_parts_of_a_record_agree(data: Data, comparator: str) -> None:
    """Invariants for forces large, small and middling, every comparator."""
    for force in ("London", "Bedfordshire", "Norfolk"):
        r = keys(assess(data, force, AS_OF, comparator=comparator, margin=0.2))
        assert r.ratio == pytest.approx(r.rate / r.comparator_rate)
        assert r.people_gap == pytest.approx(r.count - r.population * r.comparator_rate / 1e5)
        assert r.ratio_low < r.ratio_low90 < r.ratio < r.ratio_high90 < r.ratio_high
        assert r.people_gap_low < r.people_gap < r.people_gap_high
        assert (r.gap_verdict == "higher") == (r.ratio_low > 1)
        within = r.margin_low < r.ratio_low90 and r.ratio_high90 < r.margin_high
        assert (r.margin_verdict == "within") == within
        assert (r.equivalence_p < 0.05) == within
        assert r.rank_low <= r.rank <= r.rank_high <= r.rank_of
        assert 0 <= r.probability_exceeds_margin <= 1


def test_counts_that_are_known_make_up_the_nation(data: Data) -> None:
    r = assess(data, "Cumbria", AS_OF)
    assert r.pool_count + int(data.counts(AS_OF).sum()) == r.national_count
    assert r.areas_counted == 26 and r.areas == 42


def test_the_made_up_country(made_up_data: Data) -> None:
    f = made_up_data
    default = f.settings["default_force"], str(f.settings["default_as_of"])
    for name in comparators.names(f):
        r = assess(f, *default, comparator=name)
        assert r.count and (r.gap or r.against.comparator_status)
        assert r.nation == f.nation
    assert r.sensitivity_total > 5
    missing = [a for a in f.names if a not in f.counts(default[1])]
    assert missing and all(assess(f, a, default[1]).count is None for a in missing[:3])
