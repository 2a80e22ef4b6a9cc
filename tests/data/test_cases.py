"""Every case of tests/data/cases/expected.csv: files as people keep them, and their right outcome.

The column ``what`` says in words what must be read, remarked on or named; this reads from it what
can be held against the command's output. What it cannot say exactly stands in SAID.
"""

from __future__ import annotations

import csv
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mappa.data import add

CASES = Path(__file__).parent / "cases"
DRY = "--dry-run"
RECONCILED = "add/89-count-15000.csv"
COMMANDS = {
    "add-figures": ("add-figures", "{file}", DRY),
    "fetch-official": ("fetch-official", "--file", "{file}", "--year", "2020", DRY),
    "story": ("story", "--claims", "{file}"),
}
#: What the output must hold besides the figures: the remark, or why the cell is refused.
SAID = {
    "add/06": ["is not UTF-8: it was read as Windows-1252"],
    "add/20": ["row 1, “MAPPA counts by area”"],
    "add/21": ["row 3, Total, was left out: it is the sum of the areas"],
    "add/24": ["count is taken as rso_count"],
    "add/25": ["Teesside is taken as Cleveland"],
    "add/27": ["E23000032 is taken as Kent"],
    "add/28": ["Metropolitan Police is one of the two forces of London"],
    "add/29": ["Heddlu Gwent is taken as Gwent"],
    "add/31": ["column region was left out"],
    "add/32": ["column 1, without a name, was left out"],
    "add/33": ["is not a British number", "right: 105.2"],
    "add/34": ["shortened form", "such as 1950"],
    "add/36": ["[note 1] was taken off and kept as a note"],
    "add/38": ["[c] marks a suppressed figure and is no number"],
    "add/39": ["the cell is empty; right: a number, or no row"],
    "add/41": ["comes after the source was published (2021-11)"],
    "add/42": ["the years 2018/19, 2019/20 and 2020/21 stand as columns"],
    "add/43": ["row 7, the header", "it names police force area, mnemonic, Total"],
    "add/45": ["a character that is no text (NUL)"],
    "add/46": ["row 3: repeats row 2"],
    "add/47": ["1960 where row 2 has 1950"],
    "add/48": ["=1950 is the text of a formula; right: the number, 1950"],
    "add/54": ["is a web page"],
    "add/61": ["43921 is a spreadsheet's number of the day 31 March 2020"],
    "add/63": ["the sheet 'Sheet' was read; left aside: 'hid' (hidden)"],
    "add/64": ["the sheet 'Sheet' was read; left aside: 'Cover'"],
    "add/65": ["the formula =1900+50 has no saved value"],
    "add/70": ["the cell shows 4% (stored as 0.04)"],
    "add/72": ["195000000 is above the largest value that the column can hold"],
    "add/74": ["February 2020 has 29 days"],
    "add/75": ["123456 per 100,000 is more than everyone"],
    "add/81": ["31 March 1066 is before the register began"],
    "add/82": ["the digits are of another script"],
    "add/84": ["every digit, such as 594"],
    "add/87": ["99999 is more than the 62,435 of England and Wales"],
    "add/89": ["15 areas without a count hold 3301 people"],
    "add/90": ["10 in Kent is 0.6 per 100,000, where the nation has 119"],
    "claims/03": ["Teesside is taken as Cleveland", "County Durham is taken as Durham"],
    "claims/12": ["There is no claim to check."],
    "claims/13": ["is empty"],
    "claims/14": ["5 cells under a header of 4"],
    "claims/18": ["Registered sex offenders is taken as rso_count"],
    "claims/21": ["£594 is a sum of money and no count of people; right: 594"],
    "claims/22": ["every digit, such as 132", "1e400", "-594 is below zero", "row 5  Rate"],
    "ods/05": ["rows 3 to 1,048,575", "16,384 columns", "17,179,820,032 cells"],
    "ods/09": ["the note mark 1 was taken off Kent"],
    "official/02": ["Teesside is taken as Cleveland", "County Durham is taken as Durham"],
    "official/04": ["the note mark 1 was taken off Cumbria"],
    "official/05": ["1 was taken off the header Area", "the note mark 1 was taken off Cumbria"],
    "official/08": ["columns not used: Area code"],
    "official/09": ["[x] says not available"],
    "official/12": ["the headers of rows 5 to 6 were joined"],
    "official/14": ["row 49 (Wales)", "sum to 3,566"],
    "official/16": ["has no saved value"],
    "official/18": ["(r) was taken off and kept as a note"],
    "official/19": [".. says not available"],
    "official/20": ["names 2021 above its table, not 2020"],
    "official/25": ["columns not used: Notes"],
    "official/26": ["the note mark [note 1, note 2] was taken off Cumbria"],
    "official/27": ["[note 3] was taken off the header Area", "[note1] was taken off Cumbria"],
    "official/28": ["[note 1], [note 2] was taken off Cumbria"],
    "official/30": ["[Note 10] was taken off Cumbria"],
    "official/32": ["2 was taken off the header Category 1: Registered Sexual Offenders"],
    "official/34": ["columns not used: Category 1: Level 1; Category 1: Level 2;"],
    "official/35": ["Cumbria Constabulary is taken as Cumbria"],
    "xlsx/06": ["the cell holds the error #REF!"],
    "xlsx/07": ["TRUE is not a number"],
    "xlsx/09": ["row 3 (Surrey) is hidden in the sheet"],
    "xlsx/10": ["the time 09:30 was left out"],
    "xlsx/11": ["the area of row 3 comes from the merged cell of rows 2 and 3"],
}

