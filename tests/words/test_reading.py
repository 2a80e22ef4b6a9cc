"""The English of the answers: the measure itself, then every force's answers held to it."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest
import reading

from mappa.data import Data
from mappa.forecasts.scores import seal_scores
from mappa.growth.record import GrowthRecord
from mappa.growth.record import answer as build
from mappa.rates.assess import assess
from mappa.register.answers.build import build as build_register
from mappa.words import numbers
from mappa.words.forecasts import seal_sentence
from mappa.words.growth import answer as growth_words
from mappa.words.growth import model as model_words
from mappa.words.growth import nation as nation_words
from mappa.words.rate.answer import sentence as rate_answer
from mappa.words.register import answer, fit, law

AS_OF = "2020-03-31"
#: Three answers as a newspaper could print them: the measure must call these plain.
PLAIN = (
    "Cumbria had 594 registered sexual offenders in the community on 31 March 2020. That is about "
    "four fewer than a year before. Across England and Wales the number rose by 3.6%, to 62,435. "
    "Over nine years Cumbria's number grew by 7.1% a year, and the national one by 6.0%; the data "
    "cannot tell the two apart.",
    "Cumbria had 132 registered sexual offenders for every 100,000 people aged 10 and over. The "
    "rate for England and Wales was 119. A gap of this size is ordinary: 13 of the 26 areas with a "
    "count are further from the national rate. It is too large to be chance alone. Cumbria's rate "
    "may be 2% or 20% above that of the rest of England and Wales, so whether it is more than 10% "
    "above cannot be settled.",
    "The number rose by 2,141 nationally in the year. Most of the rise is people registered "
    "indefinitely: about 1,500 more of them joined than left (1,300 to 1,700). People with "
    "suspended sentences added about 900. All other groups together shrank by about 260.",
)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_answers_are_called_plain(text: str) -> None:
    assert 60 <= reading.reading_ease(text) <= 80
    for sentence in reading.sentences(text):
        assert len(reading.words(sentence)) <= reading.MOST_WORDS
        assert len(reading.numbers(sentence)) <= reading.MOST_NUMBERS
    assert reading.banned(text) == []


def test_reading_ease_is_flesch_worked_by_hand() -> None:
    # 6 words, 2 sentences, 7 syllables: 206.835 - 1.015 * 3 - 84.6 * 7 / 6
    text = "The cat sat. Numbers rose fast."
    assert reading.reading_ease(text) == pytest.approx(206.835 - 3.045 - 98.7)


def test_numerals_are_neither_words_nor_syllables() -> None:
    assert reading.reading_ease("The number rose by 2,141.") == reading.reading_ease(
        "The number rose by 3."
    )


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("Kent had 1,978 on 30 June 2019.", 1),
        ("The rate is 132.0 per 100,000 people aged 10 and over (95% interval 121.6 to 143.1).", 2),
        ("It rose from 598 to 594, by 3.6% or -0.7%.", 2),
        ("About 932 more, 55 from lengths, 775 from mix and 4 unexplained.", 4),
    ],
)
def test_an_interval_is_one_number_and_a_date_none(sentence: str, held: int) -> None:
    assert len(reading.numbers(sentence)) == held


def test_banned_words_are_whole_words_outside_quotations() -> None:
    assert reading.banned("As told, it stands beside the whole nation.") == [
        "told", "stands", "beside", "whole", "nation",
    ]  # fmt: skip
    assert reading.banned("National growth understands `nation`, “the whole register”.") == []


def test_a_decimal_ends_no_sentence() -> None:
    assert len(reading.sentences("It grew by 3.6% a year. That is 0.5 more (p = 0.58).")) == 2


#: Beginnings of sentences that may be longer or hold more numbers, each with its reason.
EXCUSED: dict[str, str] = {}


QUESTIONS = ("rate", "growth", "register")


@functools.cache
def _growth(data: Data) -> dict[str, GrowthRecord]:
    return {name: build(data, name, AS_OF) for name in data.names}


@functools.cache
def _answers(data: Data, question: str) -> dict[str, str]:
    """Return the texts of the answer box by force, from records alone."""
    if question == "growth":
        return {name: growth_words.answer(record) for name, record in _growth(data).items()}
    if question == "rate":
        return {name: rate_answer(assess(data, name, AS_OF)) for name in data.names}
    record = build_register(data, data.names[0], AS_OF)
    said = {
        say.__name__: str(say(record))
        for say in (
            answer.answer, answer.certainty, answer.latent_by_reference, fit.informed,
            fit.misfit, law.indefinite_law, law.long_run, law.shorter, fit.checks,
            fit.pooled,
        )
    }  # fmt: skip
    return said | {f"seal {score.name}": str(seal_sentence(score)) for score in seal_scores(data)}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_is_plain(data: Data, question: str) -> None:
    faults = {
        force: found
        for force, text in _answers(data, question).items()
        if (found := reading.faults(text, allowed=EXCUSED))
    }
    assert faults == {}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_reads_with_ease(data: Data, question: str) -> None:
    hard = {
        force: round(reading.reading_ease(text))
        for force, text in _answers(data, question).items()
        if reading.reading_ease(text) < 60
    }
    assert hard == {}


#: Every paragraph on growth, by the function that words it.
GROWTH = (
    growth_words.answer, growth_words.year, growth_words.long_run, growth_words.measures,
    nation_words.nation, nation_words.history, nation_words.slowing, nation_words.contribution,
    model_words.estimate, model_words.validation,
)  # fmt: skip


@pytest.mark.parametrize("wording", GROWTH, ids=lambda f: f.__name__)
def test_every_paragraph_on_growth_is_plain(data: Data, wording: Any) -> None:
    texts = {force: wording(record) for force, record in _growth(data).items()}
    assert {f: found for f, text in texts.items() if (found := reading.faults(text))} == {}
    assert {f: text for f, text in texts.items() if reading.reading_ease(text) < 50} == {}


def test_a_doubted_growth_is_never_written_without_its_doubt(data: Data) -> None:
    """Thames Valley's +39% rests on a figure for 2019 that is probably too low."""
    for force, record in _growth(data).items():
        for wording in GROWTH:
            for paragraph in wording(record).split("\n\n"):
                if re.search(r"\b39(?:\.0)?%|\+551\b|\b1,41[25]\b", paragraph):
                    assert force != "Thames Valley" or "probably" in paragraph, paragraph
                    assert "doubtful" in paragraph or "probably" in paragraph, paragraph


def test_the_printed_numbers_of_the_year_agree_when_subtracted(data: Data) -> None:
    """What the answer says of the year before, and the parts of the national rise."""
    for force, record in _growth(data).items():
        span = record.change.span
        if span is not None:
            assert span.to_value - span.from_value == span.change, force
            size = r"(?:about )?([\w,]+) (more|fewer) than a year before"
            told = re.search(size, growth_words.answer(record))
            assert told is not None, force
            assert told[1] == numbers.cardinal(round(abs(span.change))), force
            assert (told[2] == "more") == (span.change > 0), force
    text = nation_words.contribution(record)
    rose, known, others = (
        int(found.replace(",", ""))
        for found in re.findall(r"(?:rose by |\+)(\d[\d,]*)", text.split("\n\n")[0])
    )
    assert known + others == rose == 2141
