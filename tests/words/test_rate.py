"""The verdict in words: exact text, every branch, and no number that the record lacks."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from typing import Any

import pytest
from inline_snapshot import snapshot
from number_support import unknown_numbers
from record_support import changed

from mappa.data import Data
from mappa.rates.assess import assess
from mappa.rates.record import RateRecord
from mappa.words.rate import answer as words
from mappa.words.rate import change as rate_change
from mappa.words.rate import missing as rate_missing
from mappa.words.rate import tables

AS_OF = "2020-03-31"


@pytest.fixture(scope="module")
def cumbria(data: Data) -> RateRecord:
    return assess(data, "Cumbria", AS_OF)


def change_of(record: RateRecord) -> str:
    """Return all that the rate page says of the change on the year."""
    told = rate_change.change(record.change, record.nation, record.as_of)
    return f"{told} {rate_change.long_run(record.change, record.nation)}"


@pytest.mark.parametrize("as_of", ["2020-03-31", "2021-03-31", "2011-03-31"])
@pytest.mark.parametrize("force", ["Cumbria", "London", "Dyfed-Powys", "Surrey", "Norfolk"])
def test_every_number_is_in_the_record(data: Data, force: str, as_of: str) -> None:
    record = assess(data, force, as_of, comparator="neighbours", margin=0.075)
    for text in (
        words.sentence(record), words.paragraph(record), words.pool(record),
        words.sensitivity(record), change_of(record),
    ):  # fmt: skip
        assert unknown_numbers(text, record) == [], text
        assert "risk" not in text.lower()
        assert "None" not in text and "nan" not in text


def wrapped(text: str) -> list[str]:
    """Return the text in lines that fit a source file."""
    return [line for part in text.split("\n\n") for line in textwrap.wrap(part, 80)]


def test_exact_sentence(cumbria: RateRecord) -> None:
    assert wrapped(words.sentence(cumbria)) == snapshot(
        [
            "On 31 March 2020 Cumbria had 132.0 people on the register for every 100,000",
            "people aged 10 and over; England and Wales had 119.5. That is not unusual: by",
            "the other areas’ rates 81.3 to 192.7 would be expected. The rate of Cumbria is",
            "higher than that of the rest of England and Wales: the ratio is 1.106 (95%",
            "interval 1.020 to 1.199). Whether the difference is larger than 10% cannot be",
            "settled.",
        ]
    )


def test_exact_paragraph(cumbria: RateRecord) -> None:
    assert wrapped(words.paragraph(cumbria)) == snapshot(
        [
            "On 31 March 2020 Cumbria had 594 people on the register, 132.0 per 100,000",
            "people aged 10 and over (95% interval 121.6 to 143.1). That is higher than the",
            "119.4 of the rest of England and Wales. The ratio is 1.106 (95% interval 1.020",
            "to 1.199). In people: about 57 more than at that rate (95% interval +11 to",
            "+107). A full count has no sampling error. The intervals show how far a count of",
            "this size varies by chance, which is a modelling convention.",
            "Areas’ true rates differ by a standard deviation of about 20%, more than chance",
            "allows (additive variance on the log rate, 26 areas). By the rates of the other",
            "areas with a count, 81.3 to 192.7 would be expected in Cumbria (95% prediction",
            "interval). The rate of Cumbria is not unusual (z = +0.26, p = 0.80). This check",
            "would find a true rate 20% above the typical one in 13% of cases, and one 50%",
            "above in 46%. Counted from the highest it ranks 11th of the 26 areas with a",
            "count (95% interval 7th to 17th). Among all 42 it ranks about 16th (95% interval",
            "9th to 24th): areas without a count are there drawn like the others, to their",
            "known sum. A single p-value against the national rate decides nothing: it is",
            "below 0.05 for 19 of the 26 areas, and below 0.002 for 15.",
            "A difference of 10% would matter: a ratio from 0.909 to 1.100 would not. The",
            "study fixed this margin beforehand: it is well above the 1 to 3% by which",
            "estimates of population may be wrong. By one-sided tests at 95% it is undecided",
            "whether the ratio to the rest of England and Wales is inside the zone or",
            "outside. The tests show the ratio beyond a margin of 3.3% and within one of",
            "18.3%. That the true ratio is above 1.100 is about as likely as not, with",
            "probability 0.53 (empirical Bayes). With power 80% a count of this size finds by",
            "chance alone a ratio above 1.125 or below 0.881. To stand out among areas as",
            "different as these takes a ratio above 1.763 or below 0.565.",
            "A higher rate does not mean more danger or worse police work. Approved premises,",
            "prisons nearby, housing and recording move it too.",
        ]
    )


def test_exact_sensitivity(cumbria: RateRecord) -> None:
    assert wrapped(words.sensitivity(cumbria)) == snapshot(
        [
            "On 31 March 2020, by the score method, 18 comparisons can be made by comparator",
            "and denominator. Of them 6 say higher, 9 not clearly different and 3 lower.",
            "Comparators are different questions: each sets Cumbria against other people. An",
            "answer must name its comparator.",
        ]
    )


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ({"gap_verdict": "lower"}, "Cumbria is lower than that of"),
        (
            {"gap_verdict": "not clearly different"},
            "is not clearly different from that of the rest",
        ),
        ({"unusual_verdict": "unusual"}, "That is unusual:"),
        ({"unusual_verdict": "very unusual"}, "That is very unusual:"),
        ({"unusual": None}, "too few areas have a count"),
        ({"margin_verdict": "higher by more"}, "It is more than 10% higher."),
        ({"margin_verdict": "lower by more"}, "lower by more than the margin of 10% allows."),
        ({"margin_verdict": "within"}, "within 10% of it, so the two are similar."),
        ({"margin": 0.075}, "larger than 7.5% cannot be settled."),
        ({"confidence": 0.998}, "(99.8% interval"),
        ({"gap": None, "comparator_status": "nobody counted"}, "because nobody counted."),
    ],
)
def test_branches_of_the_sentence(cumbria: RateRecord, new: dict[str, Any], says: str) -> None:
    assert says in words.sentence(changed(cumbria, **new))


@pytest.mark.parametrize(
    ("gap", "says"),
    [
        ((-3.2, -9, 2), "about 3 fewer than at that rate (95% interval −9 to +2)."),
        ((1.2, -9, 12), "about 1 more than at that rate"),
        ((0.2, -9, 9), "as many as at that rate (95% interval −9 to +9)."),
        ((4.0, None, None), "a gap of about 4."),
    ],
)
def test_branches_of_the_gap_in_people(
    cumbria: RateRecord, gap: tuple[float, float | None, float | None], says: str
) -> None:
    keys = dict(zip(("people_gap", "people_gap_low", "people_gap_high"), gap, strict=True))
    assert says in words.gap(changed(cumbria, **keys))


def test_a_margin_chosen_now_says_so(cumbria: RateRecord) -> None:
    assert "fixed this margin beforehand" in words.matter(cumbria)
    assert "chosen for this answer, not beforehand" in words.matter(
        changed(cumbria, margin_reason="")
    )


def test_power_stands_beside_not_unusual_only(cumbria: RateRecord) -> None:
    assert "in 13% of cases, and one 50% above in 46%." in words.unusual(cumbria)
    assert "of cases" not in words.unusual(changed(cumbria, unusual_verdict="unusual"))


@pytest.mark.parametrize(
    ("p", "word"),
    [(0.01, "very unlikely"), (0.05, "unlikely"), (0.5, "about as likely as not"),
     (0.6, "likely"), (0.95, "very likely"), (1.0, "very likely")],
)  # fmt: skip
def test_words_of_a_probability(p: float, word: str) -> None:
    assert words.likely(p) == word


def test_missing_count(data: Data) -> None:
    surrey = assess(data, "Surrey", AS_OF)
    told = words.paragraph(surrey)
    assert "That is not a count of zero. No count for another date is known either." in told
    assert "one of 16 areas without a count, which together have 18,301 people" in told
    assert "it cannot be said whether Surrey’s rate was higher or lower" in told
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
    ("new", "says"),
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
        ({"compound": None}, "). END"),
    ],
)
def test_branches_of_the_change(cumbria: RateRecord, new: dict[str, Any], says: str) -> None:
    c = dataclasses.replace(cumbria.change, **new)
    assert says in change_of(dataclasses.replace(cumbria, change=c)) + "END"


def test_no_combination(cumbria: RateRecord) -> None:
    assert "No combination" in words.sensitivity(changed(cumbria, sensitivity_total=0))


def test_pool_of_none(cumbria: RateRecord) -> None:
    told = words.pool(dataclasses.replace(cumbria, areas_uncounted=0))
    assert told == "Every one of the 42 areas has a count on 31 March 2020."


def test_too_few_areas(cumbria: RateRecord) -> None:
    told = words.unusual(changed(cumbria, spread=None, areas_counted=3))
    assert told.endswith("only three of 42 have a count.")


def test_tables_show_what_the_record_holds(cumbria: RateRecord) -> None:
    rows = tables.margins(cumbria)
    assert list(rows.loc[rows["chosen"], "verdict"]) == ["undecided"]
    assert dict(zip(rows["margin"], rows["verdict"], strict=True))[0.2] == "within"
    assert len(tables.methods(cumbria).frame) == len(cumbria.methods)
    assert list(tables.verdict(cumbria).frame["Verdict"]) == ["higher", "not unusual", "undecided"]
    told = tables.methods(cumbria)
    first = told.frame.iloc[0]
    assert first["Value"] == cumbria.own.rate  # a number, written only where it is shown
    assert f"{first['Value']:.1f}" in told._repr_html_()


def test_the_made_up_country_is_told_in_its_own_numbers(made_up_data: Data, data: Data) -> None:
    f = made_up_data
    real = {str(int(v)) for v in data.counts(AS_OF)} | set(data.names) | {data.nation}
    force, day = f.settings["default_force"], str(f.settings["default_as_of"])
    missing = next(a for a in f.names if a not in f.counts(day))
    for area in (force, missing):
        record = assess(f, area, day)
        told = " ".join([words.sentence(record), words.paragraph(record), words.pool(record),
                         words.sensitivity(record), change_of(record)])  # fmt: skip
        assert area in told and f.nation in told
        assert unknown_numbers(told, record) == []
        plain = told.replace(",", "")
        assert not [x for x in real if re.search(rf"\b{re.escape(x)}\b", plain)]
