"""The verdict in words: exact text, every branch, and no number that the record lacks."""

from __future__ import annotations

import dataclasses
import re

import pytest
from number_support import unknown_numbers

from mappa.rates.verdict import assess
from mappa.words.rate import answer as words
from mappa.words.rate import change as rate_change
from mappa.words.rate import missing as rate_missing
from mappa.words.rate import tables

AS_OF = "2020-03-31"


@pytest.fixture(scope="module")
def cumbria(data):
    return assess(data, "Cumbria", AS_OF)


@pytest.mark.parametrize("as_of", ["2020-03-31", "2021-03-31", "2011-03-31"])
@pytest.mark.parametrize("force", ["Cumbria", "London", "Dyfed-Powys", "Surrey", "Norfolk"])
def test_every_number_is_in_the_record(data, force, as_of) -> None:
    record = assess(data, force, as_of, comparator="neighbours", margin=0.075)
    for text in (
        words.sentence(record), words.paragraph(record), words.pool(record),
        words.sensitivity(record), rate_change.change(record),
    ):  # fmt: skip
        assert unknown_numbers(text, record) == [], text
        assert "risk" not in text.lower()
        assert "None" not in text and "nan" not in text


def test_exact_sentence(cumbria) -> None:
    assert words.sentence(cumbria) == (
        "On 31 March 2020 Cumbria’s rate of 132.0 people on the register per 100,000 people aged "
        "10 and over (95% interval 121.6 to 143.1) was higher than that of the rest of England and "
        "Wales, but not unusual among areas, and whether it is beyond a margin of 10% either way "
        "is undecided."
    )


def test_exact_gap(cumbria) -> None:
    assert words.gap(cumbria) == (
        "On 31 March 2020 Cumbria had 594 people on the register, 132.0 per 100,000 people aged 10 "
        "and over (95% interval 121.6 to 143.1). That is higher than the 119.4 of the rest of "
        "England and Wales: the ratio is 1.106 (95% interval 1.020 to 1.199). In people: about 57 "
        "more than at that rate (95% interval +10 to +107). A full count has no sampling error: "
        "the intervals say how far a count of this size varies by chance, a modelling convention."
    )


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"gap_verdict": "lower"}, "was lower than that of"),
        ({"gap_verdict": "similar"}, "was similar to that of the rest of England and Wales, not "),
        ({"unusual_verdict": "outside 95%"}, "outside the range of 95% of areas"),
        ({"unusual_verdict": "outside 99.8%"}, "outside the range of 99.8% of areas"),
        ({"unusual_verdict": None}, "too few areas have a count"),
        ({"margin_verdict": "higher by more"}, "and more than 10% higher."),
        ({"margin_verdict": "lower by more"}, "and lower by more than the margin of 10%."),
        ({"margin_verdict": "within"}, "and within a margin of 10%."),
        ({"margin": 0.075}, "a margin of 7.5% either way"),
        ({"confidence": 0.998}, "(99.8% interval"),
        ({"ratio": None, "comparator_status": "nobody counted"}, "because nobody counted."),
    ],
)
def test_branches_of_the_sentence(cumbria, changed, says) -> None:
    assert says in words.sentence(dataclasses.replace(cumbria, **changed))


@pytest.mark.parametrize(
    ("gap", "says"),
    [
        ((-3.2, -9, 2), "about 3 fewer than at that rate (95% interval −9 to +2)."),
        ((1.2, -9, 12), "about 1 more than at that rate"),
        ((0.2, -9, 9), "as many as at that rate (95% interval −9 to +9)."),
        ((4.0, None, None), "a gap of about 4."),
    ],
)
def test_branches_of_the_gap_in_people(cumbria, gap, says) -> None:
    keys = dict(zip(("people_gap", "people_gap_low", "people_gap_high"), gap, strict=True))
    assert says in words.gap(dataclasses.replace(cumbria, **keys))


@pytest.mark.parametrize(
    ("p", "word"),
    [(0.01, "very unlikely"), (0.05, "unlikely"), (0.5, "about as likely as not"),
     (0.6, "likely"), (0.95, "very likely"), (1.0, "very likely")],
)  # fmt: skip
def test_words_of_a_probability(p, word) -> None:
    assert words.likely(p) == word


