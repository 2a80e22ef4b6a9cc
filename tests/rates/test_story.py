"""The story check: every claim, the flips, other forces, and a reporter's own table."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
import reading

from mappa.data import Data, load
from mappa.errors import DataError
from mappa.rates.story import check as story
from mappa.rates.story import claims
from mappa.rates.story.file import read_claims
from mappa.words.rate import story as words

VERDICTS = {
    "c01": "holds", "c02": "holds after rounding", "c03": "holds after rounding",
    "c04": "cannot be checked", "c05": "cannot be checked", "c06": "holds",
    "c07": "holds after rounding", "c08": "cannot be checked", "c09": "holds", "c10": "holds",
    "c11": "cannot be checked", "c12": "cannot be checked", "c13": "cannot be checked",
    "c14": "cannot be checked", "c15": "misleading", "c16": "misleading", "c17": "misleading",
    "c18": "holds", "c19": "holds", "c20": "cannot be checked",
}  # fmt: skip


@pytest.fixture(scope="module")
def findings(data: Data) -> dict[str, claims.Finding]:
    return {f.claim_id: f for f in story.check_all(data, story.story_claims(data, "Cumbria"))}


def test_all_twenty_claims(findings: dict[str, claims.Finding]) -> None:
    assert {k: f.verdict for k, f in findings.items()} == VERDICTS
    assert round(findings["c02"].recomputed_value, 3) == 132.007
    assert round(findings["c03"].recomputed_value, 3) == 119.487
    assert round(findings["c07"].recomputed_value, 2) == 3.55
    for f in findings.values():
        assert len(words.why(f)) > 20
        assert (f.verdict == "misleading") == words.correction(f).startswith("Say: ")


def test_exact_sentences(findings: dict[str, claims.Finding]) -> None:
    assert words.why(findings["c02"]) == (
        "594 divided by 449,975 people aged 10 and over is 132.01 per 100,000. That rounds to the "
        "printed value."
    )
    assert words.why(findings["c04"]) == (
        "The 598 of 31 March 2019 follows from this claim and is printed nowhere else, so the "
        "change agrees only with itself."
    )
    assert "do not say how many people were at level 2 on the day" in words.why(findings["c12"])
    assert "running in custody" in words.why(findings["c15"])
    assert words.why(findings["c13"]).endswith("It is 3.5% of the count here and 4.1% nationally.")


def test_every_reason_is_plain_english(findings: dict[str, claims.Finding]) -> None:
    for found in findings.values():
        text = f"{words.why(found)} {words.correction(found)}".strip()
        assert reading.faults(text) == [], found.claim_id


def printed_claims(data: Data) -> list[str]:
    rows = data.story_claims
    return list(rows.loc[rows["printed_value"].str.fullmatch(r"-?\d+"), "claim_id"])


def test_changing_a_printed_value_flips_verdict_and_sentence(
    data: Data, findings: dict[str, claims.Finding]
) -> None:
    claims = {c.claim_id: c for c in story.story_claims(data, "Cumbria")}
    numbered = printed_claims(data)
    assert len(numbered) == 12
    for name in numbered:
        wrong = dataclasses.replace(claims[name], printed=str(int(claims[name].printed) + 3))
        found = story.check(data, wrong)
        assert found.verdict == "does not hold", name
        assert words.why(found) != words.why(findings[name])
        assert words.correction(found)
    said = dataclasses.replace(claims["c15"], printed="on conviction")
    assert story.check(data, said).verdict == "holds"


def test_a_spoilt_table_flips_the_verdict(data_copy: Path) -> None:
    path = data_copy / "story_claims.csv"
    path.write_text(path.read_text().replace(",rso_count,62435,", ",rso_count,62453,"))
    data = load(data_copy)
    found = {f.claim_id: f for f in story.check_all(data, story.story_claims(data, "Cumbria"))}
    assert found["c06"].verdict == "does not hold"
    assert words.correction(found["c06"]).startswith("England and Wales, 31 March 2020: 62,435")


def test_other_forces_get_what_is_printed_of_them(data: Data) -> None:
    """No claim of a story about another area, and each figure with who prints it."""
    norfolk = story.check_all(data, story.claims_about(data, "Norfolk", "2020-03-31"))
    told = {f.measure: f for f in norfolk}
    assert told["rso_count"].recomputed_value == 1110
    assert told["rso_rate_per_100k"].verdict == "holds after rounding"
    assert all(f.area == "Norfolk" and f.printed_by for f in norfolk)
    assert "lynnnews.co.uk" in words.table(norfolk, data)._repr_html_()
    assert story.claims_about(data, "Surrey", "2020-03-31") == []
    assert story.story_claims(data, "Norfolk") == []


def test_the_made_up_country(made_up_data: Data) -> None:
    f = made_up_data
    found = story.check_all(f, story.story_claims(f, f.settings["default_force"]))
    assert [x.verdict for x in found][1] == "does not hold"
    assert "England" not in " ".join(words.why(x) for x in found)


def test_an_explanation_can_be_handed_in(data: Data, findings: dict[str, claims.Finding]) -> None:
    claim = next(c for c in story.story_claims(data, "Cumbria") if c.claim_id == "c08")
    law = "sentences of 30 months and more carried 10 years"
    lengths = {"2009/10": 96.0, "1999/00": 395.0}
    half = story.check(data, claim, explanation=story.explained(2141, lengths, 928, law))
    assert (half.verdict, half.claim_id) == ("half supported", "c08")
    assert str(words.why(half)) == (
        "By our model the rise of 2,141 would have been 928 smaller had sentences of 30 months and "
        "more carried 10 years. With sentences as long as in 1999/00 it would have been 395 "
        "smaller. With sentences as long as in 2009/10 it would have been 96 smaller. By the "
        "model, indefinite registration matters more than longer sentences."
    )
    assert "one is half supported" in words.summary([half])
    longer = story.check(
        data, claim, explanation=story.explained(2141, {"2009/10": -27.4}, 713.3, law)
    )
    assert "would have been 713 smaller had" in words.why(longer)
    assert "as in 2009/10 it would have been 27 larger." in words.why(longer)
    both = story.explained(2141, {"2009/10": 600.0, "1999/00": 900.0}, 928, law)
    assert story.check(data, claim, explanation=both).verdict == "holds"
    neither = story.explained(2141, lengths, 100, law)
    assert story.check(data, claim, explanation=neither).verdict == "misleading"
    assert "register page gives the model" in words.why(story.check(data, claim))


def write(
    path: Path,
    *rows: Sequence[object],
    header: Sequence[str] = ("area", "date", "measure", "value"),
) -> Path:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def test_a_reporters_own_claims(data: Data, tmp_path: Path) -> None:
    day = "2020-03-31"
    path = write(
        tmp_path / "mine.csv",
        ("cumbria", day, "count", "595"),
        ("Staffordshire", day, "count", "1290"),
        ("Staffordshire", day, "count", "1310"),
        ("England and Wales", day, "change percent", "3.6"),
        ("Norfolk", day, "rate", "150"),
        ("Surrey", day, "count", "800"),
        ("Norfolk", day, "Count", "1,110"),
    )
    found = story.check_all(data, read_claims(data, path).claims)
    assert [f.verdict for f in found] == [
        "does not hold", "does not hold", "cannot be checked", "holds after rounding",
        "does not hold", "cannot be checked", "holds",
    ]  # fmt: skip
    assert words.correction(found[0]) == "Cumbria, 31 March 2020: 594 registered sexual offenders."
    assert "between 1,307 and 1,316" in words.correction(found[1])
    assert words.correction(found[4]).startswith("Norfolk, 31 March 2020: 137 registered")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("Cumbira", "2020-03-31", "count", "1"), "row 2, column area"),
        (("Cumbria", "31/13/2020", "count", "1"), "row 2, column date"),
        (("Cumbria", "2020-03-31", "cuont", "1"), "did you mean 'count'"),
        (("Cumbria", "2020-03-31", "count", "many"), "row 2, column value"),
    ],
)
def test_mistakes_in_the_file(data: Data, tmp_path: Path, row: Sequence[object], says: str) -> None:
    good = ("Cumbria", "31/3/2020", "count", "594")
    read = read_claims(data, write(tmp_path / "mine.csv", row, good))
    assert len(read.errors) == 1
    assert says in str(read.errors[0])
    assert [c.claim_id for c in read.claims] == ["row 3"]


def test_a_missing_column_and_file(data: Data, tmp_path: Path) -> None:
    path = write(tmp_path / "mine.csv", ("Cumbria", "1"), header=("area", "value"))
    with pytest.raises(DataError, match="the header: date and measure are missing"):
        read_claims(data, path)
    with pytest.raises(DataError, match="There is no file"):
        read_claims(data, tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder"):
        read_claims(data, tmp_path)


def test_more_claims_than_any_story_are_refused_at_once(data: Data, tmp_path: Path) -> None:
    rows = [("Cumbria", "2020-03-31", "count", "594")] * 1_001
    with pytest.raises(DataError, match="has 1,001 claims, and at most 1,000"):
        read_claims(data, write(tmp_path / "many.csv", *rows))


def test_dates_without_figures_are_not_errors(data: Data) -> None:
    claim = claims.Claim("x", "x", "Cumbria", pd.Timestamp("2025-03-31"), "rso_count", "600")
    assert story.check(data, claim).verdict == "cannot be checked"


@pytest.mark.parametrize(
    ("area", "date", "measure", "printed", "verdict"),
    [
        ("England and Wales", "2021-03-31", "rso_count", "64300", "holds after rounding"),
        ("England and Wales", "2020-03-31", "rso_count", "62000", "holds after rounding"),
        ("England and Wales", "2020-03-31", "rso_count", "62500", "does not hold"),
        ("West Yorkshire", "2021-03-31", "rso_count", "3000", "holds"),
        ("Cleveland", "2021-03-31", "people_per_rso", "462", "holds after rounding"),
        ("Cumbria", "2020-03-31", "rso_change_count", "-4", "cannot be checked"),
        ("Cumbria", "2020-03-31", "rso_change_pct", "-0.7%", "cannot be checked"),
        ("Cumbria", "2020-03-31", "rso_change_pct", "2.5%", "does not hold"),
        ("Dyfed-Powys", "2019-03-31", "people_per_rso", "945", "holds after rounding"),
        ("England and Wales", "2019-03-31", "rso_one_per_n_aged10", "869", "holds after rounding"),
    ],
)
def test_claims_as_people_print_them(
    data: Data, area: str, date: str, measure: str, printed: str, verdict: str
) -> None:
    """Rounded to hundreds, one in N, in a circle, and of a narrower count."""
    found = story.check(data, claims.Claim("x", "x", area, pd.Timestamp(date), measure, printed))
    assert found.verdict == verdict
    told = words.why(found)
    assert "%%" not in told and "_" not in told.split("“")[0]
    if printed == "945":
        assert "level 1 only, 492 people" in told and "gives 941" in told


def test_one_claim_holds_and_several_hold(findings: dict[str, claims.Finding]) -> None:
    assert words.summary([findings["c01"]]).startswith("Of one claim one holds.")
    assert words.summary([]) == "There is no claim to check."