#: The verdicts on the claims of a file, in its order: h holds, r after rounding, n does not hold,
#: c cannot be checked.
VERDICTS = {
    "claims/01": "hrrhhrrr",
    "claims/03": "hh",
    "claims/04": "hrhcc",
    "claims/08": "h",
    "claims/19": "r",
    "claims/22": "n",
    "claims/23": "ccc",
    "claims/24": "rrrhrr",
}
_LETTERS = {"holds": "h", "holds after rounding": "r", "does not hold": "n"}
_LETTERS["cannot be checked"] = "c"


@dataclasses.dataclass(frozen=True)
class Case:
    file: str
    command: str
    outcome: str
    what: str
    why: str


def cases() -> list[Case]:
    with (CASES / "expected.csv").open(encoding="utf-8", newline="") as stream:
        return [Case(**row) for row in csv.DictReader(stream)]


def wanted(case: Case) -> list[str]:
    """Return what the output must hold, as far as the words of the case say it exactly."""
    said = list(SAID.get(case.file.rpartition("/")[0] + "/" + Path(case.file).name[:2], []))
    if case.outcome == "refuse":
        cell = re.match(r"row (\d+), column (\w+)", case.what)
        quote = "'" if case.command == "fetch-official" else ""
        return said + ([f"row {cell[1]}, column {quote}{cell[2]}"] if cell else [])
    if case.command == "add-figures":
        figures = re.findall(r"([A-Z][A-Za-z -]+), (\d{4}-\d\d-\d\d), (\w+), ([\d.-]+)", case.what)
        said += [f"  {area}, {day}, {measure}: {value} (" for area, day, measure, value in figures]
    if case.command == "fetch-official":
        pairs = re.findall(
            r"(?:such as|and) ([A-Z][a-z]+(?: [a-zA-Z]+)*?) (\w+_\w+) (\d+)", case.what
        )
        said += [f"{area}, 2020-03-31, {measure}: {value} (" for area, measure, value in pairs]
    return said


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.file)
def test_case(run_dry: Callable[..., Any], case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    if case.file != RECONCILED:  # what the checks find is another test's matter
        monkeypatch.setattr(add, "_checked_copy", lambda plan, data: (data, []))
    arguments = [a.format(file=CASES / case.file) for a in COMMANDS[case.command]]
    status, output = run_dry(*arguments)
    assert (status != 0) == (case.outcome == "refuse"), output
    for said in wanted(case):
        assert said in output, said
    if case.outcome == "read_with_remark":
        assert "Remark: " in output or "columns not used" in output, output
    key = case.file.rpartition("/")[0] + "/" + Path(case.file).name[:2]
    if key in VERDICTS:
        told = re.findall(r"^     ([a-z ]+): ", output, re.M)
        assert "".join(_LETTERS[v] for v in told if v in _LETTERS) == VERDICTS[key]
    figures = re.match(r"(\d+) figures of 42 areas", case.what)
    if figures:
        lines = [x for x in output.splitlines() if re.match(r"  .*, 2020-03-31, \w+: ", x)]
        assert len(lines) == int(figures[1])