def test_missing_count(data) -> None:
    surrey = assess(data, "Surrey", AS_OF)
    told = words.paragraph(surrey)
    assert "That is not a count of zero. No count for another date is known either." in told
    assert "one of 16 areas without a count, which together have 18,301 people" in told
    assert "it cannot be said whether Surrey’s rate was higher than" in told
    staffordshire = assess(data, "Staffordshire", AS_OF)
    told = words.paragraph(staffordshire)
    assert "a printed rate of 130 per 100,000 people aged 10 and over." in told
    assert "That means 1,307 to 1,316 people." in told
    assert "lies between 129.6 and 130.5, above the national 119.5" in told
    late = assess(data, "Cumbria", "2021-03-31")
    assert "594 people on 31 March 2020 (printed)" in rate_missing.known(late)
    crossed = dataclasses.replace(staffordshire.missing, count_low=9, count_high=8)
    record = dataclasses.replace(staffordshire, missing=crossed)
    assert "do not meet" in rate_missing.implied(record)
    one = dataclasses.replace(surrey.missing, pool_areas=1)
    assert "the only area" in rate_missing.together(dataclasses.replace(surrey, missing=one))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"change": -4}, "the count fell by 4 people, from 598"),
        ({"change": -1}, "the count fell by one person"),
        ({"change": 12}, "the count rose by 12 people"),
        ({"change": 0}, "the count did not change"),
        ({"quality_before": "printed"}, "England and Wales changed by +3.6%. Most of"),
        ({"outliers": []}, "With the spread of 18 areas’ growth it is not unusual among areas"),
        ({"verdict_with": "outside 95%"}, "kept it is outside the range of 95% of areas"),
        ({"z_without": None}, "cannot be told for the year"),
        ({"status": "no count"}, "The change on the year cannot be told: no count."),
        ({"compound": None}, "(z = −0.54)."),
    ],
)
def test_branches_of_the_change(cumbria, changed, says) -> None:
    c = dataclasses.replace(cumbria.change, **changed)
    assert says in rate_change.change(dataclasses.replace(cumbria, change=c))


@pytest.mark.parametrize(
    ("tally", "says"),
    [
        ({"higher": 2, "similar": 3, "lower": 1}, "The sign itself is a choice"),
        ({"higher": 2, "similar": 3, "lower": 0}, "The sign never turns"),
        ({"higher": 0, "similar": 3, "lower": 0}, "No choice makes a gap of it."),
        ({"higher": 0, "similar": 0, "lower": 0}, "No combination"),
    ],
)
def test_branches_of_the_sensitivity(cumbria, tally, says) -> None:
    assert says in words.sensitivity(
        dataclasses.replace(cumbria, sensitivity_tally=tally, sensitivity_total=sum(tally.values()))
    )


def test_pool_of_none(cumbria) -> None:
    told = words.pool(dataclasses.replace(cumbria, areas_uncounted=0))
    assert told == "Every one of the 42 areas has a count on 31 March 2020."


def test_too_few_areas(cumbria) -> None:
    told = words.unusual(dataclasses.replace(cumbria, tau=None, areas_counted=3))
    assert told.endswith("only three of 42 have a count.")


def test_tables_show_what_the_record_holds(cumbria) -> None:
    rows = tables.margins(cumbria)
    assert list(rows.loc[rows["chosen"], "verdict"]) == ["undecided"]
    assert dict(zip(rows["margin"], rows["verdict"], strict=True))[0.2] == "within"
    assert len(tables.methods(cumbria).frame) == len(cumbria.methods)
    assert list(tables.verdict(cumbria).frame["Verdict"]) == ["higher", "not unusual", "undecided"]
    assert tables.figure(None) == "not known"


def test_the_made_up_country_is_told_in_its_own_numbers(made_up_data, data) -> None:
    f = made_up_data
    real = {str(int(v)) for v in data.counts(AS_OF)} | set(data.names) | {data.nation}
    force, day = f.settings["default_force"], str(f.settings["default_as_of"])
    missing = next(a for a in f.names if a not in f.counts(day))
    for area in (force, missing):
        record = assess(f, area, day)
        told = " ".join([words.sentence(record), words.paragraph(record), words.pool(record),
                         words.sensitivity(record), rate_change.change(record)])  # fmt: skip
        assert area in told and f.nation in told
        assert unknown_numbers(told, record) == []
        plain = told.replace(",", "")
        assert not [x for x in real if re.search(rf"\b{re.escape(x)}\b", plain)]
