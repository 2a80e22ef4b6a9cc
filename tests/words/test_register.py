"""The register's words by exact text on a small record, with every branch."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mappa.register.answers.record import (
    CLASS_LABELS,
    Accounting,
    Attribution,
    Estimate,
    OtherLaw,
    PriorPosterior,
    RegisterRecord,
    StockPoint,
)
from mappa.register.answers.scenarios import ScenarioPoint, ScenarioRecord
from mappa.register.law.terms import Terms
from mappa.words.register import answer as words


def e(name, median, width=10.0, label=""):
    return Estimate(name, label or name, median, median - width, median + width)


def parameter(name, contraction, told):
    return PriorPosterior(
        name, f"Rate of {name}", "ratio", 1, 0.5, 2, 1.1, 0.9, 1.3, contraction, told, "red"
    )


TERMS = Terms(
    start=pd.Timestamp("1990-01-01"),
    change=pd.Timestamp("1995-05-01"),
    caution_before=4,
    caution=1,
    other=3,
    short=6,
    middle=9,
    long=np.inf,
    short_limit=5,
    threshold=25,
    young_factor=0.5,
    review_wait=12,
    review_start=pd.Timestamp("2001-09-01"),
)


@pytest.fixture()
def record():
    flows = (
        e("flow.first_registrations", 300.4, label="first registrations"),
        e("flow.releases", 250, label="releases"),
        e("flow.expiries", 320, label="terms that ran out"),
        e("flow.deaths", 40, label="deaths"),
        e("flow.reviews", 15, label="removals on review"),
    )
    drivers = tuple(
        e(f"shapley.1999/00.{d}", v, label=d)
        for d, v in zip(
            ("volume", "mix", "threshold", "delay", "life", "served"),
            (20, 30, 5, -12, 3, 0),
            strict=True,
        )
    )
    attribution = Attribution(
        reference="1999/00",
        drivers=drivers,
        lengths=e("lengths", -7),
        entry=e("entry", 50),
        momentum_indefinite=e("mi", 120),
        momentum_fixed=e("mf", 9),
        hatched=("served",),
    )
    law = OtherLaw(
        "long_as_middle",
        "sentences of 25 months and more carried 9 years",
        e("g", 100),
        e("s", 9000),
        e("gd", -75),
        e("sd", -1000),
    )
    return RegisterRecord(
        force="Upper Marsh",
        nation="Freedonia",
        as_of=dt.date(2010, 3, 31),
        horizon=1,
        reference="1999/00",
        status="sampled: draws shipped",
        level=0.9,
        stock=(
            StockPoint(dt.date(2009, 3, 31), "fitted", 1010, 1000, 1020, 1000.0),
            StockPoint(dt.date(2010, 3, 31), "fitted", 1190, 1180, 1200, 1200.0),
            StockPoint(dt.date(2011, 3, 31), "forecast", 1300, 1250, 1350, None),
        ),
        accounting=Accounting(
            dt.date(2009, 3, 31),
            dt.date(2010, 3, 31),
            1000,
            1200,
            200,
            flows,
            e("net", 175),
            e("rest", 25),
        ),
        classes=tuple(e(f"class.{k}", 10, label=v) for k, v in CLASS_LABELS.items()),
        class_growth=tuple(e(f"class_growth.{k}", 1, label=v) for k, v in CLASS_LABELS.items()),
        indefinite_share=Estimate("share", "share", 0.42, 0.40, 0.44),
        indefinite_growth=e("growth", 90),
        attribution=(attribution,),
        counterfactuals=(law,),
        impulse=tuple(
            {"kind": k, "years": y, "median": -y * 10.0, "low": -y * 12.0, "high": -y * 8.0}
            for k in words.KINDS
            for y in (1, 5)
        ),
        assumption_growth=(),
        parameters=(parameter("a", 0.8, "data"), parameter("b", 0.1, "prior only")),
        long_run=(e("l10", 2000, label="after 10 years"), e("l80", 2500, label="after 80 years")),
        inputs=(),
        diagnostics={"method": "short"},
        seed=1,
    )


def test_answer_when_the_register_grew(record):
    assert words.answer(record) == (
        "Of the 200 people by which the register of Freedonia grew in the year to 31 March 2010, "
        "75 hang on terms without end (so many fewer had sentences of 25 months and more carried "
        "9 years; this question stands apart and overlaps the rest), "
        "−7 come from sentence lengths and +50 from the volume and mix of sentences "
        "since 1999/00, and +25 are unexplained."
    )


@pytest.mark.parametrize(
    ("growth", "begin"),
    [
        (
            -30.0,
            "The register of Freedonia changed by −30 people in the year to 31 March 2010; of ",
        ),
        (0.0, "The register of Freedonia did not change in the year to 31 March 2010; of "),
    ],
)
def test_answer_when_it_did_not_grow(record, growth, begin):
    a = dataclasses.replace(
        record.accounting, published_growth=growth, remainder=e("r", growth - 175)
    )
    text = words.answer(dataclasses.replace(record, accounting=a))
    assert text.startswith(begin + "the model's growth of +175, 75 hang on terms without end")
    assert text.endswith("are unexplained.")


def test_answer_without_a_published_growth(record):
    a = dataclasses.replace(record.accounting, published_growth=None, remainder=None)
    text = words.answer(dataclasses.replace(record, accounting=a))
    assert text.startswith("By the model the register of Freedonia grew by 175 people in the year ")
    assert text.endswith("so an unexplained remainder cannot be said.")
    assert words.accounting(dataclasses.replace(record, accounting=a)).endswith(
        "No growth is published for that year."
    )


def test_certainty_closes_with_its_assumption(record):
    text = words.certainty(record)
    assert text.startswith(
        "How sure: terms 90% interval 65 to 85, lengths 90% interval −17 to +3, volume and mix "
        "90% interval +40 to +60, unexplained 90% interval +15 to +35."
    )
    assert "momentum of 129 people" in text
    assert "This assumes that terms run in custody" in text


def test_accounting(record):
    assert words.accounting(record) == (
        "In the year to 31 March 2010 300 people registered without custody and 250 on release, "
        "while 320 terms ran out. With 40 deaths and 15 removals on review the model's net growth "
        "is +175 (90% interval +165 to +185); published are +200, which leaves +25 (90% interval "
        "+15 to +35) unexplained. None of these movements is published: they follow from "
        "sentences, terms and the life table."
    )
    frame = words.accounting_table(record).frame
    assert list(frame.iloc[:, 1]) == [
        "+300 (+290 to +310)",
        "+250 (+240 to +260)",
        "−320 (−330 to −310)",
        "−40 (−50 to −30)",
        "−15 (−25 to −5)",
        "+175 (+165 to +185)",
        "+25 (+15 to +35)",
        "+200",
    ]


def test_attribution_table_marks_drivers_without_figures(record):
    table = words.attribution_table(record)
    cells = dict(zip(table.frame.iloc[:, 0], table.frame.iloc[:, 1], strict=True))
    assert cells["Served"] == "0 (−10 to +10) *"
    assert cells["Mix"] == "+30 (+20 to +40)"
    assert "sums to the model's growth" in table.note


def test_lengths_by_reference(record):
    assert words.lengths_by_reference(record).startswith(
        "Sentence lengths, both ways together, make −7 against 1999/00 of the growth, in people: "
        "at most 4% of the model's growth."
    )


def test_rule_result_names_the_terms_and_both_assumptions(record):
    text = words.rule_result(record, TERMS)
    assert "crossing 25 months cannot change the count before year 9 (crossing 5 months: " in text
    assert "changes the stock by −50 people after five years (90% interval −60 to −40)" in text
    assert "custody is not disregarded" in text
    assert "orders do not matter" in text


def test_terms_table_has_the_terms(record):
    table = words.terms_table(TERMS).frame
    assert dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True)) == {
        "Caution": "1 year (4 years before 1 May 1995)",
        "Community order, fine and any other": "3 years",
        "Imprisonment of 5 months or less": "6 years",
        "Imprisonment over 5 and under 25 months": "9 years",
        "Imprisonment of 25 months and more": "without end",
        "Life and imprisonment for public protection": "without end",
        "Review of a term without end": "after 12 years from release, since 1 September 2001",
    }


def test_misfit_and_status(record):
    assert words.misfit(record) == (
        "The model's median is furthest from a published count on 31 March 2009: 1,010 against "
        "1,000 (+1.0%). On 31 March 2010 it is 1,190 against 1,200 (−0.8%)."
    )
    assert words.status(record) == (
        "How found: sampled: draws shipped. Its intervals are rougher than those of a sampled one."
    )
    good = {"rhat_max": 1.0042, "draws": 1000, "chains": 4, "ess_min": 512.3}
    assert words.status(dataclasses.replace(record, diagnostics=good)) == (
        "How found: sampled: draws shipped. Over 1000 draws of 4 chains the largest R-hat of all "
        "quantities shown is 1.0042 and the smallest effective sample size 512."
    )


def test_told(record):
    assert words.told(record) == (
        "Of 2 parameters the data tell one (rate of a) and zero in part; the other one are as "
        "uncertain after the data as before, and only their stated ranges speak."
    )


def test_long_run_and_indefinite(record):
    assert words.long_run(record).startswith(
        "Were sentences to stay as in the year to 31 March 2010, the stock of Freedonia would "
        "stand at 2,000 (90% interval 1,990 to 2,010) after 10 years and at 2,500"
    )
    assert words.indefinite(record) == (
        "By the model 42% of the people on the register of Freedonia on 31 March 2010 are on it "
        "without end (90% interval 40% to 44%). Their number grew by 90 (90% interval 80 to 100) "
        "in the year."
    )


@pytest.fixture()
def what_if():
    point = ScenarioPoint(dt.date(2011, 3, 31), 1300, 1250, 1350, 1200, 1150, 1250, -100, -120, -80)
    return ScenarioRecord(
        "Freedonia",
        dt.date(2010, 3, 31),
        1,
        {"caution_years": 2.0},
        ("term of cautions: 2 years",),
        dt.date(2005, 4, 1),
        "new",
        "sampled",
        (point,),
    )


def test_scenario(what_if):
    assert words.scenario(what_if) == (
        "Supposed for those sentenced from 1 April 2005 on: term of cautions: 2 years. That "
        "changes the stock of Freedonia on 31 March 2011 by −100 (90% interval −120 to −80) "
        "people, from 1,300 to 1,200. Sentences and everything else are taken to stay as they "
        "would have been."
    )
    same = dataclasses.replace(
        what_if.points[0], scenario=1300, difference=0, difference_low=0, difference_high=0
    )
    text = words.scenario(dataclasses.replace(what_if, points=(same,), cohorts="all"))
    assert "Supposed for everyone from 1 April 2005 on" in text
    assert (
        "That does not change the stock of Freedonia on 31 March 2011 (1,300 people): whoever it "
        "touches would by then be where they are without it." in text
    )
    table = words.whatifs_table([what_if, dataclasses.replace(what_if, points=(same,))])
    assert table.frame["Change of the stock"].tolist() == ["−100 (−120 to −80)", "none by then"]
