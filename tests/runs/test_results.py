"""Results and contracts: what is gathered from executed notebooks, and what is refused."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mappa.pages import cells, contract
from mappa.records import RECORD_MIME, Record, key
from mappa.runs.jobs import gather


def code(tags: Sequence[str] = (), **output: Any) -> dict[str, Any]:
    shown = [{"output_type": "execute_result", **output}] if output else []
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": "", "outputs": shown}


def with_record(
    record: Mapping[str, Any], units: Mapping[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    meta = {RECORD_MIME: {"units": units or {}}}
    return {"cells": [code(["record"], data={RECORD_MIME: record}, metadata=meta)], **more}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_gathers_a_tidy_row_for_each_value_with_its_unit() -> None:
    record = {
        "count": 12,
        "rate": 1.25,
        "status": "",
        "gone": None,
        "ok": True,
        "interval": {"low": 1.0, "high": 2.0},
        "years": [{"year": 2019, "value": 3}],
    }
    node = with_record(record, {"rate": "per 100,000 people", "interval": "people"})
    files = gather("Upper Marsh", {"2-rate": json.dumps(node)})
    rows = rows_of(files["results.csv"])
    assert [(r["key"], r["value"], r["unit"]) for r in rows] == [
        ("count", "12", ""),
        ("rate", "1.25", "per 100,000 people"),
        ("status", "", ""),
        ("gone", "", ""),
        ("ok", "true", ""),
        ("interval.low", "1.0", "people"),
        ("interval.high", "2.0", "people"),
    ]
    assert {(r["force"], r["notebook"]) for r in rows} == {("Upper Marsh", "2-rate")}
    whole = json.loads(files["results.json"])
    assert whole["force"] == "Upper Marsh" and whole["records"] == {"2-rate": record}


def test_a_text_that_a_spreadsheet_would_run_is_disarmed_and_a_negative_number_is_not() -> None:
    files = gather("X", {"a": json.dumps(with_record({"note": "=1+1", "change": -3}))})
    assert [r["value"] for r in rows_of(files["results.csv"])] == ["'=1+1", "-3"]


def test_the_sentence_is_the_records_else_what_the_answer_shows() -> None:
    assert cells.sentence(with_record({"sentence": "So it is."})) == "So it is."
    shown = code(["answer"], data={"text/plain": "'It\\'s 3.'", "text/html": "<p>It is 3.</p>"})
    assert cells.sentence({"cells": [shown]}) == "It's 3."
    assert cells.sentence({"cells": [code(["answer"])]}) == ""


def test_a_record_shows_its_units_beside_its_values() -> None:
    @dataclasses.dataclass(frozen=True)
    class Small(Record):
        rate: float = key("a rate", "per 100,000 people")
        name: str = key("a name")

    data, metadata = Small(1.5, "x")._repr_mimebundle_()
    node = {"cells": [code(data=data, metadata=metadata)]}
    assert cells.record(node) == {"rate": 1.5, "name": "x"}
    assert cells.units(node) == {"rate": "per 100,000 people"}


PAGE = """<html lang="en-GB"><head><title>T</title></head><body><a href="#main">Skip</a>
<main id="main"><h1>T</h1>{}</main></body></html>"""


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<h2>B</h2><p>Inform, finance, Nantwich. None of these is published.</p>", None),
        ("<h3>B</h3>", "skips from level 1 to 3"),
        ("<h1>B</h1>", "2 headings of level 1"),
        ('<img src="data:,x">', "no alt text"),
        ('<img src="data:,x" alt=" ">', "no alt text"),
        ('<img src="data:,x" alt="A rate of nan.">', "says 'nan'"),
        ("<p>The rate is nan per 100,000.</p>", "says 'nan'.*The rate is nan per"),
        ("<p>(95% interval None to 3)</p>", "says 'None'"),
        ("<p>NaT</p>", "says 'NaT'"),
        ("<p>A ratio of inf.</p>", "says 'inf'"),
        ("<pre>x = float('nan')</pre><script>var nan;</script>", None),
    ],
)
def test_a_page_that_breaks_the_contract_is_refused(body: str, problem: str | None) -> None:
    found = contract.faults(PAGE.format(body))
    if problem is None:
        assert found == []
    else:
        assert len(found) == 1 and re.search(problem, found[0])


def test_a_notebook_with_an_error_or_with_an_empty_tagged_cell_is_refused() -> None:
    error = {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": []}
    cell = code(["answer", "record"])
    cell["outputs"] = [error]
    assert contract.notebook_faults({"cells": [cell]}) == [
        "an output is the error ValueError",
        "no cell shows a record",
        "no cell tagged `answer` shows a sentence",
    ]
    assert contract.notebook_faults(with_record({"sentence": "Yes."})) == []
    assert contract.notebook_faults({"cells": [code()]}) == []  # it need not answer a question
