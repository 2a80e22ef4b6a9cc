"""The verdict record: reference values, keys, comparators, the made-up country."""

from __future__ import annotations

import json

import pytest

from mappa.errors import MappaError
from mappa.rates import comparators, sensitivity
from mappa.rates.verdict import assess

AS_OF = "2020-03-31"


@pytest.fixture(scope="module")
def cumbria(data):
    return assess(data, "cumbria", AS_OF)


def test_reference_record(cumbria) -> None:
    r = cumbria
    assert (r.force, r.as_of, r.count, r.population) == ("Cumbria", AS_OF, 594, 449_975)
    assert [round(v, 2) for v in (r.rate, r.rate_low, r.rate_high)] == [132.01, 121.60, 143.06]
    assert round(r.national_rate, 3) == 119.487
    assert [round(v, 4) for v in (r.ratio, r.ratio_low, r.ratio_high)] == [1.1058, 1.02, 1.1988]
    assert [round(v) for v in (r.people_gap, r.people_gap_low, r.people_gap_high)] == [57, 10, 107]
    assert (r.gap_verdict, r.unusual_verdict, r.margin_verdict) == (
        "higher", "not unusual", "undecided",
    )  # fmt: skip
    assert (round(r.z_overdispersed, 2), r.z_target, round(r.tau, 4)) == (0.49, "national", 0.1984)
    assert "Paule-Mandel" in r.tau_method
    assert (round(r.prediction_low), round(r.prediction_high)) == (83, 190)
    assert round(r.equivalence_p, 2) == 0.55
    assert (r.probability_direction, round(r.probability_exceeds_margin, 2)) == ("above", 0.53)
    assert (r.rank, r.rank_of, r.rank_low, r.rank_high) == (11, 26, 7, 17)
    assert (r.rank_all, r.rank_all_of, r.rank_all_low, r.rank_all_high) == (16, 42, 9, 24)
    assert round(r.minimal_detectable_ratio, 2) == 1.13
    assert round(r.minimal_detectable_ratio_between, 2) == 1.77


def test_every_key_is_documented_and_plain(cumbria) -> None:
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


def test_sensitivity_of_reference(cumbria) -> None:
    told = {(c.comparator, c.denominator, c.date, c.method): c for c in cumbria.sensitivity}
    for name, denominator, day, ratio, p in (
        ("rest", "aged 10 and over", AS_OF, 1.106, 0.017),
        ("outside_london", "aged 10 and over", AS_OF, 1.052, 0.23),
        ("neighbours", "aged 10 and over", AS_OF, 0.904, 0.019),
        ("nation", "men aged 18 and over", AS_OF, 1.096, 0.029),
        ("nation", "all ages", AS_OF, 1.131, 0.003),
        ("rest", "aged 10 and over", "2019-03-31", 1.149, 0.001),
        ("rest", "aged 10 and over", "2011-03-31", 0.948, 0.36),
    ):
        row = told[name, denominator, day, "exact"]
        assert round(row.ratio, 3) == ratio
        assert row.p_value == pytest.approx(p, abs=0.005)
    assert cumbria.sensitivity_tally == sensitivity.tally(cumbria.sensitivity)
    assert sum(cumbria.sensitivity_tally.values()) == len(told) == len(cumbria.sensitivity)
    assert cumbria.sensitivity_tally["higher"] and cumbria.sensitivity_tally["lower"]


def test_the_rule_of_neighbours_gives_the_four(data) -> None:
    found = comparators.choose(data, "Cumbria", AS_OF, "neighbours")
    assert set(found.areas) == {"Lancashire", "Durham", "Northumbria", "North Yorkshire"}
    assert round(found.rate * 1e5, 1) == 146.0
    similar = comparators.choose(data, "Cumbria", AS_OF, "similar")
    assert "Devon and Cornwall" in similar.areas and len(similar.areas) == 6
    outside = comparators.choose(data, "Cumbria", AS_OF, "outside_london")
    assert round(outside.rate * 1e5, 1) == 125.4


def test_a_comparator_says_what_it_lacks(data) -> None:
    norfolk = comparators.choose(data, "Norfolk", AS_OF, "neighbours")
    assert set(norfolk.without_count) == {"Cambridgeshire", "Lincolnshire"}
    late = comparators.choose(data, "Norfolk", "2021-03-31", "outside_london")
    assert not late.known and "London" in late.status
    record = assess(data, "Norfolk", "2021-03-31", comparator="outside_london")
    assert record.ratio is None and record.comparator_status == late.status
    assert record.count and record.rank


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
def test_mistakes_are_one_sentence(data, kwargs, status, says) -> None:
    asked = {"force": "Cumbria", "as_of": AS_OF, **kwargs}
    with pytest.raises(MappaError) as caught:
        assess(data, **asked)
    assert caught.value.exit_status == status
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("comparator", ["rest", "neighbours", "similar", "typical", "nation"])
def test_parts_of_a_record_agree(data, comparator) -> None:
    """Invariants for forces large, small and middling, every comparator."""
    for force in ("London", "Bedfordshire", "Norfolk"):
        r = assess(data, force, AS_OF, comparator=comparator, margin=0.2)
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


def test_counts_that_are_known_make_up_the_nation(data) -> None:
    r = assess(data, "Cumbria", AS_OF)
    assert r.pool_count + int(data.counts(AS_OF).sum()) == r.national_count
    assert r.areas_counted == 26 and r.areas == 42


def test_the_made_up_country(made_up_data) -> None:
    f = made_up_data
    default = f.settings["default_force"], str(f.settings["default_as_of"])
    for name in comparators.names(f):
        r = assess(f, *default, comparator=name)
        assert r.count and (r.ratio or r.comparator_status)
        assert r.nation == f.nation
    assert len(r.sensitivity) > 50
    missing = [a for a in f.names if a not in f.counts(default[1])]
    assert missing and all(assess(f, a, default[1]).count is None for a in missing[:3])
