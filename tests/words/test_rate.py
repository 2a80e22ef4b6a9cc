"""The verdict in words: exact text, every branch, and no number that the record lacks."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import reading
from inline_snapshot import snapshot
from number_support import unknown_numbers
from record_support import changed

from mappa.data import Data, load
from mappa.plot.rate import funnel, rows
from mappa.rates import doors, forces
from mappa.rates.assess import assess
from mappa.rates.record import RateRecord, estimated
from mappa.words import numbers
from mappa.words.rate import answer as words
from mappa.words.rate import change as rate_change
from mappa.words.rate import missing as rate_missing
from mappa.words.rate import tables
from mappa.words.tables import Table

AS_OF = "2020-03-31"


@pytest.fixture(scope="module")
def cumbria(data: Data) -> RateRecord:
    return assess(data, "Cumbria", AS_OF)


def change_of(record: RateRecord) -> str:
    """Return all that the rate page says of the change on the year."""
    told = rate_change.change(record.change, record.nation, record.as_of)
    return f"{told}\n\n{rate_change.long_run(record.change, record.nation)}"


@pytest.mark.parametrize("as_of", ["2020-03-31", "2021-03-31", "2011-03-31"])
@pytest.mark.parametrize("force", ["Cumbria", "London", "Dyfed-Powys", "Surrey", "Norfolk"])
def test_every_number_is_in_the_record(data: Data, force: str, as_of: str) -> None:
    record = assess(data, force, as_of, comparator="neighbours", margin=0.075)
    for text in (
        words.sentence(record), words.paragraph(record), words.pool(record),
        words.sensitivity(record), change_of(record),
    ):  # fmt: skip
        assert unknown_numbers(text, record, also=derived(record)) == [], text
        assert "risk" not in text.lower()
        assert "None" not in text and "nan" not in text


def derived(r: RateRecord) -> list[float]:
    """Return what sentences work out from the record: distances of ratios from 1, and others."""
    g, found = r.gap, [float(r.areas_counted - 1)]
    if g is not None:
        ratios = (r.margin_low, g.ratio, g.ratio_low, g.ratio_high, g.ratio_low90, g.ratio_high90)
        found += [abs(x - 1) for x in ratios if x is not None]
    if r.change is not None and r.change.count_before is not None:
        found.append(r.change.count_before + (r.change.change or 0))
    return found


def wrapped(text: str) -> list[str]:
    """Return the text in lines that fit a source file."""
    return [line for part in text.split("\n\n") for line in textwrap.wrap(part, 80)]


def test_exact_sentence(cumbria: RateRecord) -> None:
    assert wrapped(words.sentence(cumbria)) == snapshot(
        [
            "On 31 March 2020 Cumbria had 132 registered sexual offenders for every 100,000",
            "people aged 10 and over; England and Wales had 119. A gap of this size is",
            "ordinary: 14 of the other 25 areas with a count are further from that rate. The",
            "gap is too large to be chance alone (p = 0.015). Cumbria may be 2% to 20% above",
            "the rest of England and Wales, so whether the gap is more than 10% cannot be",
            "settled.",
        ]
    )


def test_exact_paragraph(cumbria: RateRecord) -> None:
    assert wrapped(words.paragraph(cumbria)) == snapshot(
        [
            "Cumbria had 594 registered sexual offenders. That is 132.0 for every 100,000",
            "people aged 10 and over (95% interval 121.6 to 143.1). This is higher than the",
            "rate of the rest of England and Wales, which is 119.4.",
            "The ratio of the two rates is 1.106 (95% interval 1.020 to 1.199). At that rate",
            "Cumbria would have about 57 fewer (95% interval 11 to 107 fewer).",
            "A complete count has no sampling error. The interval shows how far chance could",
            "move a count of this size: that is a modelling convention.",
            "True rates differ between areas by about 20% (a standard deviation from 26",
            "counts, 95% interval 16% to 27%). From the other areas, a rate of 81.3 to 192.7",
            "would be expected in Cumbria (95% prediction interval). Its rate is not unusual",
            "(z = +0.26, p = 0.80).",
            "This check finds large differences only. It would call a true rate 20% above the",
            "typical one unusual in 13% of cases. For a rate 50% above, it would in 46%.",
            "Cumbria ranks 11th from the top of 26 areas with a count (95% interval 7 to 17).",
            "If areas without a count are spread like the others, it is about 16th of all 42",
            "(9 to 24).",
            "If only chance counted, 19 of the 26 areas would differ from the national rate",
            "(p below 0.05), so that test alone says little. Once normal variation between",
            "areas is allowed for, two are unusual.",
            "A difference of 10% would matter. The study chose this margin before it compared",
            "rates: it is well above the 1 to 3% by which estimates of population may be",
            "wrong.",
            "Cumbria is 3.3% to 18.3% above the rest of England and Wales (90% interval,",
            "whose ends are two one-sided tests at 5%). Whether the gap is more than 10%",
            "cannot be settled. A true ratio above 1.100 is about as likely as not",
            "(probability 0.53, empirical Bayes).",
            "A test of chance alone would find, in 80% of cases, a true ratio above 1.125 or",
            "below 0.881. The check that allows for how much areas differ would find, in 80%",
            "of cases, a true ratio above 1.763 or below 0.565.",
        ]
    )


def test_exact_sensitivity(cumbria: RateRecord) -> None:
    assert wrapped(words.sensitivity(cumbria)) == snapshot(
        [
            "Of 18 ratios, by comparison group and population, 6 are higher and 3 lower. The",
            "other 9 are not clearly different. Each group asks a different question, so an",
            "answer must name its group.",
        ]
    )


def test_exact_missing_count(data: Data) -> None:
    staffordshire = assess(data, "Staffordshire", AS_OF)
    assert wrapped(words.paragraph(staffordshire)) == snapshot(
        [
            "We have no count of registered sexual offenders in Staffordshire on 31 March",
            "2020. A figure printed for that day means 1,307 to 1,316 people, or 129.6 to",
            "130.5 for every 100,000. The nearest count is 1,318 on 31 March 2021 (printed in",
            "a newspaper or report). The rate for England and Wales was 119 for every 100,000",
            "people aged 10 and over.",
            "The 16 areas without a count together have 18,301 registered sexual offenders,",
            "or 120.3 for every 100,000 people aged 10 and over.",
            "By the printed figures its rate is above the national rate of 119.5. No test is",
            "made without a count. The true rates of 95% of areas are estimated to lie",
            "between 82.5 and 185.2. That describes areas in general, not Staffordshire.",
            "The Ministry of Justice publishes the count of every area. Its table for this",
            "date is at https://assets.publishing.service.gov.uk/media/5f99719f8fa8f579192088",
            "18/MAPPA_Annual_Report_2019-20_Area_Tables.xlsx.",
        ]
    )


#: Every branch of the templates: keys of the record that are changed, and what is then said.
BRANCHES: list[tuple[dict[str, Any], str]] = [
    ({"gap_verdict": "not clearly different", "ratio_p": 0.2}, "The gap could be chance (p = 0.20"),
    ({"gap_verdict": "not clearly different", "ratio_p": 0.58}, "could easily be chance"),
    ({"ratio_p": 1e-9}, "too large to be chance alone (p below 0.0001)."),
    ({"unusual_verdict": "unusual"}, "That is unusual: judging by the other areas with a count, "),
    ({"unusual_verdict": "very unusual"}, "That is very unusual:"),
    ({"unusual": None}, "Too few areas have a count"),
    ({"margin_verdict": "higher by more"}, "about 11% above the rest of England and Wales, "),
    ({"margin_verdict": "lower by more", "ratio": 0.8}, "about 20% below the rest"),
    ({"margin_verdict": "within"}, "they differ by less than 10%."),
    ({"margin": 0.075}, "the gap is more than 7.5% cannot be settled."),
    ({"ratio_low": 0.9, "ratio_high": 0.98}, "may be 2% to 10% below the rest"),
    ({"ratio_low": 0.9, "ratio_high": 1.02}, "may be anything from 10% below to 2% above the rest"),
    ({"ratio_low": 1.2, "ratio_high": None}, "may be 20% or more above the rest"),
    ({"gap": None, "comparator_status": "nobody counted"}, "because nobody counted."),
    ({"as_of": ""}, "Cumbria had 132 registered"),
    ({"noun": "thefts", "whom": "people"}, "132 thefts for every 100,000 people; England"),
]  # fmt: skip


@pytest.mark.parametrize(("new", "says"), BRANCHES)
def test_branches_of_the_answer_are_plain(
    cumbria: RateRecord, new: dict[str, Any], says: str
) -> None:
    text = words.sentence(changed(cumbria, **new))
    assert says in text and reading.faults(text) == []
    assert reading.reading_ease(text) >= 60


@pytest.mark.parametrize(
    ("gap", "says"),
    [
        ((-3.2, -9, 2), "about 3 more (95% interval 9 more to 2 fewer)."),
        ((-8.0, -12, -2), "about 8 more (95% interval 2 to 12 more)."),
        ((1.2, -9, 12), "about 1 fewer (95% interval 9 more to 12 fewer)."),
        ((8.0, 2, 12), "about 8 fewer (95% interval 2 to 12 fewer)."),
        ((4.0, None, None), "would differ by about 4."),
    ],
)
def test_branches_of_the_gap_in_people(
    cumbria: RateRecord, gap: tuple[float, float | None, float | None], says: str
) -> None:
    keys = dict(zip(("people_gap", "people_gap_low", "people_gap_high"), gap, strict=True))
    text = words.gap(changed(cumbria, **keys))
    assert says in text and reading.faults(text) == []


@pytest.mark.parametrize("force", ["Cumbria", "London", "Dyfed-Powys", "Surrey", "Staffordshire"])
@pytest.mark.parametrize("comparator", ["rest", "neighbours", "typical"])
def test_every_paragraph_is_plain(data: Data, force: str, comparator: str) -> None:
    record = assess(data, force, AS_OF, comparator=comparator)
    for text in (words.paragraph(record), words.pool(record), words.sensitivity(record),
                 change_of(record), words.NEUTRAL):  # fmt: skip
        assert reading.faults(text, allowed=("The Ministry", "Its table")) == [], text
        assert reading.reading_ease(text) >= 50 or len(reading.sentences(text)) == 1


def test_a_margin_chosen_now_says_so(cumbria: RateRecord) -> None:
    assert "The study chose this margin before it compared rates" in words.matter(cumbria)
    text = words.matter(changed(cumbria, margin_reason=""))
    assert "chosen for this answer, not beforehand" in text and reading.faults(text) == []


def test_power_is_given_with_not_unusual_only(cumbria: RateRecord) -> None:
    text = words.unusual(cumbria)
    assert "unusual in 13% of cases. For a rate 50% above, it would in 46%." in text
    assert "of cases" not in words.unusual(changed(cumbria, unusual_verdict="unusual"))


@pytest.mark.parametrize(
    ("p", "word"),
    [(0.01, "very unlikely"), (0.05, "unlikely"), (0.5, "about as likely as not"),
     (0.6, "likely"), (0.95, "very likely"), (1.0, "very likely")],
)  # fmt: skip
def test_words_of_a_probability(p: float, word: str) -> None:
    assert numbers.likely(p) == word


def test_missing_count(data: Data) -> None:
    surrey = assess(data, "Surrey", AS_OF)
    told = words.paragraph(surrey)
    assert "A missing count is not a count of zero." in told
    assert "The 16 areas without a count together have 18,301" in told
    assert "Whether Surrey’s rate was higher or lower than another cannot be said" in told
    assert surrey.missing and surrey.missing.official_table in told
    staffordshire = assess(data, "Staffordshire", AS_OF)
    told = words.paragraph(staffordshire)
    assert "1,307 to 1,316 people, or 129.6 to 130.5 for every 100,000." in told
    assert "above the national rate of 119.5. No test is made without a count." in told
    kent = words.sentence(estimated(assess(data, "Kent", AS_OF), 1995.0, 1786.0, 2172.0))
    assert "Our estimate, which is not a count, is" in kent and "1,978 on 30 June 2019" in kent
    assert reading.faults(kent) == []
    crossed = dataclasses.replace(staffordshire.missing, rate_low=9.0, rate_high=8.0)
    crossed_record = dataclasses.replace(staffordshire, missing=crossed)
    assert "contradict each other" in rate_missing.missing(crossed_record)
    one = dataclasses.replace(surrey, missing=dataclasses.replace(surrey.missing, pool_areas=1))
    assert "the only area" in rate_missing.missing(one)
    with_count = assess(data, "Cumbria", AS_OF)
    assert estimated(with_count, 1.0, 0.5, 2.0) is with_count  # a count needs no estimate


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ({"change": -4}, "the count fell from 598 to 594"),
        ({"change": 12}, "the count rose from 598 to 610"),
        ({"change": 0}, "the count did not change from 598"),
        ({"quality_before": "printed"}, "In England and Wales it rose by 3.6%.\n"),
        ({"outliers": []}, "growth of 18 areas, the change is not unusual among areas"),
        ({"verdict_with": "outside 95%"}, "every area it is outside the range of 95% of areas"),
        ({"z_without": None}, "Too few areas have counts of both years"),
        ({"status": "no count"}, "The change on the year is not known: no count."),
        ({"compound": None}, "is assumed.\n\nEND"),
    ],
)
def test_branches_of_the_change(cumbria: RateRecord, new: dict[str, Any], says: str) -> None:
    c = dataclasses.replace(cumbria.change, **new)
    text = change_of(dataclasses.replace(cumbria, change=c))
    assert says in text + "END" and reading.faults(text) == []


def test_a_doubtful_change_is_given_with_its_doubt(data: Data) -> None:
    text = change_of(assess(data, "Thames Valley", AS_OF))
    assert "A change of +39% has been printed." in text and "probably too low" in text


def test_no_combination(cumbria: RateRecord) -> None:
    assert "No comparison group" in words.sensitivity(changed(cumbria, sensitivity_total=0))
    all_one = changed(cumbria, sensitivity_tally={"higher": 18}, sensitivity_total=18)
    assert words.sensitivity(all_one).startswith("All 18 ratios")


def test_pool_of_none(cumbria: RateRecord) -> None:
    told = words.pool(dataclasses.replace(cumbria, areas_uncounted=0))
    assert told == "Each of the 42 areas has a count."


def test_too_few_areas(cumbria: RateRecord) -> None:
    told = words.unusual(changed(cumbria, spread=None, areas_counted=3))
    assert told.endswith("three of 42 have a count.")


def test_tables_show_what_the_record_holds(cumbria: RateRecord, data: Data) -> None:
    rows = tables.margins(cumbria)
    assert list(rows.loc[rows["chosen"], "verdict"]) == ["undecided"]
    assert dict(zip(rows["margin"], rows["verdict"], strict=True))[0.2] == "within"
    assert list(tables.verdict(cumbria).frame["Verdict"]) == ["higher", "not unusual", "undecided"]
    told = tables.methods(cumbria)
    assert isinstance(told, Table) and len(told.frame) == len(cumbria.methods)
    first = told.frame.iloc[0]
    assert cumbria.own and first["Value"] == cumbria.own.rate  # written only where it is shown
    assert f"{first['Value']:.1f}" in told._repr_html_()
    groups = tables.comparators(assess(data, "Kent", AS_OF)).frame
    assert "Ratio" not in groups and groups["Rate"].notna().sum() == 4


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
        assert unknown_numbers(told, record, also=derived(record)) == []
        plain = told.replace(",", "")
        assert not [x for x in real if re.search(rf"\b{re.escape(x)}\b", plain)]


@pytest.mark.parametrize("counts", [0, 1, 4, 5, 6, 11])
def test_a_date_with_few_counts_is_answered(data_copy: Path, counts: int) -> None:
    """Late dates have few counts: what can be said is said, and what cannot is named."""
    path = data_copy / "area_figures.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    on_day = (table["date"] == "2021-03-31") & (table["measure"] == "rso_count")
    table = table[~on_day | (on_day.cumsum() <= counts) | ~table["preferred"].eq("true")]
    table.to_csv(path, index=False)
    few = load(data_copy)
    known = list(few.counts("2021-03-31").index)
    assert len(known) <= counts
    for force in [*known[:1], next(a for a in few.names if a not in known)]:
        record = assess(few, force, "2021-03-31")
        told = [words.sentence(record), words.paragraph(record), words.pool(record)]
        for text in told:
            assert text and "None" not in text and "nan" not in text
            assert reading.faults(text, allowed=("The Ministry", "Its table")) == [], text
        assert f"{record.national_rate:.0f}" in told[0]
        if len(known) < forces.FEWEST:
            assert record.spread is None and "unusual" not in record.status
        else:
            assert record.spread is not None
            assert record.spread.prediction_low < record.national_rate
        for chart in (
            funnel.funnel(record, doors.placed(few.on("2021-03-31"))),
            rows.choices(record),
            tables.comparators(record),
        ):
            assert chart._repr_html_()
